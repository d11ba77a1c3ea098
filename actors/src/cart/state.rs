//! The rules of a cart.

use std::collections::BTreeMap;

use amazoff_supervisor::{Claim, Context, Decision, Entity, Version};
use serde::{Deserialize, Serialize};

use super::{Addition, Command, Event, Offer, Owner, Rejection, Requirement, View};
use crate::effect::NoEffect;
use crate::ids::{CartId, LineId, OrderId, ProductId, UserId, VariantId};
use crate::money::{Currency, Money, MoneyError, Quantity};
use crate::pricing::{SHOP_CURRENCY, Totals, is_price, totals};

/// The most lines of a cart.
pub const LINES_MAX: usize = 100;

/// Where a cart is in its life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Never created.
    #[default]
    Absent,
    /// Its owner may change it.
    Open,
    /// An attempt of its checkout holds it.
    Completing {
        /// Which attempt.
        attempt: u32,
    },
    /// It became an order.
    Completed {
        /// Which order.
        order: OrderId,
    },
}

impl Status {
    /// Its public name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Open => "open",
            Self::Completing { .. } => "completing",
            Self::Completed { .. } => "completed",
        }
    }
}

/// Pieces of one variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Derived from the variant (CART-2).
    pub id: LineId,
    /// What is bought.
    pub variant: VariantId,
    /// Of which product.
    pub product: ProductId,
    /// The product's name when it was added.
    pub title: String,
    /// What makes the variant differ from others.
    pub options: BTreeMap<String, String>,
    /// The name of a picture's bytes.
    pub image: Option<String>,
    /// How many pieces.
    pub quantity: Quantity,
    /// Of one piece, when it was last added or repriced.
    pub unit_price: Money,
}

/// A cart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cart {
    /// Where it is in its life.
    pub status: Status,
    /// Whose it is.
    pub owner: Owner,
    /// In which it is paid.
    pub currency: Currency,
    /// What is in it, in the order of coming.
    pub lines: Vec<Line>,
    /// The newest attempt that is over (CART-5); 0 before the first.
    pub released: u32,
    /// How many events it has.
    pub version: Version,
}

impl Default for Cart {
    fn default() -> Self {
        Self {
            status: Status::Absent,
            owner: Owner::Guest,
            currency: SHOP_CURRENCY,
            lines: Vec::new(),
            released: 0,
            version: Version(0),
        }
    }
}

impl Cart {
    /// What it costs (CART-3).
    ///
    /// # Errors
    /// When that cannot be computed; no stored cart is like that.
    pub fn totals(&self) -> Result<Totals, MoneyError> {
        totals(self.lines.iter().map(|line| (line.unit_price, line.quantity)))
    }
    /// What is missing before it can be completed; a claim is refused while there is anything (CART-6).
    pub fn requirements(&self) -> Vec<Requirement> {
        if !self.lines.is_empty() {
            return Vec::new();
        }
        vec![Requirement {
            step: "cart".to_owned(),
            field: "lines".to_owned(),
            code: "cart-empty".to_owned(),
            message: "Put something into the cart first.".to_owned(),
        }]
    }
    /// A line by its id.
    pub fn line(&self, id: LineId) -> Option<&Line> {
        self.lines.iter().find(|line| line.id == id)
    }

    /// Refuses when the shopper must not change it now.
    fn check_open(&self) -> Result<(), Rejection> {
        match self.status {
            Status::Absent => Err(Rejection::CartNotFound),
            Status::Open => Ok(()),
            Status::Completing { .. } => Err(Rejection::CartLocked),
            Status::Completed { .. } => Err(Rejection::CartCompleted),
        }
    }

    fn create(&self, owner: Owner, currency: Currency) -> Result<Vec<Event>, Rejection> {
        if currency != SHOP_CURRENCY {
            return Err(Rejection::CurrencyMismatch);
        }
        match self.status {
            Status::Absent => Ok(vec![Event::Created { owner, currency }]),
            Status::Open | Status::Completing { .. } | Status::Completed { .. } => Ok(Vec::new()),
        }
    }

