//! Clearing accounts hold what is on its way, to the cent: what one entity booked out and no other booked in is with an
//! undelivered effect, or with a payment that is asked to give it back.

use std::collections::BTreeSet;

use amazoff_actors::payment::{CLEARING, REFUNDS};

use crate::facts::Facts;
use crate::finding::{Code, Report};
use crate::in_flight::Sums;

pub(super) fn clears(facts: &Facts, under_way: &Sums, report: &mut Report) {
    let held = facts.balances.iter().filter(|(_, amount)| **amount != 0);
    let held = held.filter_map(|((account, asset), _)| {
        [CLEARING, REFUNDS]
            .into_iter()
            .find(|clearing| clearing == account)
            .map(|account| (account, asset.as_str()))
    });
    let expected = under_way.money.keys().copied();
    for (account, asset) in held.chain(expected).collect::<BTreeSet<_>>() {
        let (balance, way) = (facts.balance(account, asset), under_way.way(account, asset));
        if balance != way.sum() {
            let mut detail =
                format!("it holds {balance} of {asset}, undelivered effects carry {}", way.carried);
            if account == REFUNDS {
                detail += &format!(", payments are asked to give back {}", way.at_payments);
            }
            if way.lost != 0 {
                detail += &format!("; discarded effects carried {}", way.lost);
            }
            report.note(Code::InFlightDiffers, account, detail);
        }
    }
}
