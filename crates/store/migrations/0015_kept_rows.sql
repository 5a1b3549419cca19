-- Rows that stayed by law when somebody was erased, by their keys (sealed): what is looked at again until their time is over.
CREATE TABLE kept_rows (
    organization TEXT NOT NULL REFERENCES organizations (id),
    request TEXT NOT NULL REFERENCES requests (id),
    model TEXT NOT NULL,
    job TEXT NOT NULL,                  -- whose census found them
    part BIGINT NOT NULL,
    rows BIGINT NOT NULL,
    keys BLOB NOT NULL,                 -- sealed
    since TEXT NOT NULL,                -- the day of the plan that kept them
    next_check TEXT NOT NULL,           -- the day they are looked at next
    ends TEXT,                          -- the last day of the first of them, once known
    follow_up TEXT,                     -- the request that erases them now
    trouble TEXT,                       -- why they are not followed, without personal data
    PRIMARY KEY (request, model, job, part)
);
CREATE INDEX kept_rows_by_day ON kept_rows (organization, next_check);

-- Requests that nobody asked: the time of what another request had left was over.
CREATE TABLE follow_ups (
    request TEXT PRIMARY KEY REFERENCES requests (id),
    organization TEXT NOT NULL REFERENCES organizations (id),
    origin TEXT NOT NULL REFERENCES requests (id),
    at BIGINT NOT NULL
);
CREATE INDEX follow_ups_by_origin ON follow_ups (origin);
