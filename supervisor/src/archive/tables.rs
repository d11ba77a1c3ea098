//! Which tables and columns the truth has: the same in every store, so that what one wrote, another can take in.

use super::{Cell, Row};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Numbers.
    Int,
    /// Texts.
    Text,
    /// Bytes.
    Bytes,
}

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub holds: Holds,
    /// Whether it may hold nothing.
    pub nullable: bool,
}

/// A table.
#[derive(Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns.
    pub columns: &'static [Column],
    /// The columns, by place, that give its rows a total order.
    pub order: &'static [usize],
}

impl Table {
    /// Where a row stands in the table's order.
    pub fn position(&self, row: &Row) -> Vec<Cell> {
        self.order.iter().filter_map(|place| row.get(*place).cloned()).collect()
    }
}

const fn int(name: &'static str) -> Column {
    Column { name, holds: Holds::Int, nullable: false }
}
const fn text(name: &'static str) -> Column {
    Column { name, holds: Holds::Text, nullable: false }
}
const fn bytes(name: &'static str) -> Column {
    Column { name, holds: Holds::Bytes, nullable: false }
}
const fn maybe(column: Column) -> Column {
    Column { nullable: true, ..column }
}

/// Events, shard by shard: so one shard's entities are complete before the next one's begin.
pub static JOURNAL: Table = Table {
    name: "journal",
    columns: &[
        text("kind"),
        bytes("id"),
        int("seq"),
        int("shard_id"),
        int("shard_seq"),
        int("epoch"),
        int("schema"),
        int("at"),
        bytes("command_id"),
        maybe(bytes("causation")),
        bytes("correlation"),
        text("payload"),
        int("checksum"),
    ],
    order: &[3, 4],
};

/// Outcomes of commands.
pub static COMMAND_LOG: Table = Table {
    name: "command_log",
    columns: &[
        text("kind"),
        bytes("id"),
        bytes("command_id"),
        int("fingerprint"),
        text("outcome"),
        text("sealed_command"),
        text("context"),
        int("seq"),
        int("expires_at"),
    ],
    order: &[0, 1, 2],
};

/// The newest applied effect of each sender.
pub static EFFECT_MARK: Table = Table {
    name: "effect_mark",
    columns: &[text("kind"), bytes("id"), text("sender"), int("high_water"), bytes("command_id")],
    order: &[0, 1, 2],
};

/// Unique keys.
pub static CLAIM: Table = Table {
    name: "claim",
    columns: &[text("namespace"), text("key"), text("owner_kind"), bytes("owner_id")],
    order: &[0, 1],
};

/// Undelivered effects.
pub static OUTBOX: Table = Table {
    name: "outbox",
    columns: &[
        text("kind"),
        bytes("id"),
        int("seq"),
        int("n"),
        int("shard_id"),
        text("destination"),
        text("payload"),
        bytes("correlation"),
        int("attempts"),
        int("next_at"),
        int("at"),
        maybe(text("reason")),
        maybe(int("dead_since")),
    ],
    order: &[0, 1, 2, 3],
};

/// Effects that a person gave up.
pub static DEAD_LETTER: Table = Table {
    name: "dead_letter",
    columns: &[
        text("kind"),
        bytes("id"),
        int("seq"),
        int("n"),
        int("shard_id"),
        text("destination"),
        text("payload"),
        bytes("correlation"),
        int("at"),
        int("attempts"),
        int("next_at"),
        maybe(text("reason")),
        int("dead_since"),
        int("discarded_at"),
    ],
    order: &[0, 1, 2, 3],
};

/// Timers.
pub static REMINDER: Table = Table {
    name: "reminder",
    columns: &[text("kind"), bytes("id"), text("name"), int("shard_id"), int("due_at"), int("set_at")],
    order: &[0, 1, 2],
};

/// Movements of money and stock. `number` only orders them; every store gives its own.
pub static POSTING: Table = Table {
    name: "posting",
    columns: &[
        int("number"),
        int("shard_id"),
        text("kind"),
        bytes("id"),
        int("seq"),
        text("account"),
        text("asset"),
        int("amount"),
    ],
    order: &[0],
};

/// Commands that crashed.
pub static QUARANTINE: Table = Table {
    name: "quarantine",
    columns: &[
        text("kind"),
        bytes("id"),
        bytes("command_id"),
        int("seq"),
        text("cause"),
        text("sealed_command"),
        text("context"),
        int("at"),
        int("attempts"),
        int("quarantined"),
        int("dismissed"),
    ],
    order: &[0, 1, 2],
};

/// What operators did.
pub static AUDIT: Table = Table {
    name: "audit",
    columns: &[
        int("number"),
        int("at"),
        text("actor"),
        text("action"),
        text("subject"),
        text("detail"),
        bytes("hash"),
    ],
    order: &[0],
};

/// Shorter ways to entities' states; never needed.
pub static SNAPSHOT: Table = Table {
    name: "snapshot",
    columns: &[text("kind"), bytes("id"), int("seq"), text("state"), int("checksum")],
    order: &[0, 1, 2],
};

/// Wrapped keys of persons, and who was erased.
pub static PERSON_KEY: Table = Table {
    name: "person_key",
    columns: &[bytes("person"), maybe(bytes("wrapped")), maybe(int("erased_at"))],
    order: &[0],
};

/// How often each shard changed hands.
pub static SHARD: Table = Table { name: "shard", columns: &[int("shard_id"), int("epoch")], order: &[0] };

/// All that cannot be made again from something else, persons' keys apart.
pub static TRUTH: [&Table; 10] = [
    &JOURNAL,
    &COMMAND_LOG,
    &EFFECT_MARK,
    &CLAIM,
    &OUTBOX,
    &DEAD_LETTER,
    &REMINDER,
    &POSTING,
    &QUARANTINE,
    &AUDIT,
];
