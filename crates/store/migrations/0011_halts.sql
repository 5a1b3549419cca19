-- Work that waits because somebody said so: at one source, or (no source: '') everything of the organization that destroys.
CREATE TABLE halts (
    organization TEXT NOT NULL REFERENCES organizations (id),
    source TEXT NOT NULL,
    because TEXT NOT NULL,
    by_actor TEXT,
    at BIGINT NOT NULL,
    lift_by TEXT,                       -- the first of the two who lift an emergency stop
    lift_at BIGINT,
    PRIMARY KEY (organization, source)
);
