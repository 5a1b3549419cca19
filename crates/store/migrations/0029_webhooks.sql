-- Addresses that are told what happens to requests, what happened, and what waits to be told. Nothing of it is about a person.
CREATE TABLE webhooks (
    id TEXT PRIMARY KEY,
    organization TEXT NOT NULL REFERENCES organizations (id),
    address TEXT NOT NULL,
    note TEXT NOT NULL,                 -- what it is for, in somebody's words
    kinds TEXT NOT NULL,                -- of events, parted by spaces; empty for all
    state TEXT NOT NULL,                -- on, off
    why_off TEXT,                       -- by_hand, gone, failing
    secret BLOB NOT NULL,               -- sealed
    old_secret BLOB,                    -- the one before, sealed, while both sign
    old_until BIGINT,
    made_at BIGINT NOT NULL,
    failing_since BIGINT,               -- since when nothing got through
    rests_until BIGINT NOT NULL         -- it asked to be left alone until then
);
CREATE INDEX webhooks_by_organization ON webhooks (organization, id);

-- What happened and was not yet made into deliveries: written by the very change that made it happen, where somebody wants to know.
CREATE TABLE happenings (
    organization TEXT NOT NULL,
    request TEXT NOT NULL,
    state TEXT NOT NULL,                -- that the request came into
    at BIGINT NOT NULL,                 -- 0 where nobody said
    PRIMARY KEY (organization, at, request, state)
);

CREATE TABLE deliveries (
    webhook TEXT NOT NULL REFERENCES webhooks (id),
    event TEXT NOT NULL,
    organization TEXT NOT NULL,
    kind TEXT NOT NULL,                 -- of the event: `exeunt.request.hidden`
    request TEXT,                       -- what it is about; NULL for one that somebody tried
    body TEXT NOT NULL,                 -- the very bytes, each time
    state TEXT NOT NULL,                -- waiting, delivered, failed
    made_at BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    tries BIGINT NOT NULL DEFAULT 0,
    lease_until BIGINT NOT NULL DEFAULT 0,
    fence BIGINT NOT NULL DEFAULT 0,
    tried_at BIGINT,
    ended_at BIGINT,
    status BIGINT,                      -- of the last answer
    trouble TEXT,                       -- why the last try failed: of the address the host alone, and no word of a stranger
    PRIMARY KEY (webhook, event)
);
CREATE INDEX deliveries_waiting ON deliveries (webhook, not_before) WHERE state = 'waiting';
CREATE INDEX deliveries_ended ON deliveries (ended_at) WHERE ended_at IS NOT NULL;
