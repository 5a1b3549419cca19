-- What somebody wrote into the marked places of a letter that is not written yet, sealed. It goes with the letter once that is
-- written, and is gone with what is known of the person.
CREATE TABLE remarks (
    request TEXT NOT NULL REFERENCES requests (id),
    letter TEXT NOT NULL,               -- which: finished, refused
    organization TEXT NOT NULL REFERENCES organizations (id),
    content BLOB NOT NULL,              -- sealed
    by_actor TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (request, letter)
);
CREATE INDEX remarks_by_age ON remarks (organization, at);
