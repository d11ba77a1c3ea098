//! How the pricebook changes.

use amazoff_supervisor::{Claim, Context, Decision, Entity};
use serde::{Deserialize, Serialize};

use super::{Change, Command, Event, Pricebook, Rejection, validation};
use crate::effect::NoEffect;

/// The answer to an accepted change. The content is read from the published state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The pricebook's version now.
    pub version: u64,
}

impl Pricebook {
    /// The event of a change; `None` when it changes nothing.
    fn event(&self, change: &Change) -> Result<Option<Event>, Rejection> {
        validation::check(self, change)?;
        let (same, event) = match change.clone() {
            Change::SetCurrencies { currencies } => {
                (self.currencies == currencies, Event::CurrenciesSet { currencies })
            }
            Change::SetRounding { rounding } => (self.rounding == rounding, Event::RoundingSet { rounding }),
            Change::SetCapture { policy } => (self.capture == policy, Event::CaptureSet { policy }),
            Change::PutRegion(region) => {
                (self.regions.get(&region.id) == Some(&region), Event::RegionPut(region))
            }
            Change::RemoveRegion { id } => {
                self.regions.get(&id).ok_or(Rejection::RegionNotFound)?;
                if id == self.default_region {
                    return Err(Rejection::RegionIsDefault);
                }
                (false, Event::RegionRemoved { id })
            }
            Change::SetDefaultRegion { id } => {
                self.regions.get(&id).ok_or(Rejection::RegionNotFound)?;
                (self.default_region == id, Event::DefaultRegionSet { id })
            }
            Change::PutShippingMethod(method) => {
                (self.shipping.get(&method.id) == Some(&method), Event::ShippingMethodPut(method))
            }
            Change::RemoveShippingMethod { id } => {
                self.shipping.get(&id).ok_or(Rejection::ShippingMethodNotFound)?;
                (false, Event::ShippingMethodRemoved { id })
            }
            Change::CreatePromotion { id, promotion } => {
                let known = self.promotions.get(&id);
                if known.is_some_and(|known| *known != *promotion) {
                    return Err(Rejection::PromotionExists);
                }
                (known.is_some(), Event::PromotionCreated { id, promotion })
            }
            Change::ChangePromotion { id, promotion } => {
                let known = self.promotions.get(&id).ok_or(Rejection::PromotionNotFound)?;
                (*known == *promotion, Event::PromotionChanged { id, promotion })
            }
        };
        Ok((!same).then_some(event))
    }
}

impl Entity for Pricebook {
    const KIND: &'static str = "pricebook";
    type Command = Command;
    type Event = Event;
    type Reply = Receipt;
    type Rejection = Rejection;
    type Effect = NoEffect;

    fn decide(&self, command: &Command, _context: &Context) -> Result<Decision<Self>, Rejection> {
        let Command::Change { expected_version, change } = command;
        let version = self.version;
        if expected_version.is_some_and(|expected| expected != version) {
            return Err(Rejection::PricebookChanged { version });
        }
        Ok(match self.event(change)? {
            Some(event) => Decision::event(event, Receipt { version: version.saturating_add(1) }),
            None => Decision::reply(Receipt { version }),
        })
    }

    fn apply(&mut self, event: &Event) {
        self.version = self.version.saturating_add(1);
        match event.clone() {
            Event::CurrenciesSet { currencies } => self.currencies = currencies,
            Event::RoundingSet { rounding } => self.rounding = rounding,
            Event::CaptureSet { policy } => self.capture = policy,
            Event::RegionPut(region) => drop(self.regions.insert(region.id.clone(), region)),
            Event::RegionRemoved { id } => drop(self.regions.remove(&id)),
            Event::DefaultRegionSet { id } => self.default_region = id,
            Event::ShippingMethodPut(method) => drop(self.shipping.insert(method.id.clone(), method)),
            Event::ShippingMethodRemoved { id } => drop(self.shipping.remove(&id)),
            Event::PromotionCreated { id, promotion } | Event::PromotionChanged { id, promotion } => {
                drop(self.promotions.insert(id, *promotion));
            }
        }
    }

    fn claim_taken(_claim: &Claim) -> Rejection {
        Rejection::PromotionExists // a pricebook claims no key
    }

    fn destination(effect: &Self::Effect) -> String {
        match *effect {}
    }
}
