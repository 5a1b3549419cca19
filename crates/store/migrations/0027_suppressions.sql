-- Who must not come back by an import, or be written to: keyed digests, and nothing by which anybody is found without the key.
CREATE TABLE suppressions (
    organization TEXT NOT NULL REFERENCES organizations (id),
    purpose TEXT NOT NULL,              -- what it is kept for: 'erased', 'marketing'
    kind TEXT NOT NULL,                 -- kind of the identifier: 'email'
    mac BLOB NOT NULL,                  -- keyed, and another one for each purpose
    request TEXT,                       -- the request it came of, if any
    at BIGINT NOT NULL,                 -- entered, or entered again
    PRIMARY KEY (organization, purpose, kind, mac)
);
CREATE INDEX suppressions_by_age ON suppressions (organization, purpose, at);
