//! What waits for delivery, for a projection or for a person, as metrics. Some of it is asked of the journal; while that is
//! away, those families are left out and one says so.

use amazoff_supervisor::journal::{CrashFilter, JournalError};
use amazoff_supervisor::{OutboxStats, ProjectionStats, SenderStats};

use super::runtime::seconds;
use super::text::{Kind, Text};
use crate::platform::Platform;

/// Rows that are counted of those that wait for a person.
const COUNTED_MAX: usize = 100;

type OfSender = (&'static str, &'static str, fn(&SenderStats) -> usize);

const SENDERS: [OfSender; 4] = [
    ("amazoff_outbox_waiting", "Effects that are not delivered yet.", |sender| sender.waiting),
    ("amazoff_outbox_in_flight", "Effects that are being handed over.", |sender| sender.in_flight),
    ("amazoff_outbox_dead", "Effects that need a person, as far as the dispatcher holds them.", |sender| {
        sender.dead
    }),
    ("amazoff_outbox_behind_dead", "Effects that wait behind one of those.", |sender| sender.behind_dead),
];

pub(super) async fn write(text: &mut Text, platform: &Platform) {
    outbox(text, &platform.runtime.outbox_stats());
    let journal = async {
        let projections = platform.runtime.projection_stats().await?;
        let dead = platform.runtime.dead_letters(None, COUNTED_MAX).await?.len();
        let quarantined =
            platform.runtime.journal().crashes(CrashFilter::Open, None, COUNTED_MAX).await?.len();
        Ok::<_, JournalError>((projections, dead, quarantined))
    };
    let read = journal.await;
    let help = "Whether the journal answered this scrape; without it projections and what waits for a person are left out.";
    text.family("amazoff_journal_up", Kind::Gauge, help).sample(&[], u8::from(read.is_ok()));
    match read {
        Ok((stats, dead, quarantined)) => {
            projections(text, &stats);
            let help = "Effects that need a person; counted up to 100.";
            text.family("amazoff_dead_letters", Kind::Gauge, help).sample(&[], dead);
            let help = "Commands in quarantine about which nobody has decided; counted up to 100.";
            text.family("amazoff_quarantined_commands", Kind::Gauge, help).sample(&[], quarantined);
        }
        Err(error) => tracing::warn!(%error, "the journal did not answer a scrape"),
    }
}

fn outbox(text: &mut Text, stats: &OutboxStats) {
    for (name, help, of) in SENDERS {
        let mut family = text.family(name, Kind::Gauge, help);
        for (sender, stats) in &stats.senders {
            family.sample(&[("sender", sender)], of(stats));
        }
    }
    let help = "How long ago the oldest undelivered effect was decided.";
    let mut family = text.family("amazoff_outbox_oldest_seconds", Kind::Gauge, help);
    for (sender, stats) in &stats.senders {
        family.sample(&[("sender", sender)], seconds(stats.oldest_age_ms));
    }
    let help = "0 while more effects wait in the journal than the dispatcher holds.";
    text.family("amazoff_outbox_complete", Kind::Gauge, help).sample(&[], u8::from(stats.complete));
}

fn projections(text: &mut Text, stats: &[ProjectionStats]) {
    type Of = (&'static str, &'static str, fn(&ProjectionStats) -> u64);
    const GAUGES: [Of; 4] = [
        ("amazoff_projection_behind_events", "Events that a projection has still to look at.", |one| {
            one.behind
        }),
        ("amazoff_projection_failing_shards", "Shards that it cannot project now.", |one| {
            u64::try_from(one.failing.len()).unwrap_or(u64::MAX)
        }),
        ("amazoff_projection_generation", "The generation that readers see.", |one| one.generation),
        ("amazoff_projection_rebuilding", "1 while it is built anew.", |one| {
            u64::from(one.rebuilding.is_some())
        }),
    ];
    for (name, help, of) in GAUGES {
        let mut family = text.family(name, Kind::Gauge, help);
        for projection in stats {
            family.sample(&[("projection", projection.name)], of(projection));
        }
    }
    let help = "How long the oldest of the events that it has not looked at has waited.";
    let mut family = text.family("amazoff_projection_lag_seconds", Kind::Gauge, help);
    for projection in stats {
        family.sample(&[("projection", projection.name)], seconds(projection.oldest_unprojected_age_ms));
    }
}
