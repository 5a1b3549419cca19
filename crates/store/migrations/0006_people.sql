-- Those who work here, and what lets them in. Tokens are kept as SHA-256 hashes, passwords as argon2id, names, addresses and
-- second factors sealed.
CREATE TABLE users (
    id TEXT PRIMARY KEY,
    organization TEXT NOT NULL REFERENCES organizations (id),
    login BLOB,                         -- keyed digest of the e-mail address; NULL once disabled, so that it is free again
    person BLOB NOT NULL,               -- name and e-mail address, sealed
    roles TEXT NOT NULL,                -- words, parted by spaces
    state TEXT NOT NULL,                -- invited, active, disabled
    password TEXT,                      -- argon2id, PHC string
    totp BLOB,                          -- the second factor's secret, sealed
    totp_step BIGINT NOT NULL,          -- the last step of time whose code was used
    made_at BIGINT NOT NULL,
    joined_at BIGINT,
    disabled_at BIGINT
);
CREATE UNIQUE INDEX users_by_login ON users (login);
CREATE INDEX users_by_organization ON users (organization, id);

CREATE TABLE one_time_tokens (
    hash BLOB PRIMARY KEY,
    organization TEXT NOT NULL REFERENCES organizations (id),
    purpose TEXT NOT NULL,              -- setup, invitation, reset
    account TEXT REFERENCES users (id), -- whose; nobody's for a setup
    expires_at BIGINT NOT NULL
);
CREATE INDEX one_time_tokens_by_account ON one_time_tokens (account);

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    organization TEXT NOT NULL REFERENCES organizations (id),
    account TEXT NOT NULL REFERENCES users (id),
    made_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,            -- written at most once a minute
    ends_at BIGINT NOT NULL,
    fresh_at BIGINT NOT NULL            -- when the second factor was last shown
);
CREATE INDEX sessions_by_account ON sessions (account);

CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    organization TEXT NOT NULL REFERENCES organizations (id),
    account TEXT NOT NULL REFERENCES users (id), -- whose powers it has a part of, and with whom it dies
    label BLOB NOT NULL,                -- what it is for, sealed
    scopes TEXT NOT NULL,               -- permissions, parted by spaces
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,                     -- written at most once a minute
    revoked_at BIGINT
);
CREATE INDEX api_keys_by_organization ON api_keys (organization, id);
