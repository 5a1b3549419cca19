-- Letters by e-mail. To whom and what is sealed, and destroyed once the letter is sent, or 30 days after it was given up.
CREATE TABLE letters (
    id TEXT PRIMARY KEY,
    organization TEXT NOT NULL REFERENCES organizations (id),
    request TEXT REFERENCES requests (id),
    word TEXT NOT NULL,                 -- which letter: received, started, finished
    language TEXT NOT NULL,
    content BLOB,                       -- sealed
    state TEXT NOT NULL,                -- waiting, sent, failed, bounced
    made_at BIGINT NOT NULL,
    since BIGINT NOT NULL,              -- since when it has been waiting; later than made_at when it was sent again
    not_before BIGINT NOT NULL,
    not_after BIGINT,                   -- of no use later than this
    tries BIGINT NOT NULL DEFAULT 0,
    lease_until BIGINT NOT NULL DEFAULT 0,
    fence BIGINT NOT NULL DEFAULT 0,
    ended_at BIGINT,
    trouble TEXT                        -- why it was not handed over, without an address or a server's words
);
CREATE INDEX letters_waiting ON letters (organization, not_before) WHERE state = 'waiting';
CREATE INDEX letters_by_organization ON letters (organization, id);
CREATE INDEX letters_by_request ON letters (request);

-- What lets a person fetch a package. The token is kept as SHA-256, the person's contact sealed until the link is over.
CREATE TABLE links (
    id TEXT PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    organization TEXT NOT NULL REFERENCES organizations (id),
    package TEXT NOT NULL REFERENCES packages (id),
    request TEXT NOT NULL REFERENCES requests (id),
    person BLOB,
    language TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    downloads_left BIGINT NOT NULL,
    reminded_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX links_by_package ON links (package);
CREATE INDEX links_alive ON links (organization, expires_at) WHERE person IS NOT NULL;

-- Codes that were mailed, each bound to the page that asked for it.
CREATE TABLE link_codes (
    form BLOB PRIMARY KEY,              -- digest of what the page holds
    link TEXT NOT NULL REFERENCES links (id),
    code BLOB NOT NULL,                 -- keyed digest
    expires_at BIGINT NOT NULL,
    tries_left BIGINT NOT NULL
);
CREATE INDEX link_codes_by_link ON link_codes (link);

-- From where and with what a package was fetched, sealed: the log holds only commitments.
CREATE TABLE link_downloads (
    link TEXT NOT NULL REFERENCES links (id),
    at BIGINT NOT NULL,
    caller BLOB NOT NULL
);
CREATE INDEX link_downloads_by_age ON link_downloads (at);