    fn add_line(&self, Addition { variant, quantity, offer }: &Addition) -> Result<Vec<Event>, Rejection> {
        let offer = offer.as_ref().ok_or(Rejection::ProductNotAvailable)?;
        if offer.unit_price.currency != self.currency {
            return Err(Rejection::CurrencyMismatch);
        }
        if !is_price(offer.unit_price) {
            return Err(Rejection::ProductNotAvailable);
        }
        let id = LineId::of_variant(*variant);
        let Some(line) = self.line(id) else {
            if self.lines.len() >= LINES_MAX {
                return Err(Rejection::TooManyLines);
            }
            check_available(*variant, *quantity, offer.available)?;
            return Ok(vec![Event::LineAdded { line: Line::new(*variant, *quantity, offer) }]);
        };
        let quantity = line.quantity.checked_add(*quantity)?;
        check_available(*variant, quantity, offer.available)?;
        let mut events = vec![Event::QuantitySet { line: id, quantity }];
        if line.unit_price != offer.unit_price {
            events.push(Event::Repriced { line: id, unit_price: offer.unit_price });
        }
        Ok(events)
    }

    fn set_quantity(
        &self,
        id: LineId,
        quantity: Quantity,
        available: Option<u32>,
    ) -> Result<Vec<Event>, Rejection> {
        let line = self.line(id).ok_or(Rejection::LineNotFound)?;
        if let Some(available) = available.filter(|_| quantity > line.quantity) {
            check_available(line.variant, quantity, available)?;
        }
        let unchanged = quantity == line.quantity;
        Ok(if unchanged { Vec::new() } else { vec![Event::QuantitySet { line: id, quantity }] })
    }

    fn adopt(&self, user: UserId) -> Result<Vec<Event>, Rejection> {
        match self.owner {
            Owner::Guest => Ok(vec![Event::Adopted { user }]),
            Owner::User(owner) if owner == user => Ok(Vec::new()),
            Owner::User(_) => Err(Rejection::CartNotFound),
        }
    }

    fn claim(&self, attempt: u32) -> Result<Vec<Event>, Rejection> {
        match self.status {
            Status::Completing { attempt: holder } if holder == attempt => return Ok(Vec::new()),
            Status::Absent | Status::Open | Status::Completing { .. } | Status::Completed { .. } => {
                self.check_open()?;
            }
        }
        if attempt <= self.released {
            return Err(Rejection::AttemptReleased);
        }
        if !self.requirements().is_empty() {
            return Err(Rejection::CartEmpty);
        }
        Ok(vec![Event::Claimed { attempt }])
    }

    fn release(&self, attempt: u32, reprice: &[(VariantId, Money)]) -> Result<Vec<Event>, Rejection> {
        let held = match self.status {
            Status::Absent => return Err(Rejection::CartNotFound),
            Status::Completed { .. } => return Ok(Vec::new()),
            Status::Open => false,
            Status::Completing { attempt: holder } => holder == attempt,
        };
        if !held {
            let news = attempt > self.released;
            return Ok(if news { vec![Event::Released { attempt }] } else { Vec::new() });
        }
        let mut events = vec![Event::Released { attempt }];
        // A price that cannot be one is left out: it must not keep the cart locked.
        for (variant, unit_price) in reprice.iter().filter(|(_, price)| is_price(*price)) {
            let line = self.line(LineId::of_variant(*variant));
            if let Some(line) = line.filter(|line| line.unit_price != *unit_price) {
                events.push(Event::Repriced { line: line.id, unit_price: *unit_price });
            }
        }
        Ok(events)
    }

