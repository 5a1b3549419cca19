-- Looking through a hundred thousand requests: what a list is filtered by stands in indexes alone.
CREATE INDEX requests_listed ON requests (organization, id, kind, state, received_at, entered_by);
CREATE INDEX deadlines_listed ON deadlines (request, answered_at, answer_by, paused_on, regime);
CREATE INDEX deadlines_waiting ON deadlines (organization, received_on) WHERE answered_at IS NULL;
CREATE INDEX requests_windows ON requests (organization, window_ends_at) WHERE window_ends_at IS NOT NULL AND salt IS NOT NULL;
CREATE INDEX held_requests_stopped ON held_requests (request) WHERE state = 'stopped';
CREATE INDEX letters_failed ON letters (organization) WHERE state = 'failed';

-- Searches of the list of requests that people keep by a name, for themselves or for everybody of the organization. Neither
-- name nor search can hold personal data.
CREATE TABLE saved_views (
    id TEXT PRIMARY KEY,
    organization TEXT NOT NULL REFERENCES organizations (id),
    owner TEXT NOT NULL,                -- who saved it
    shared BIGINT NOT NULL,             -- 1: everybody of the organization sees it
    name TEXT NOT NULL,
    search TEXT NOT NULL,
    made_at BIGINT NOT NULL
);
CREATE INDEX saved_views_by_organization ON saved_views (organization, owner);
