-- The transactional truth. Ids are 16 bytes, times are milliseconds since the Unix epoch (UTC).

-- Nodes and their leases.
CREATE TABLE node (
    node_id     TEXT    NOT NULL PRIMARY KEY,
    generation  INTEGER NOT NULL,
    address     TEXT    NOT NULL,
    version     TEXT    NOT NULL,
    status      TEXT    NOT NULL,
    lease_until INTEGER
) STRICT, WITHOUT ROWID;

-- Who may write what. An epoch belongs to exactly one claim, so an equal epoch means the same owner.
CREATE TABLE shard (
    shard_id         INTEGER NOT NULL PRIMARY KEY CHECK (shard_id BETWEEN 0 AND 255),
    owner_node       TEXT,
    owner_generation INTEGER NOT NULL DEFAULT 0,
    epoch            INTEGER NOT NULL DEFAULT 0,
    state            TEXT    NOT NULL DEFAULT 'free' CHECK (state IN ('free', 'owned', 'releasing'))
) STRICT;

WITH RECURSIVE number(n) AS (VALUES (0) UNION ALL SELECT n + 1 FROM number WHERE n < 255)
INSERT INTO shard (shard_id) SELECT n FROM number;

-- A rowid table on purpose: events are appended to its end, while the two indexes stay small.
CREATE TABLE journal (
    kind        TEXT    NOT NULL,
    id          BLOB    NOT NULL CHECK (length(id) = 16),
    seq         INTEGER NOT NULL CHECK (seq > 0),
    shard_id    INTEGER NOT NULL,
    shard_seq   INTEGER NOT NULL CHECK (shard_seq > 0),
    epoch       INTEGER NOT NULL,
    schema      INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    command_id  BLOB    NOT NULL,
    causation   BLOB,
    correlation BLOB    NOT NULL,
    payload     TEXT    NOT NULL,
    checksum    INTEGER NOT NULL,
    PRIMARY KEY (kind, id, seq),
    UNIQUE (shard_id, shard_seq)
) STRICT;

CREATE TABLE command_log (
    kind           TEXT    NOT NULL,
    id             BLOB    NOT NULL CHECK (length(id) = 16),
    command_id     BLOB    NOT NULL,
    fingerprint    INTEGER NOT NULL,
    outcome        TEXT    NOT NULL,
    sealed_command TEXT    NOT NULL,
    context        TEXT    NOT NULL,
    seq            INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL,
    PRIMARY KEY (kind, id, command_id)
) STRICT;
CREATE INDEX command_log_expiry ON command_log (expires_at);

-- The newest effect of each sender that a receiver has applied. Never expires.
CREATE TABLE effect_mark (
    kind       TEXT    NOT NULL,
    id         BLOB    NOT NULL CHECK (length(id) = 16),
    sender     TEXT    NOT NULL,
    high_water INTEGER NOT NULL,
    command_id BLOB    NOT NULL,
    PRIMARY KEY (kind, id, sender)
) STRICT, WITHOUT ROWID;

-- Unique keys. Personal ones are stored as keyed HMACs.
CREATE TABLE claim (
    namespace  TEXT NOT NULL,
    key        TEXT NOT NULL,
    owner_kind TEXT NOT NULL,
    owner_id   BLOB NOT NULL CHECK (length(owner_id) = 16),
    PRIMARY KEY (namespace, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
    kind        TEXT    NOT NULL,
    id          BLOB    NOT NULL CHECK (length(id) = 16),
    seq         INTEGER NOT NULL,
    n           INTEGER NOT NULL,
    shard_id    INTEGER NOT NULL,
    destination TEXT    NOT NULL,
    payload     TEXT    NOT NULL,
    correlation BLOB    NOT NULL,
    attempts    INTEGER NOT NULL,
    next_at     INTEGER NOT NULL,
    PRIMARY KEY (kind, id, seq, n)
) STRICT, WITHOUT ROWID;

-- Effects that were given up; a row may go back to the outbox.
CREATE TABLE dead_letter (
    kind        TEXT    NOT NULL,
    id          BLOB    NOT NULL CHECK (length(id) = 16),
    seq         INTEGER NOT NULL,
    n           INTEGER NOT NULL,
    shard_id    INTEGER NOT NULL,
    destination TEXT    NOT NULL,
    payload     TEXT    NOT NULL,
    correlation BLOB    NOT NULL,
    attempts    INTEGER NOT NULL,
    reason      TEXT    NOT NULL,
    died_at     INTEGER NOT NULL,
    PRIMARY KEY (kind, id, seq, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE reminder (
    kind     TEXT    NOT NULL,
    id       BLOB    NOT NULL CHECK (length(id) = 16),
    name     TEXT    NOT NULL,
    shard_id INTEGER NOT NULL,
    due_at   INTEGER NOT NULL,
    PRIMARY KEY (kind, id, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX reminder_due ON reminder (due_at);

-- Movements of money and stock: the general ledger. Only ever appended to.
CREATE TABLE posting (
    shard_id INTEGER NOT NULL,
    kind     TEXT    NOT NULL,
    id       BLOB    NOT NULL CHECK (length(id) = 16),
    seq      INTEGER NOT NULL,
    account  TEXT    NOT NULL,
    asset    TEXT    NOT NULL,
    amount   INTEGER NOT NULL
) STRICT;

CREATE TABLE snapshot (
    kind     TEXT    NOT NULL,
    id       BLOB    NOT NULL CHECK (length(id) = 16),
    seq      INTEGER NOT NULL,
    state    TEXT    NOT NULL,
    checksum INTEGER NOT NULL,
    PRIMARY KEY (kind, id, seq)
) STRICT;

-- Commands that crashed their entity, and how often.
CREATE TABLE quarantine (
    kind           TEXT    NOT NULL,
    id             BLOB    NOT NULL CHECK (length(id) = 16),
    command_id     BLOB    NOT NULL,
    seq            INTEGER NOT NULL,
    cause          TEXT    NOT NULL,
    sealed_command TEXT    NOT NULL,
    context        TEXT    NOT NULL,
    at             INTEGER NOT NULL,
    attempts       INTEGER NOT NULL,
    quarantined    INTEGER NOT NULL CHECK (quarantined IN (0, 1)),
    PRIMARY KEY (kind, id, command_id)
) STRICT;
CREATE INDEX quarantine_newest ON quarantine (at);

CREATE TABLE audit (
    number  INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    actor   TEXT    NOT NULL,
    action  TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    detail  TEXT    NOT NULL
) STRICT;

-- Wrapped data keys of persons. An erased person keeps a row without a key, so that none is made again.
CREATE TABLE person_key (
    person    BLOB NOT NULL PRIMARY KEY CHECK (length(person) = 16),
    wrapped   BLOB,
    erased_at INTEGER,
    CHECK ((wrapped IS NULL) = (erased_at IS NOT NULL))
) STRICT, WITHOUT ROWID;
