-- What happened to requests for erasure, for the delta tables in sources: kept until every one of them has it, 30 days at
-- the most. Whose it is, by the keys of their rows, is sealed.
CREATE TABLE delta_events (
    organization TEXT NOT NULL REFERENCES organizations (id),
    sequence BIGINT NOT NULL,           -- ascending within the organization, in the order of commits
    id TEXT NOT NULL UNIQUE,
    request TEXT NOT NULL,
    event TEXT NOT NULL,                -- requested, hidden, restored, cancelled, purged
    model TEXT,                         -- the Users model; NULL when no map could be read
    keys BLOB,                          -- sealed; NULL: not known yet
    at BIGINT NOT NULL,
    PRIMARY KEY (organization, sequence)
);

-- The last number given, which outlives the events.
CREATE TABLE delta_heads (
    organization TEXT PRIMARY KEY REFERENCES organizations (id),
    sequence BIGINT NOT NULL
);

-- How far each source's table is.
CREATE TABLE delta_marks (
    organization TEXT NOT NULL REFERENCES organizations (id),
    source TEXT NOT NULL,
    sequence BIGINT NOT NULL,           -- everything up to here is there
    fence BIGINT NOT NULL,              -- of whoever pushes; the last who began may mark
    tried_at BIGINT NOT NULL,           -- when somebody last began
    pushed_at BIGINT,                   -- when rows last arrived
    swept_at BIGINT,                    -- when old rows were last looked for
    rows BIGINT NOT NULL,               -- pushed so far
    given_up BIGINT NOT NULL,           -- events that grew too old before they arrived
    trouble TEXT,                       -- why the last push stopped, without personal data
    PRIMARY KEY (organization, source)
);
