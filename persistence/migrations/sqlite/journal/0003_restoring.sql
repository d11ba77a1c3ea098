-- A row here says that a restore has begun and not ended: nobody may serve what is half there.
CREATE TABLE restoring (
    started_at INTEGER NOT NULL,
    source     TEXT    NOT NULL
) STRICT;
