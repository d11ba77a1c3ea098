-- What operators need: dead effects with their reason, decisions about crashed commands, the hash-chained audit trail, and the
-- way from a first cause to all that followed.

-- When an effect was decided, why its newest delivery failed, and since when it needs a person.
ALTER TABLE outbox ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN reason TEXT;
ALTER TABLE outbox ADD COLUMN dead_since INTEGER;
UPDATE outbox SET at = coalesce(
    (SELECT at FROM journal WHERE journal.kind = outbox.kind AND journal.id = outbox.id AND journal.seq = outbox.seq),
    next_at);
CREATE INDEX outbox_dead ON outbox (kind, id, seq, n) WHERE dead_since IS NOT NULL;

-- Effects that a person gave up. The table of 0001 was meant for every dead effect and was never written to: those stay in
-- the outbox, at the head of their stream.
DROP TABLE dead_letter;
CREATE TABLE dead_letter (
    kind         TEXT    NOT NULL,
    id           BLOB    NOT NULL CHECK (length(id) = 16),
    seq          INTEGER NOT NULL,
    n            INTEGER NOT NULL,
    shard_id     INTEGER NOT NULL,
    destination  TEXT    NOT NULL,
    payload      TEXT    NOT NULL,
    correlation  BLOB    NOT NULL,
    at           INTEGER NOT NULL,
    attempts     INTEGER NOT NULL,
    next_at      INTEGER NOT NULL,
    reason       TEXT,
    dead_since   INTEGER NOT NULL,
    discarded_at INTEGER NOT NULL,
    PRIMARY KEY (kind, id, seq, n)
) STRICT, WITHOUT ROWID;

-- The version at which a reminder was set tells it from an earlier one of the same name and time.
ALTER TABLE reminder ADD COLUMN set_at INTEGER NOT NULL DEFAULT 0;
-- Each kind's reminders are read on their own.
DROP INDEX reminder_due;
CREATE INDEX reminder_due ON reminder (kind, due_at);

-- A person's decision that a crashed command stays refused for ever.
ALTER TABLE quarantine ADD COLUMN dismissed INTEGER NOT NULL DEFAULT 0 CHECK (dismissed IN (0, 1));
DROP INDEX quarantine_newest;
CREATE INDEX quarantine_newest ON quarantine (at DESC, kind, id, command_id);

-- The audit trail of 0001 was never written to, so there is nothing to chain.
DROP TABLE audit;
CREATE TABLE audit (
    number  INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    actor   TEXT    NOT NULL,
    action  TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    detail  TEXT    NOT NULL,
    hash    BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;

-- All events of one first cause.
CREATE INDEX journal_correlation ON journal (correlation);
