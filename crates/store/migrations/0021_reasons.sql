-- Why people brought rows back or lifted a hold, in their own words: the log only commits to them.
CREATE TABLE reasons (
    organization TEXT NOT NULL REFERENCES organizations (id),
    subject TEXT NOT NULL,              -- a request or a hold
    act TEXT NOT NULL,
    because TEXT NOT NULL,
    by_actor TEXT,
    at BIGINT NOT NULL
);
CREATE INDEX reasons_by_subject ON reasons (subject, at);
-- Requests that somebody put on hold, a page at a time.
CREATE INDEX requests_on_hold ON requests (organization, id) WHERE held_because IS NOT NULL;
