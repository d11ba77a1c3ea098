//! What payment providers tell, and how payments compare with what they say.

use amazoff_actors::reconcile::Kind as Finding;

use super::text::{Kind, Text};
use crate::platform::Platform;

pub(super) fn write(text: &mut Text, platform: &Platform) {
    let help = "Messages of payment providers, by what became of them.";
    let mut family = text.family("amazoff_webhooks_total", Kind::Counter, help);
    for (provider, became, count) in platform.shop.webhooks.counts() {
        family.sample(&[("provider", &provider), ("outcome", became)], count);
    }
    let (last, runs) = platform.shop.reconciliations.last();
    let help = "Comparisons of payments with what their providers say.";
    text.family("amazoff_reconciliations_total", Kind::Counter, help).sample(&[], runs);
    let Some(last) = last else { return };
    let help = "What did not fit in the newest comparison.";
    let mut family = text.family("amazoff_reconciliation_findings", Kind::Gauge, help);
    for kind in Finding::ALL {
        family.sample(&[("kind", kind.name())], last.findings.of(kind));
    }
    let help = "Providers that the newest comparison could not read to the end.";
    text.family("amazoff_reconciliation_incomplete", Kind::Gauge, help).sample(&[], last.incomplete.len());
}
