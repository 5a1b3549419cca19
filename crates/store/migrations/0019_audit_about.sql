-- Where the log speaks of a request, a plan or a job, so that their history is read without reading the log.
CREATE TABLE audit_about (
    organization TEXT NOT NULL,
    object TEXT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (organization, object, position)
);
-- Entries before these were not noted: whoever wants them reads the log.
CREATE TABLE audit_about_from (
    organization TEXT NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL
);
INSERT INTO audit_about_from (organization, position) SELECT organization, size FROM audit_heads;
