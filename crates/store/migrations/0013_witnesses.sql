-- Heads of logs that witnesses signed: the last of each day, and the newest.
CREATE TABLE witnessed_heads (
    organization TEXT NOT NULL REFERENCES organizations (id),
    size BIGINT NOT NULL,
    checkpoint TEXT NOT NULL,           -- the signed note, with the witnesses' lines
    at BIGINT NOT NULL,
    PRIMARY KEY (organization, size)
);
-- How each witness stands to a log.
CREATE TABLE witnesses (
    organization TEXT NOT NULL REFERENCES organizations (id),
    witness TEXT NOT NULL,              -- the name and id of its key
    size BIGINT NOT NULL,               -- entries of the head it signed last; 0: none yet
    signed_at BIGINT,
    asked_at BIGINT NOT NULL,
    trouble TEXT,                       -- why it did not sign when it was asked last
    PRIMARY KEY (organization, witness)
);
