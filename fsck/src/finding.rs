//! What a check found.

use std::fmt;

use serde::Serialize;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// What is stored contradicts itself.
    Error,
    /// A person should look; nothing is broken.
    Warning,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal, $severity:ident, $advice:literal;)+) => {
        /// What kind of finding it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Code {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The stable name.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
            /// How bad it is.
            pub fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)+ }
            }
            /// What to do about it.
            pub fn advice(self) -> &'static str {
                match self { $(Self::$name => $advice,)+ }
            }
        }
    };
}

codes! {
    /// An event is not what was written.
    EventDamaged = "event-damaged", Error, "The disk or somebody changed it: restore a backup.";
    /// Today's code cannot read an event.
    EventUnreadable = "event-unreadable", Error, "Run the program version that wrote it, or restore a backup.";
    /// An event is in a shard that is not its entity's.
    EventMisplaced = "event-misplaced", Error, "Somebody changed the row: restore a backup.";
    /// An event does not say where it comes from.
    EventCauseless = "event-causeless", Warning, "Harmless to the shop; the trail of causes is cut here.";
    /// An event of a kind that no domain has.
    KindUnknown = "kind-unknown", Error, "Run the program version that has this domain.";
    /// An entity's events have a gap.
    EntityGap = "entity-gap", Error, "Events are gone: restore a backup.";
    /// A shard's events have a gap.
    ShardGap = "shard-gap", Error, "Events are gone: restore a backup. Projections stop at the gap.";
    /// Two events have one number in their shard.
    ShardNumberTwice = "shard-number-twice", Error, "A unique index is gone, or the file is damaged: restore a backup.";
    /// A later event was written under an older epoch.
    EpochBackwards = "epoch-backwards", Error, "A node wrote to a shard that it had lost: stop all nodes and compare their logs.";
    /// The code panics on an entity's events.
    ReplayCrashed = "replay-crashed", Error, "The entity cannot be loaded: this is a bug, report it with the events.";
    /// A snapshot is not what was written.
    SnapshotDamaged = "snapshot-damaged", Warning, "It is passed over: the events are replayed instead.";
    /// A snapshot says something else than the events.
    SnapshotDiffers = "snapshot-differs", Error, "Delete the entity's rows in `snapshot`; they are only a shorter way to the same state.";
    /// The postings of an asset do not sum to zero.
    LedgerUnbalanced = "ledger-unbalanced", Error, "A posting was changed, lost or added: restore a backup.";
    /// The postings of one commit do not sum to zero.
    PostingUnbalanced = "posting-unbalanced", Error, "This is the commit whose postings were changed.";
    /// A posting belongs to no event.
    PostingOrphan = "posting-orphan", Error, "An event is gone, or the posting was added by hand.";
    /// A variant's stock does not add up.
    StockUnbalanced = "stock-unbalanced", Error, "Count the shelf, then compare the entity's history with its postings.";
    /// A stock entity and the ledger differ.
    StockDiffers = "stock-differs", Error, "Compare the entity's history with its postings.";
    /// Pieces are put aside for nobody.
    HoldOrphan = "hold-orphan", Error, "Look at the checkout of its cart; the pieces are not sold to others.";
    /// More was sold than was promised.
    Oversold = "oversold", Error, "Some orders cannot be delivered: look at the orders of this variant.";
    /// More orders use a coupon than may.
    CouponOverused = "coupon-overused", Error, "Compare the coupon's history with its orders; it takes too much off.";
    /// A coupon counts a use that no order has.
    CouponUseOrphan = "coupon-use-orphan", Error, "The code is used up for nothing: look at the checkout of its cart.";
    /// An order uses a coupon that does not count it.
    CouponUseMissing = "coupon-use-missing", Error, "The code can be used once too often: compare its history with the order.";
    /// Orders and the ledger differ about what was sent and came back.
    GoodsDiffer = "goods-differ", Error, "Compare the parcels and returns of this variant's orders with its ledger.";
    /// A cart became several orders.
    OrderTwice = "order-twice", Error, "Cancel all but one.";
    /// An order is not the one that its cart may become.
    OrderForeign = "order-foreign", Error, "Look at the order's first event.";
    /// A placed order has no payment that covers it.
    OrderUncovered = "order-uncovered", Error, "Do not deliver before the payment is clear.";
    /// A placed order is not paid, and nothing is under way that would change it.
    OrderUnpaid = "order-unpaid", Warning, "The provider refused to take the money: ask for another payment, or do not deliver.";
    /// A cart says that it became an order that is not placed.
    CartOrderMissing = "cart-order-missing", Error, "Look at the cart's checkout.";
    /// A cart is locked by an attempt that does not run.
    CartLockedForever = "cart-locked-forever", Error, "Look at the cart's checkout; the shopper cannot change the cart.";
    /// Payments, orders and ledger name different sums.
    MoneyDiffers = "money-differs", Error, "Compare the payments and orders of the time with their postings.";
    /// A clearing account does not hold what undelivered effects carry.
    InFlightDiffers = "in-flight-differs", Error, "An effect is gone, came twice or was discarded: look for it from the account's newest postings on.";
    /// Money was taken for an order more than once or beyond its total.
    CapturedTooMuch = "captured-too-much", Error, "Give it back.";
    /// Money was taken, the order does not know, and nothing is under way that would tell it.
    MoneyStranded = "money-stranded", Error, "Look at the order's checkout and its effects.";
    /// A payment waits for an answer that nobody will bring.
    PaymentStalled = "payment-stalled", Error, "Ask the provider what became of it.";
    /// The fate of a payment has been unknown for too long.
    PaymentUnknownTooLong = "payment-unknown-too-long", Error, "Ask the provider; its memory of the key may end soon.";
    /// Money stays reserved although the attempt is over.
    PaymentAbandoned = "payment-abandoned", Error, "Give the reservation up at the provider.";
    /// A checkout runs, but nothing will ever wake it.
    CheckoutStalled = "checkout-stalled", Error, "An effect is gone: look at the checkout's history.";
    /// The provider took or gave back money for no payment of ours, or more than we know of.
    ProviderUnknown = "provider-unknown", Error, "Money was taken that the shop does not know of: give it back.";
    /// A payment says captured, the provider does not.
    ProviderMissing = "provider-missing", Error, "The shop believes in money that the provider does not have.";
    /// The provider took money twice for one order.
    ProviderTwice = "provider-twice", Error, "Give one of them back.";
    /// A rating is not what its reviews give.
    RatingDiffers = "rating-differs", Error, "Compare the histories of the rating and of the product's reviews.";
    /// A review breaks a rule of its own.
    ReviewWrong = "review-wrong", Error, "Look at the review's history.";
    /// A unique key belongs to nobody who knows of it.
    ClaimOrphan = "claim-orphan", Error, "Nobody else can have the key: delete the row in `claim` if its owner does not exist.";
    /// An entity believes that it has a key that it has not.
    ClaimMissing = "claim-missing", Error, "Somebody else may take the key: restore the row in `claim`.";
    /// An effect of an event that does not exist.
    EffectOrphan = "effect-orphan", Error, "An event is gone, or the effect was added by hand.";
    /// Today's code cannot read an effect.
    EffectUnreadable = "effect-unreadable", Error, "Run the program version that wrote it.";
    /// An effect needs a person.
    EffectDead = "effect-dead", Warning, "Retry or discard it: `/ops/v1/dead-letters`. It holds back its stream.";
    /// An effect has been due for long.
    EffectOverdue = "effect-overdue", Warning, "If the shop runs, look at its outbox; if not, start it.";
    /// A timer of an entity that does not exist.
    ReminderOrphan = "reminder-orphan", Error, "An event is gone, or the timer was added by hand.";
    /// The outcome of a command lies beyond its entity's events.
    CommandAhead = "command-ahead", Error, "Events are gone: restore a backup.";
    /// The outcome of a command cannot be read.
    CommandUnreadable = "command-unreadable", Error, "A repeat of this command cannot be answered: restore a backup.";
    /// An effect counts as applied that its sender never sent.
    MarkAhead = "mark-ahead", Error, "Events of the sender are gone; its next effects will be taken for repeats.";
    /// A command crashed its entity, and nobody has decided about it.
    CommandQuarantined = "command-quarantined", Warning, "Retry or dismiss it: `/ops/v1/quarantine`.";
    /// Sealed data of a person whose key is not there and who was not erased.
    KeyMissing = "key-missing", Error, "The data cannot be read: restore the keys' backup.";
    /// The audit trail is not what was written.
    AuditBroken = "audit-broken", Error, "Somebody changed it: compare with a backup.";
    /// A document is not what the journal makes of it.
    DocumentWrong = "document-wrong", Error, "Rebuild the projection.";
    /// A document is missing.
    DocumentMissing = "document-missing", Error, "Rebuild the projection.";
    /// A document of nothing.
    DocumentExtra = "document-extra", Error, "Rebuild the projection.";
    /// A projection claims to have seen events that do not exist.
    CheckpointAhead = "checkpoint-ahead", Error, "The documents are of another journal: rebuild the projection.";
    /// A picture's bytes are missing or damaged.
    MediaMissing = "media-missing", Error, "Restore the media of a backup.";
    /// A picture is kept that no event names.
    MediaUnused = "media-unused", Warning, "Harmless; whoever wants the room deletes its bytes while the shop is stopped.";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// One thing that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What kind.
    pub code: Code,
    /// What it is about: an entity, a shard, an account.
    pub subject: String,
    /// What is wrong.
    pub detail: String,
    /// What to do.
    pub advice: &'static str,
}

