-- Sources that were connected in the console: how to reach each is sealed, password included.
CREATE TABLE added_sources (
    organization TEXT NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL,                 -- what the map calls it
    reach BLOB NOT NULL,                -- sealed
    changed_by TEXT,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (organization, name)
);
-- Counts every change to them, so that a process that is running notices.
CREATE TABLE source_changes (
    organization TEXT PRIMARY KEY REFERENCES organizations (id),
    number BIGINT NOT NULL
);
