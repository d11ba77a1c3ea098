-- A row here says that a restore has begun and not ended: nobody may serve what is half there.
CREATE TABLE restoring (
    started_at BIGINT NOT NULL,
    source     TEXT   NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin;