    fn complete(&self, attempt: u32, order: OrderId) -> Result<Vec<Event>, Rejection> {
        match self.status {
            Status::Absent => Err(Rejection::CartNotFound),
            Status::Completing { attempt: holder } if holder == attempt => {
                Ok(vec![Event::Completed { attempt, order }])
            }
            Status::Open | Status::Completing { .. } => Err(Rejection::CartNotClaimed),
            Status::Completed { order: done } if done == order => Ok(Vec::new()),
            Status::Completed { .. } => Err(Rejection::CartCompleted),
        }
    }

    fn events(&self, command: &Command) -> Result<Vec<Event>, Rejection> {
        match command {
            Command::Create { owner, currency } => self.create(*owner, *currency),
            Command::AddLine(new) => self.check_open().and_then(|()| self.add_line(new)),
            Command::SetQuantity { line, quantity, available } => {
                self.check_open().and_then(|()| self.set_quantity(*line, *quantity, *available))
            }
            Command::RemoveLine { line } => {
                self.check_open()?;
                Ok(self.line(*line).map(|line| Event::LineRemoved { line: line.id }).into_iter().collect())
            }
            Command::Adopt { user } => self.check_open().and_then(|()| self.adopt(*user)),
            Command::Claim { attempt } => self.claim(*attempt),
            Command::Release { attempt, reprice } => {
                self.release(*attempt, reprice.as_deref().unwrap_or_default())
            }
            Command::Complete { attempt, order } => self.complete(*attempt, *order),
        }
    }
}

impl Line {
    fn new(variant: VariantId, quantity: Quantity, offer: &Offer) -> Self {
        let Offer { product, title, options, image, unit_price, available: _ } = offer.clone();
        Self {
            id: LineId::of_variant(variant),
            variant,
            product,
            title,
            options,
            image,
            quantity,
            unit_price,
        }
    }
}

fn check_available(variant: VariantId, wanted: Quantity, available: u32) -> Result<(), Rejection> {
    let enough = wanted.get() <= available;
    if enough { Ok(()) } else { Err(Rejection::InsufficientStock { variant, available }) }
}

impl Entity for Cart {
    const KIND: &'static str = "cart";
    type Command = Command;
    type Event = Event;
    type Reply = View;
    type Rejection = Rejection;
    type Effect = NoEffect;

    fn decide(&self, command: &Command, context: &Context) -> Result<Decision<Self>, Rejection> {
        if self.status != Status::Absent && !self.owner.admits(&context.principal) {
            return Err(Rejection::CartNotFound); // CART-7
        }
        let events = self.events(command)?;
        let view = View::of(CartId::from(context.entity.id), &self.after(&events))?; // CART-3: refused when it has no total
        Ok(events.into_iter().fold(Decision::reply(view), Decision::and))
    }

    fn apply(&mut self, event: &Event) {
        self.version.0 += 1;
        match event {
            Event::Created { owner, currency } => {
                self.status = Status::Open;
                self.owner = *owner;
                self.currency = *currency;
            }
            Event::LineAdded { line } => self.lines.push(line.clone()),
            Event::QuantitySet { line: id, quantity } => {
                self.lines
                    .iter_mut()
                    .filter(|line| line.id == *id)
                    .for_each(|line| line.quantity = *quantity);
            }
            Event::Repriced { line: id, unit_price } => {
                let lines = self.lines.iter_mut().filter(|line| line.id == *id);
                lines.for_each(|line| line.unit_price = *unit_price);
            }
            Event::LineRemoved { line: id } => self.lines.retain(|line| line.id != *id),
            Event::Adopted { user } => self.owner = Owner::User(*user),
            Event::Claimed { attempt } => self.status = Status::Completing { attempt: *attempt },
            Event::Released { attempt } => {
                self.released = self.released.max(*attempt);
                if self.status == (Status::Completing { attempt: *attempt }) {
                    self.status = Status::Open;
                }
            }
            Event::Completed { order, .. } => self.status = Status::Completed { order: *order },
        }
    }

    fn claim_taken(_claim: &Claim) -> Rejection {
        Rejection::CartNotFound // a cart claims no key
    }

    fn destination(effect: &NoEffect) -> String {
        match *effect {}
    }
}
