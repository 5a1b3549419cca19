-- Public pages on which people ask and follow. How an organization shows itself there is nobody's personal data.
CREATE TABLE portals (
    organization TEXT PRIMARY KEY REFERENCES organizations (id),
    word TEXT NOT NULL UNIQUE,          -- its word in addresses
    opened BIGINT NOT NULL,             -- 1: anybody may open it
    name TEXT NOT NULL,
    color TEXT NOT NULL,
    languages TEXT NOT NULL,            -- codes, parted by spaces; the first is the usual one
    email TEXT NOT NULL,
    phone TEXT NOT NULL,
    post TEXT NOT NULL,
    notice TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);

-- What somebody typed in there, until they type in the code that was mailed: no request yet. Gone within a day.
CREATE TABLE askings (
    form BLOB PRIMARY KEY,              -- digest of what the page holds
    organization TEXT NOT NULL REFERENCES organizations (id),
    denial BLOB NOT NULL,               -- digest of what the mail holds, for whoever it was not
    mark BLOB NOT NULL,                 -- keyed digest of the address
    content BLOB NOT NULL,              -- sealed
    code BLOB NOT NULL,                 -- keyed digest
    code_ends_at BIGINT NOT NULL,
    tries_left BIGINT NOT NULL,
    confirmed_at BIGINT,
    made_at BIGINT NOT NULL
);
CREATE INDEX askings_by_mark ON askings (organization, mark);
CREATE INDEX askings_by_denial ON askings (denial);
CREATE INDEX askings_by_age ON askings (made_at);

-- Codes that show whoever holds the link to a request how it stands, each bound to the page that asked for it.
CREATE TABLE look_codes (
    form BLOB PRIMARY KEY,              -- digest of what the page holds
    request TEXT NOT NULL REFERENCES requests (id),
    code BLOB NOT NULL,                 -- keyed digest
    expires_at BIGINT NOT NULL,
    tries_left BIGINT NOT NULL
);
CREATE INDEX look_codes_by_request ON look_codes (request);

-- Requests that were stopped by the link in a letter; until somebody looked at it.
CREATE TABLE stops (
    request TEXT PRIMARY KEY REFERENCES requests (id),
    organization TEXT NOT NULL REFERENCES organizations (id),
    at BIGINT NOT NULL,
    answer_by TEXT NOT NULL,            -- the day by which a person gets in touch
    ended_at BIGINT
);
CREATE INDEX stops_open ON stops (organization, at) WHERE ended_at IS NULL;

-- Complaints about a request. What they say is sealed.
CREATE TABLE complaints (
    request TEXT NOT NULL REFERENCES requests (id),
    number BIGINT NOT NULL,
    organization TEXT NOT NULL REFERENCES organizations (id),
    words BLOB,
    at BIGINT NOT NULL,
    answer_by TEXT NOT NULL,            -- the day by which a person answers
    answered_at BIGINT,
    PRIMARY KEY (request, number)
);
CREATE INDEX complaints_open ON complaints (organization, at) WHERE answered_at IS NULL;

-- What a letter told, sealed, without to whom: so that the person can read it again on the page about their request.
ALTER TABLE letters ADD COLUMN said BLOB;
CREATE INDEX letters_said ON letters (made_at) WHERE said IS NOT NULL;
