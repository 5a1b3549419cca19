-- A hold may end by itself.
ALTER TABLE requests ADD COLUMN held_until BIGINT;
