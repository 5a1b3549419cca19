-- Exeunt's own memory. Times are microseconds since 1970 UTC; ids are text with readable prefixes; personal data is
-- sealed before it comes here. One spelling for SQLite and PostgreSQL: BLOB is mapped to BYTEA when that joins.

CREATE TABLE organizations (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    origin TEXT NOT NULL,           -- of its audit log, a schema-less URL
    created_at BIGINT NOT NULL
);

CREATE TABLE requests (
    id TEXT PRIMARY KEY,
    organization TEXT NOT NULL REFERENCES organizations (id),
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    entered_at BIGINT NOT NULL,
    identities BLOB,                -- sealed under the case key; NULL once nobody needs them any more
    case_key BLOB,                  -- opens `identities`; destroyed after the last look again
    salt BLOB,                      -- opens the request's rows in the vault; destroyed by purge
    window_ends_at BIGINT,
    held_because TEXT,              -- a hold stops purge
    tally TEXT,                     -- JSON: rows by model and action, counted when purge begins
    plan TEXT,
    job TEXT,
    claimant BIGINT                 -- its number within the job
);
CREATE INDEX requests_by_state ON requests (organization, state, received_at);
CREATE INDEX requests_by_job ON requests (job);

CREATE TABLE plans (
    id TEXT PRIMARY KEY,
    organization TEXT NOT NULL REFERENCES organizations (id),
    right_asked TEXT NOT NULL,
    digest TEXT NOT NULL,
    document TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    approved_by TEXT,
    approved_at BIGINT
);

CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    organization TEXT NOT NULL REFERENCES organizations (id),
    plan TEXT NOT NULL REFERENCES plans (id),
    state TEXT NOT NULL,
    epoch TEXT NOT NULL,
    salt BLOB,                      -- opens the census and makes the mask key; destroyed at settlement
    census_blob TEXT,
    census_digest TEXT,
    rows_total BIGINT NOT NULL DEFAULT 0,
    rows_confirmed BIGINT NOT NULL DEFAULT 0,  -- a person confirmed this many rows for one claimant
    cancel_asked BIGINT NOT NULL DEFAULT 0,
    lease_owner TEXT,
    lease_until BIGINT NOT NULL DEFAULT 0,
    fence BIGINT NOT NULL DEFAULT 0,
    batches BIGINT NOT NULL DEFAULT 0,
    made_at BIGINT NOT NULL,
    started_at BIGINT,
    settled_at BIGINT,
    trouble TEXT                    -- why it stopped, without personal data
);
CREATE INDEX jobs_by_state ON jobs (organization, state);

-- One line for each unit of a job (a step, or a step's veil), counted from the census.
CREATE TABLE units (
    job TEXT NOT NULL REFERENCES jobs (id),
    unit BIGINT NOT NULL,
    source TEXT NOT NULL,
    model TEXT NOT NULL,
    action TEXT NOT NULL,
    total BIGINT NOT NULL,
    done BIGINT NOT NULL DEFAULT 0,     -- struck
    gone BIGINT NOT NULL DEFAULT 0,     -- no longer there when their turn came
    failed BIGINT NOT NULL DEFAULT 0,   -- waiting for review
    skipped BIGINT NOT NULL DEFAULT 0,  -- decided by a person
    position BIGINT NOT NULL DEFAULT 0, -- rows of the census that have had their turn
    PRIMARY KEY (job, unit)
);

CREATE TABLE batches (
    id TEXT PRIMARY KEY,
    job TEXT NOT NULL REFERENCES jobs (id),
    number BIGINT NOT NULL,
    state TEXT NOT NULL,                -- sealed, closed, void
    source TEXT NOT NULL,
    blob TEXT NOT NULL,
    blob_digest TEXT NOT NULL,
    marker TEXT,
    outcome TEXT NOT NULL,              -- JSON: what closing it will add up
    rows BIGINT NOT NULL,
    at BIGINT NOT NULL,
    UNIQUE (job, number)
);
CREATE INDEX batches_open ON batches (job, state);

-- Which claimants have rows in a blob: it can go when none of them needs it any more.
CREATE TABLE blob_claims (
    blob TEXT NOT NULL,
    job TEXT NOT NULL,
    request TEXT NOT NULL,
    rows BIGINT NOT NULL,
    PRIMARY KEY (blob, request)
);
CREATE INDEX blob_claims_by_request ON blob_claims (request);

-- Rows put back before their whole request was: by blob, segment and place in the segment.
CREATE TABLE returned_rows (
    blob TEXT NOT NULL,
    segment BIGINT NOT NULL,
    place BIGINT NOT NULL,
    PRIMARY KEY (blob, segment, place)
);

CREATE TABLE reviews (
    id TEXT PRIMARY KEY,
    job TEXT NOT NULL REFERENCES jobs (id),
    unit BIGINT NOT NULL,
    place BIGINT NOT NULL,              -- of the row in the census of the unit
    model TEXT NOT NULL,
    fault TEXT NOT NULL,                -- kind of fault
    words TEXT NOT NULL,                -- the source's own, without values
    state TEXT NOT NULL,                -- open, done, skipped
    reason TEXT,
    at BIGINT NOT NULL,
    UNIQUE (job, unit, place)
);

CREATE TABLE packages (
    id TEXT PRIMARY KEY,
    organization TEXT NOT NULL REFERENCES organizations (id),
    request TEXT NOT NULL,
    file TEXT NOT NULL,
    digest TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    rows BIGINT NOT NULL,
    key BLOB,                           -- its own key, wrapped; destroyed first when it expires
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    opened BIGINT NOT NULL DEFAULT 0,
    removed_at BIGINT
);

CREATE TABLE ledger (
    organization TEXT NOT NULL REFERENCES organizations (id),
    mac BLOB NOT NULL,
    kind TEXT NOT NULL,
    request TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (organization, kind, mac)
);

CREATE TABLE receipts (
    id TEXT PRIMARY KEY,
    organization TEXT NOT NULL REFERENCES organizations (id),
    request TEXT NOT NULL,
    body TEXT NOT NULL,
    entry BIGINT NOT NULL,              -- index of the log entry that binds it
    at BIGINT NOT NULL
);

-- The log. Salts of commitments live here beside the entries and are destroyed with the data they speak of.
CREATE TABLE audit_entries (
    organization TEXT NOT NULL REFERENCES organizations (id),
    position BIGINT NOT NULL,
    entry BLOB NOT NULL,
    PRIMARY KEY (organization, position)
);
CREATE TABLE audit_nodes (
    organization TEXT NOT NULL,
    level BIGINT NOT NULL,
    position BIGINT NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (organization, level, position)
);
CREATE TABLE audit_heads (
    organization TEXT PRIMARY KEY REFERENCES organizations (id),
    size BIGINT NOT NULL,
    edge BLOB NOT NULL,
    checkpoint TEXT NOT NULL
);
CREATE TABLE salts (
    organization TEXT NOT NULL,
    subject TEXT NOT NULL,              -- what the salt is for: a request id, a package id
    salt BLOB NOT NULL,
    PRIMARY KEY (organization, subject)
);
