-- The data map where no files hold it: what is being worked on, and every version that was published. A map names tables and
-- columns, never what stands in them.
CREATE TABLE map_drafts (
    organization TEXT PRIMARY KEY REFERENCES organizations (id),
    revision BIGINT NOT NULL,           -- one more with each change, so that nobody writes over somebody else's
    text TEXT NOT NULL,                 -- as it was written, whether it can be read or not
    based_on TEXT NOT NULL,             -- digest of the map it began from; empty where there was none
    changed_by TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE TABLE map_versions (
    organization TEXT NOT NULL REFERENCES organizations (id),
    version BIGINT NOT NULL,            -- counted from 1; the largest is in force
    digest TEXT NOT NULL,
    text TEXT NOT NULL,
    published_by TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    PRIMARY KEY (organization, version)
);

-- The last runs at a source.
CREATE INDEX units_by_source ON units (source, job);
