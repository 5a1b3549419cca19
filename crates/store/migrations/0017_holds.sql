-- Holds beyond one request: on a person, on all rows of a model, or on some of its rows. What they cover is not destroyed
-- while they stand.
CREATE TABLE holds (
    id TEXT PRIMARY KEY,
    organization TEXT NOT NULL REFERENCES organizations (id),
    scope TEXT NOT NULL,                -- person, model, rows
    model TEXT,                         -- shop.orders
    sealed BLOB,                        -- whom, or which rows; nothing once it is lifted
    salt BLOB,                          -- without it nothing of it can be opened
    because TEXT NOT NULL,
    placed_by TEXT,
    placed_at BIGINT NOT NULL,
    ends_at BIGINT,
    lifted_at BIGINT
);
CREATE INDEX holds_standing ON holds (organization, lifted_at);

-- Which requests were held against which hold: `stopped`, their purge waits; `set_aside`, their rows were looked through.
CREATE TABLE held_requests (
    hold TEXT NOT NULL REFERENCES holds (id),
    request TEXT NOT NULL REFERENCES requests (id),
    state TEXT NOT NULL,
    PRIMARY KEY (hold, request)
);
CREATE INDEX held_requests_by_request ON held_requests (request);

-- Rows a hold keeps although their request was purged.
CREATE TABLE held_rows (
    hold TEXT NOT NULL REFERENCES holds (id),
    request TEXT NOT NULL REFERENCES requests (id),
    part BIGINT NOT NULL,
    rows BIGINT NOT NULL,
    sealed BLOB NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (hold, request, part)
);
