-- The transactional truth. Ids are 16 bytes, times are milliseconds since the Unix epoch (UTC). Texts are compared byte by
-- byte, trailing spaces included (utf8mb4_nopad_bin).

-- Nodes and their leases.
CREATE TABLE node (
    node_id     VARCHAR(255) NOT NULL PRIMARY KEY,
    generation  BIGINT       NOT NULL,
    address     VARCHAR(255) NOT NULL,
    version     VARCHAR(255) NOT NULL,
    status      VARCHAR(255) NOT NULL,
    lease_until BIGINT
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

-- Who may write what. An epoch belongs to exactly one claim, so an equal epoch means the same owner. Every append locks the
-- rows of its shards for reading, so a claim waits for it and shuts later ones out.
CREATE TABLE shard (
    shard_id         SMALLINT     NOT NULL PRIMARY KEY CHECK (shard_id BETWEEN 0 AND 255),
    owner_node       VARCHAR(255),
    owner_generation BIGINT       NOT NULL DEFAULT 0,
    epoch            BIGINT       NOT NULL DEFAULT 0,
    state            VARCHAR(16)  NOT NULL DEFAULT 'free' CHECK (state IN ('free', 'owned', 'releasing'))
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

INSERT INTO shard (shard_id)
WITH RECURSIVE number (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < 255) SELECT n FROM number;

CREATE TABLE journal (
    kind        VARCHAR(64) NOT NULL,
    id          BINARY(16)  NOT NULL,
    seq         BIGINT      NOT NULL CHECK (seq > 0),
    shard_id    SMALLINT    NOT NULL,
    shard_seq   BIGINT      NOT NULL CHECK (shard_seq > 0),
    epoch       BIGINT      NOT NULL,
    `schema`    INT         NOT NULL,
    at          BIGINT      NOT NULL,
    command_id  BINARY(16)  NOT NULL,
    causation   BINARY(16),
    correlation BINARY(16)  NOT NULL,
    payload     MEDIUMTEXT  NOT NULL,
    checksum    BIGINT      NOT NULL,
    PRIMARY KEY (kind, id, seq),
    UNIQUE KEY journal_shard (shard_id, shard_seq),
    -- All events of one first cause.
    KEY journal_correlation (correlation, at, shard_id, shard_seq)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

CREATE TABLE command_log (
    kind           VARCHAR(64) NOT NULL,
    id             BINARY(16)  NOT NULL,
    command_id     BINARY(16)  NOT NULL,
    fingerprint    BIGINT      NOT NULL,
    outcome        MEDIUMTEXT  NOT NULL,
    sealed_command MEDIUMTEXT  NOT NULL,
    context        MEDIUMTEXT  NOT NULL,
    seq            BIGINT      NOT NULL,
    expires_at     BIGINT      NOT NULL,
    PRIMARY KEY (kind, id, command_id),
    KEY command_log_expiry (expires_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

-- The newest effect of each sender that a receiver has applied. Never expires.
CREATE TABLE effect_mark (
    kind       VARCHAR(64)  NOT NULL,
    id         BINARY(16)   NOT NULL,
    sender     VARCHAR(512) NOT NULL,
    high_water BIGINT       NOT NULL,
    command_id BINARY(16)   NOT NULL,
    PRIMARY KEY (kind, id, sender)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

-- Unique keys. Personal ones are stored as keyed HMACs.
CREATE TABLE claim (
    namespace  VARCHAR(64)  NOT NULL,
    `key`      VARCHAR(512) NOT NULL,
    owner_kind VARCHAR(64)  NOT NULL,
    owner_id   BINARY(16)   NOT NULL,
    PRIMARY KEY (namespace, `key`)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

-- When an effect was decided, why its newest delivery failed, and since when it needs a person.
CREATE TABLE outbox (
    kind        VARCHAR(64)  NOT NULL,
    id          BINARY(16)   NOT NULL,
    seq         BIGINT       NOT NULL,
    n           INT          NOT NULL,
    shard_id    SMALLINT     NOT NULL,
    destination VARCHAR(255) NOT NULL,
    payload     MEDIUMTEXT   NOT NULL,
    correlation BINARY(16)   NOT NULL,
    attempts    BIGINT       NOT NULL,
    next_at     BIGINT       NOT NULL,
    at          BIGINT       NOT NULL,
    reason      MEDIUMTEXT,
    dead_since  BIGINT,
    PRIMARY KEY (kind, id, seq, n),
    KEY outbox_dead (dead_since)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

-- Effects that a person gave up.
CREATE TABLE dead_letter (
    kind         VARCHAR(64)  NOT NULL,
    id           BINARY(16)   NOT NULL,
    seq          BIGINT       NOT NULL,
    n            INT          NOT NULL,
    shard_id     SMALLINT     NOT NULL,
    destination  VARCHAR(255) NOT NULL,
    payload      MEDIUMTEXT   NOT NULL,
    correlation  BINARY(16)   NOT NULL,
    at           BIGINT       NOT NULL,
    attempts     BIGINT       NOT NULL,
    next_at      BIGINT       NOT NULL,
    reason       MEDIUMTEXT,
    dead_since   BIGINT       NOT NULL,
    discarded_at BIGINT       NOT NULL,
    PRIMARY KEY (kind, id, seq, n)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

-- The version at which a reminder was set tells it from an earlier one of the same name and time.
CREATE TABLE reminder (
    kind     VARCHAR(64)  NOT NULL,
    id       BINARY(16)   NOT NULL,
    name     VARCHAR(512) NOT NULL,
    shard_id SMALLINT     NOT NULL,
    due_at   BIGINT       NOT NULL,
    set_at   BIGINT       NOT NULL,
    PRIMARY KEY (kind, id, name),
    KEY reminder_due (kind, due_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

-- Movements of money and stock: the general ledger. Only ever appended to.
CREATE TABLE posting (
    number   BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
    shard_id SMALLINT     NOT NULL,
    kind     VARCHAR(64)  NOT NULL,
    id       BINARY(16)   NOT NULL,
    seq      BIGINT       NOT NULL,
    account  VARCHAR(512) NOT NULL,
    asset    VARCHAR(512) NOT NULL,
    amount   BIGINT       NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

CREATE TABLE snapshot (
    kind     VARCHAR(64) NOT NULL,
    id       BINARY(16)  NOT NULL,
    seq      BIGINT      NOT NULL,
    state    LONGTEXT    NOT NULL,
    checksum BIGINT      NOT NULL,
    PRIMARY KEY (kind, id, seq)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

-- Commands that crashed their entity, how often, and a person's decision that one stays refused for ever.
CREATE TABLE quarantine (
    kind           VARCHAR(64) NOT NULL,
    id             BINARY(16)  NOT NULL,
    command_id     BINARY(16)  NOT NULL,
    seq            BIGINT      NOT NULL,
    cause          MEDIUMTEXT  NOT NULL,
    sealed_command MEDIUMTEXT  NOT NULL,
    context        MEDIUMTEXT  NOT NULL,
    at             BIGINT      NOT NULL,
    attempts       BIGINT      NOT NULL,
    quarantined    TINYINT     NOT NULL CHECK (quarantined IN (0, 1)),
    dismissed      TINYINT     NOT NULL DEFAULT 0 CHECK (dismissed IN (0, 1)),
    PRIMARY KEY (kind, id, command_id),
    KEY quarantine_newest (at DESC, kind, id, command_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

CREATE TABLE audit (
    number  BIGINT     NOT NULL PRIMARY KEY,
    at      BIGINT     NOT NULL,
    actor   TEXT       NOT NULL,
    action  TEXT       NOT NULL,
    subject TEXT       NOT NULL,
    detail  MEDIUMTEXT NOT NULL,
    hash    BINARY(32) NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

-- The highest number that the audit trail ever had. Whoever adds to the trail locks this row.
CREATE TABLE audit_head (
    only   TINYINT NOT NULL PRIMARY KEY CHECK (only = 1),
    number BIGINT  NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

INSERT INTO audit_head (only, number) VALUES (1, 0);

-- Wrapped data keys of persons. An erased person keeps a row without a key, so that none is made again.
CREATE TABLE person_key (
    person    BINARY(16) NOT NULL PRIMARY KEY,
    wrapped   BLOB,
    erased_at BIGINT,
    CHECK ((wrapped IS NULL) = (erased_at IS NOT NULL))
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin;
