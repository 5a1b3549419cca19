-- A restore's transaction that is about to be committed: after a crash the source, or the rows themselves, tell whether
-- it happened. Rows are named by their place in the blob, never by key.
CREATE TABLE returns (
    id TEXT PRIMARY KEY,
    blob TEXT NOT NULL,
    source TEXT NOT NULL,
    marker TEXT,
    outcome TEXT NOT NULL               -- JSON: which rows are back once it happened
);
CREATE INDEX returns_by_blob ON returns (blob);
