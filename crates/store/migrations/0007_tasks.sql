-- Work that waits for a worker: whoever asked has their answer already. What was asked is sealed, for it may hold words or
-- keys of people; it is destroyed when the task ends.
CREATE TABLE tasks (
    id TEXT PRIMARY KEY,
    organization TEXT NOT NULL REFERENCES organizations (id),
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,              -- what it is about: a request, a job
    state TEXT NOT NULL,                -- waiting, running, done, failed
    wanted BLOB,                        -- sealed
    asked_by TEXT,                      -- an actor; NULL for what became due
    asked_at BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    tries BIGINT NOT NULL DEFAULT 0,
    lease_owner TEXT,
    lease_until BIGINT NOT NULL DEFAULT 0,
    fence BIGINT NOT NULL DEFAULT 0,
    ended_at BIGINT,
    outcome TEXT                        -- JSON: what came of it, or why it stopped; without personal data
);
CREATE INDEX tasks_by_state ON tasks (state, organization, not_before);
CREATE INDEX tasks_by_subject ON tasks (subject);
-- The same is asked for once at a time.
CREATE UNIQUE INDEX tasks_open ON tasks (kind, subject) WHERE state IN ('waiting', 'running');

-- Calls that must happen once though they are made twice: which thing the first one made.
CREATE TABLE calls (
    organization TEXT NOT NULL REFERENCES organizations (id),
    caller TEXT NOT NULL,
    key TEXT NOT NULL,
    digest TEXT NOT NULL,               -- of what was asked
    made TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (organization, caller, key)
);
CREATE INDEX calls_by_age ON calls (at);

-- What is looked for every few seconds.
CREATE INDEX packages_alive ON packages (organization, expires_at) WHERE removed_at IS NULL;

-- Who entered a request: they do not approve its plan.
ALTER TABLE requests ADD COLUMN entered_by TEXT;
