-- Identity providers that vouch for an organization's users, whom they know by which word, and what two people must want.
CREATE TABLE identity_providers (
    id TEXT PRIMARY KEY,
    organization TEXT NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL,                 -- what people read on the way there
    issuer TEXT NOT NULL,
    client TEXT NOT NULL,               -- what it knows us by
    secret BLOB,                        -- what we show it, sealed
    factors TEXT NOT NULL,              -- what it may say in place of our own second factor: `amr:otp acr:high`
    made_at BIGINT NOT NULL
);
CREATE INDEX identity_providers_by_organization ON identity_providers (organization, id);

CREATE TABLE identities (
    provider TEXT NOT NULL REFERENCES identity_providers (id),
    subject BLOB NOT NULL,              -- keyed digest of what the provider knows them by
    account TEXT NOT NULL REFERENCES users (id),
    bound_at BIGINT NOT NULL,
    PRIMARY KEY (provider, subject)
);
CREATE UNIQUE INDEX identities_by_account ON identities (account, provider);

-- Attempts to sign in that came back from a provider: each counts once.
CREATE TABLE returned_sign_ins (
    hash BLOB PRIMARY KEY,
    expires_at BIGINT NOT NULL
);

CREATE TABLE proposals (
    id TEXT PRIMARY KEY,
    organization TEXT NOT NULL REFERENCES organizations (id),
    act TEXT NOT NULL,                  -- what is to be done
    subject TEXT NOT NULL,              -- to what
    digest TEXT NOT NULL,               -- act, subject and everything about it, as it was when it was proposed
    what TEXT NOT NULL,                 -- the same in words
    by_actor TEXT NOT NULL,             -- the person
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    state TEXT NOT NULL,                -- open, confirmed, withdrawn, spent
    ended_by TEXT,
    ended_at BIGINT
);
CREATE INDEX proposals_by_subject ON proposals (organization, act, subject);
