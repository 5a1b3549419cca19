-- What the law asks of each request. Days are days of the organization's own zone, as text: 2026-11-22.

-- Packs that requests were opened under, as they were then.
CREATE TABLE packs (
    organization TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (organization, id, version)
);

CREATE TABLE deadlines (
    request TEXT PRIMARY KEY REFERENCES requests (id),
    organization TEXT NOT NULL REFERENCES organizations (id),
    regime TEXT NOT NULL,
    pack_version BIGINT NOT NULL,
    received_on TEXT NOT NULL,
    acknowledge_by TEXT,
    acknowledged_at BIGINT,
    answer_by TEXT NOT NULL,            -- moves with pauses and with an extension
    paused_days BIGINT NOT NULL DEFAULT 0,
    paused_on TEXT,                     -- the clock stands still since this day
    pause_ground TEXT,
    extended_on TEXT,
    extension_reason TEXT,
    refusal_grounds TEXT,               -- words of the pack, parted by spaces
    answered_at BIGINT,
    moves BIGINT NOT NULL DEFAULT 0     -- counts up with each change: two at once do not both count
);
CREATE INDEX deadlines_by_day ON deadlines (organization, received_on);
CREATE INDEX deadlines_open ON deadlines (organization, answer_by, request) WHERE answered_at IS NULL;

-- How a request came in and how surely we know who asks. What people said is sealed under the case key and dies with it.
CREATE TABLE intakes (
    request TEXT PRIMARY KEY REFERENCES requests (id),
    channel TEXT NOT NULL,
    level BIGINT NOT NULL,
    level_how TEXT NOT NULL,
    ground TEXT,
    words BLOB
);

-- Keyed digests of what a request's person is known by: requests of one person find each other.
CREATE TABLE request_marks (
    organization TEXT NOT NULL REFERENCES organizations (id),
    mark BLOB NOT NULL,
    request TEXT NOT NULL REFERENCES requests (id),
    PRIMARY KEY (organization, mark, request)
);
CREATE INDEX request_marks_by_request ON request_marks (request);
