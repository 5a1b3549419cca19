-- Rows of requests that were asked back and wait for somebody else's request: how many, for whom. Counts only.
CREATE TABLE waits (
    request TEXT NOT NULL,
    awaited TEXT NOT NULL,
    model TEXT NOT NULL,
    rows BIGINT NOT NULL,
    PRIMARY KEY (request, awaited, model)
);
CREATE INDEX waits_by_awaited ON waits (awaited);
-- Rows that were asked back one by one, by their place in the blob: a purge must not destroy them unasked.
CREATE TABLE asked_rows (
    request TEXT NOT NULL,
    blob TEXT NOT NULL,
    segment BIGINT NOT NULL,
    place BIGINT NOT NULL,
    PRIMARY KEY (request, blob, segment, place)
);
