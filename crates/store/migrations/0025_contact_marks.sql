-- Keyed digests of where letters of a request go: whoever decides is told when one address stands behind requests of several
-- people. Apart from what a person is known by, which leads from one request of theirs to the others.
CREATE TABLE contact_marks (
    request TEXT PRIMARY KEY REFERENCES requests (id),
    organization TEXT NOT NULL REFERENCES organizations (id),
    mark BLOB NOT NULL
);
CREATE INDEX contact_marks_by_mark ON contact_marks (organization, mark, request);

-- The calendar of answers counts from the index alone.
DROP INDEX deadlines_open;
CREATE INDEX deadlines_open ON deadlines (organization, answer_by, request, paused_on) WHERE answered_at IS NULL;
