-- How often a portion of a package was taken by a link: each of them apart from the whole.
CREATE TABLE link_portions (
    link TEXT NOT NULL REFERENCES links (id),
    portion TEXT NOT NULL,              -- summary, everyday, technical
    used BIGINT NOT NULL,
    PRIMARY KEY (link, portion)
);
