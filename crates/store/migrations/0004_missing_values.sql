-- Rows that are back without some of their values, because the column was gone or had become the source's own. The values
-- wait in the vault. Rows are named by their place in the blob, never by key.
CREATE TABLE missing_values (
    blob TEXT NOT NULL,
    segment BIGINT NOT NULL,
    place BIGINT NOT NULL,
    columns TEXT NOT NULL,              -- the engine's own JSON
    PRIMARY KEY (blob, segment, place)
);
