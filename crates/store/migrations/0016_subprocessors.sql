-- Sub-processors: whom an organization lets handle data for it. What they are called and how to reach them is about companies.
CREATE TABLE subprocessors (
    id TEXT PRIMARY KEY,
    organization TEXT NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL,
    purpose TEXT NOT NULL,
    categories TEXT NOT NULL,           -- JSON: a list of Fideslang keys
    region TEXT NOT NULL,
    contact TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    announced_at BIGINT,                -- when those who want to know were told
    told BIGINT NOT NULL DEFAULT 0,     -- how many were
    effective_on TEXT,                  -- the first day on which it may be engaged, or since when it was
    engaged_at BIGINT,
    ended_at BIGINT
);
CREATE INDEX subprocessors_by_organization ON subprocessors (organization, id);
CREATE UNIQUE INDEX subprocessors_by_name ON subprocessors (organization, name) WHERE ended_at IS NULL;

-- Objections. Who objected and why is sealed.
CREATE TABLE objections (
    subprocessor TEXT NOT NULL REFERENCES subprocessors (id),
    number BIGINT NOT NULL,
    words BLOB NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (subprocessor, number)
);

-- Who is told before a sub-processor is engaged. Where they get mail is sealed, and found again by a keyed digest.
CREATE TABLE subscribers (
    id TEXT PRIMARY KEY,
    organization TEXT NOT NULL REFERENCES organizations (id),
    digest BLOB NOT NULL,
    contact BLOB NOT NULL,
    language TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    UNIQUE (organization, digest)
);