/// All that was found, and how much was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What is not as it must be, errors first.
    pub findings: Vec<Finding>,
    /// Events that were read.
    pub events: u64,
    /// Entities that were replayed.
    pub entities: u64,
    /// Other rows that were read.
    pub rows: u64,
    /// Documents that were compared.
    pub documents: u64,
}

impl Report {
    /// Notes a finding.
    pub fn note(&mut self, code: Code, subject: impl ToString, detail: impl Into<String>) {
        self.findings.push(Finding {
            severity: code.severity(),
            code,
            subject: subject.to_string(),
            detail: detail.into(),
            advice: code.advice(),
        });
    }

    /// What contradicts itself.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error)
    }

    /// Whether nothing contradicts itself; there may be warnings.
    pub fn is_sound(&self) -> bool {
        self.errors().next().is_none()
    }

    pub(crate) fn sort(&mut self) {
        self.findings.sort();
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}: {}", self.severity, self.code, self.subject, self.detail)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_has_its_line_in_the_documentation() {
        let page = include_str!("../../docs/fsck.md");
        for code in Code::ALL {
            let severity = code.severity();
            let line = page.lines().find(|line| line.starts_with(&format!("| `{code}` | {severity} |")));
            assert!(line.is_some_and(|line| line.contains(code.advice())), "{code}");
        }
        let names: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
    }
}
