//! Looking up what became of an operation. Nothing is ever sent again from here.

use amazoff_actors::payment::{Found, Intent, Lookup, Operation, ProviderAnswer, ProviderError};

use super::Stripe;
use super::calls::{Outcome, given_up, outcome, taken};
use super::wire::{KEY, List, PaymentIntent, Refund};

/// How many pages of a list are read in search of one object.
const PAGES_MAX: usize = 50;
/// How long before the question the intent may have been made, by Stripe's clock, in seconds.
const EARLIER_S: i64 = 300;
/// How long after the question it may have been made, at first, in seconds; and at most: keys live for a day.
const LATER_S: i64 = 600;
const LATEST_S: i64 = 25 * 60 * 60;

type Looked = Result<Found, ProviderError>;

impl Stripe {
    pub(super) async fn look_up(&self, lookup: &Lookup) -> Looked {
        let intent = &lookup.intent;
        let Some(reference) = &intent.reference else {
            return match lookup.operation {
                Operation::Authorize => self.search(intent).await,
                // Without an authorization there is nothing that these could have been asked about.
                Operation::Confirm | Operation::Capture | Operation::Void | Operation::Refund => {
                    Ok(Found::Nothing)
                }
            };
        };
        match lookup.operation {
            Operation::Authorize | Operation::Confirm => self.retrieve(reference).await?.standing(),
            Operation::Capture => {
                let now = self.retrieve(reference).await?;
                if now.remembers(&intent.key) {
                    Ok(Found::Answered(taken(&now, intent)?))
                } else if now.status == "canceled" {
                    // Nothing can be taken any more.
                    Ok(Found::Answered(ProviderAnswer::declined("canceled")))
                } else {
                    Ok(Found::Nothing)
                }
            }
            Operation::Void => self.voided(reference).await,
            Operation::Refund => self.refunded(reference, intent).await,
        }
    }

    async fn voided(&self, reference: &str) -> Looked {
        let now = self.retrieve(reference).await?;
        Ok(match now.status.as_str() {
            "canceled" => Found::Answered(given_up(&now)?),
            "succeeded" if now.amount_received < now.amount => Found::Answered(given_up(&now)?),
            "succeeded" => Found::Answered(ProviderAnswer::declined("already_captured")),
            _ => Found::Nothing,
        })
    }

    async fn refunded(&self, reference: &str, intent: &Intent) -> Looked {
        let mut query =
            vec![("payment_intent".to_owned(), reference.to_owned()), ("limit".to_owned(), "100".to_owned())];
        for _ in 0..PAGES_MAX {
            let page: List<Refund> = self.list_of("refunds", &query).await?;
            let mine =
                |refund: &&Refund| refund.metadata.get(KEY).map(String::as_str) == Some(intent.key.as_str());
            if let Some(refund) = page.data.iter().find(mine) {
                return refund.standing();
            }
            let Some(last) = page.data.last().filter(|_| page.has_more) else { return Ok(Found::Nothing) };
            query.retain(|(name, _)| name != "starting_after");
            query.push(("starting_after".to_owned(), last.id.clone()));
        }
        Err(ProviderError::Unknown("it has more refunds of this payment than are read".to_owned()))
    }

    /// Finds an intent whose name is not known, by the key in its metadata. The list is exact at once; Stripe's search is not.
    async fn search(&self, intent: &Intent) -> Looked {
        let Some(asked_at) = intent.asked_at else {
            return self.search_between(intent, (None, None)).await;
        };
        let asked_s = asked_at.unix_ms().div_euclid(1_000);
        let (from, soon, latest) = (
            asked_s.saturating_sub(EARLIER_S),
            asked_s.saturating_add(LATER_S),
            asked_s.saturating_add(LATEST_S),
        );
        match self.search_between(intent, (Some(from), Some(soon))).await? {
            Found::Nothing if self.clock.now().unix_ms().div_euclid(1_000) > soon => {
                self.search_between(intent, (Some(soon.saturating_add(1)), Some(latest))).await
            }
            found => Ok(found),
        }
    }

    async fn search_between(&self, intent: &Intent, (from, to): (Option<i64>, Option<i64>)) -> Looked {
        let mut query = vec![
            ("limit".to_owned(), "100".to_owned()),
            ("expand[]".to_owned(), "data.latest_charge".to_owned()),
        ];
        query.extend(from.map(|from| ("created[gte]".to_owned(), from.to_string())));
        query.extend(to.map(|to| ("created[lte]".to_owned(), to.to_string())));
        for _ in 0..PAGES_MAX {
            let page: List<PaymentIntent> = self.list_of("payment_intents", &query).await?;
            let mine =
                |one: &&PaymentIntent| one.metadata.get(KEY).map(String::as_str) == Some(intent.key.as_str());
            if let Some(found) = page.data.iter().find(mine) {
                return found.standing();
            }
            let Some(last) = page.data.last().filter(|_| page.has_more) else { return Ok(Found::Nothing) };
            query.retain(|(name, _)| name != "starting_after");
            query.push(("starting_after".to_owned(), last.id.clone()));
        }
        Err(ProviderError::Unknown("it has more payments of that time than are read".to_owned()))
    }

    /// The intent as it stands now.
    pub(super) async fn retrieve(&self, reference: &str) -> Result<PaymentIntent, ProviderError> {
        let query = [("expand[]".to_owned(), "latest_charge".to_owned())];
        match outcome(self.get(&format!("payment_intents/{reference}"), &query).await?)? {
            Outcome::Done(intent) => Ok(*intent),
            Outcome::Refused { code } => {
                Err(ProviderError::Unknown(format!("it does not show {reference}: {code}")))
            }
        }
    }
}
