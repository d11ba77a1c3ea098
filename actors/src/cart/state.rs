//! Where a cart stands.

use std::collections::BTreeSet;

use amazoff_supervisor::sealing::Sealed;
use amazoff_supervisor::{Claim, Context, Decision, Entity, Timestamp, Version, parsed_bytes};
use serde::{Deserialize, Serialize};

use super::{Address, Command, Effect, Event, Line, Owner, Rejection, Requirement, View, Warning, rules};
use crate::ids::{CartId, LineId, OrderId};
use crate::money::{Currency, Money, MoneyError};
use crate::order::Contact;
use crate::pricing::{Asked, Destination, SHOP_CURRENCY};

/// The most lines of a cart.
pub const LINES_MAX: usize = 100;
/// The most codes of a cart.
pub const COUPONS_MAX: usize = 5;

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
    /// Its content is on the way into another cart.
    Merging {
        /// Into which.
        target: CartId,
    },
    /// Its content is in another cart.
    Merged {
        /// In which.
        target: CartId,
    },
    /// Nobody came back.
    Abandoned,
}

impl Status {
    /// Its public name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Open => "open",
            Self::Completing { .. } => "completing",
            Self::Completed { .. } => "completed",
            Self::Merging { .. } => "merging",
            Self::Merged { .. } => "merged",
            Self::Abandoned => "abandoned",
        }
    }
}

/// How the last merge of a cart into another ended without one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RefusedMerge {
    /// Into which other.
    pub target: CartId,
    /// Why not.
    pub refusal: Rejection,
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
    /// The codes that the shopper entered, in that order.
    #[serde(default)]
    pub coupons: Vec<String>,
    /// Where it goes, as far as price and tax depend on it.
    #[serde(default)]
    pub destination: Option<Destination>,
    /// Who receives it.
    #[serde(default)]
    pub contact: Option<Sealed<Contact>>,
    /// Whether the cart's own key may have sealed something, because it was a guest's then.
    #[serde(default)]
    pub sealed_for_guest: bool,
    /// The id of the chosen shipping method.
    #[serde(default)]
    pub shipping: Option<String>,
    /// The newest attempt that is over (CART-5); 0 before the first.
    pub released: u32,
    /// The carts whose content it took over (CART-10).
    #[serde(default)]
    pub absorbed: BTreeSet<CartId>,
    /// What the shopper should know about the merge that ended it.
    #[serde(default)]
    pub merge_warnings: Vec<Warning>,
    /// Why the last merge into another came to nothing, until the next change.
    #[serde(default)]
    pub merge_refused: Option<RefusedMerge>,
    /// When the shopper was there, to the accuracy of [`super::TOUCH_EVERY`]; carts of old do not know.
    #[serde(default)]
    pub touched_at: Option<Timestamp>,
    /// Whether it was noticed that the shopper left it.
    #[serde(default)]
    pub left: bool,
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
            coupons: Vec::new(),
            destination: None,
            contact: None,
            sealed_for_guest: false,
            shipping: None,
            released: 0,
            absorbed: BTreeSet::new(),
            merge_warnings: Vec::new(),
            merge_refused: None,
            touched_at: None,
            left: false,
            version: Version(0),
        }
    }
}

impl Cart {
    /// What its lines cost at the prices that they remember (CART-3); what is charged is a quote's.
    ///
    /// # Errors
    /// When that cannot be computed; no stored cart is like that.
    pub fn subtotal(&self) -> Result<Money, MoneyError> {
        let mut sum = Money::zero(self.currency);
        for line in &self.lines {
            sum = sum.checked_add(line.unit_price.checked_mul(line.quantity)?)?;
        }
        Ok(sum)
    }
    /// What is missing before it can be completed; a claim is refused while there is anything (CART-6).
    pub fn requirements(&self) -> Vec<Requirement> {
        Requirement::of_cart(self)
    }
    /// What a price of it is asked for.
    pub fn asked(&self, at: Timestamp) -> Asked {
        let line = |line: &Line| (line.id, line.variant, line.product, line.quantity);
        Asked {
            currency: self.currency,
            lines: self.lines.iter().map(line).collect(),
            destination: self.destination.clone(),
            shipping_method: self.shipping.clone(),
            coupons: self.coupons.clone(),
            words: self.lines.iter().map(|line| line.wording.bytes()).sum(),
            at,
        }
    }
    /// A line by its id.
    pub fn line(&self, id: LineId) -> Option<&Line> {
        self.lines.iter().find(|line| line.id == id)
    }
    /// Whether it is over: nothing will ever change it again.
    pub fn is_over(&self) -> bool {
        match self.status {
            Status::Completed { .. } | Status::Merged { .. } | Status::Abandoned => true,
            Status::Absent | Status::Open | Status::Completing { .. } | Status::Merging { .. } => false,
        }
    }

    /// Whether it is over and became no order: what is personal of it is forgotten.
    pub fn is_over_without_order(&self) -> bool {
        match self.status {
            Status::Merged { .. } | Status::Abandoned => true,
            Status::Absent
            | Status::Open
            | Status::Completing { .. }
            | Status::Completed { .. }
            | Status::Merging { .. } => false,
        }
    }

    fn set_address(&mut self, Address { contact, destination }: &Address) {
        self.contact = Some(contact.clone());
        self.sealed_for_guest |= self.owner == Owner::Guest;
        self.destination = Some(destination.clone());
    }

    /// It is over without an order: what was in it is elsewhere or given up, and so is what is personal.
    fn empty(&mut self) {
        self.lines.clear();
        self.coupons.clear();
        self.contact = None;
        self.destination = None;
        self.shipping = None;
    }

    fn line_mut(&mut self, id: LineId) -> impl Iterator<Item = &mut Line> {
        self.lines.iter_mut().filter(move |line| line.id == id)
    }
}

impl Entity for Cart {
    const KIND: &'static str = "cart";
    /// 2: codes, address and shipping; merging; when the shopper was there.
    const SCHEMA: u16 = 2;
    type Command = Command;
    type Event = Event;
    type Reply = View;
    type Rejection = Rejection;
    type Effect = Effect;

    fn decide(&self, command: &Command, context: &Context) -> Result<Decision<Self>, Rejection> {
        rules::decide(self, command, context)
    }

    fn apply(&mut self, event: &Event) {
        self.version.0 += 1;
        match event {
            Event::Created { owner, currency, at } => {
                self.status = Status::Open;
                self.owner = *owner;
                self.currency = *currency;
                self.touched_at = *at;
            }
            Event::LineAdded { line } => {
                self.lines.reserve_exact(1); // thousands of carts wait, and few grow on
                self.lines.push(line.clone());
            }
            Event::QuantitySet { line: id, quantity } => {
                self.line_mut(*id).for_each(|line| line.quantity = *quantity);
            }
            Event::Repriced { line: id, unit_price } => {
                self.line_mut(*id).for_each(|line| line.unit_price = *unit_price);
            }
            Event::LineRemoved { line: id } => self.lines.retain(|line| line.id != *id),
            Event::CouponApplied { code } => self.coupons.push(code.clone()),
            Event::CouponRemoved { code } => self.coupons.retain(|known| known != code),
            Event::AddressSet(address) => self.set_address(address),
            Event::ShippingSet { method } => self.shipping = Some(method.clone()),
            Event::Adopted { user } => {
                self.sealed_for_guest |= self.owner == Owner::Guest;
                self.owner = Owner::User(*user);
                self.contact = None;
            }
            Event::MergeStarted { target, .. } => {
                self.status = Status::Merging { target: *target };
                self.merge_refused = None;
            }
            Event::MergeRefused { target, refusal } => {
                self.status = Status::Open;
                self.merge_refused = Some(RefusedMerge { target: *target, refusal: (**refusal).clone() });
            }
            Event::Merged { target, warnings } => {
                self.status = Status::Merged { target: *target };
                self.merge_warnings.clone_from(warnings);
                self.empty();
            }
            Event::Absorbed { source, .. } => {
                self.absorbed.insert(*source);
            }
            Event::Touched { at } => {
                self.touched_at = Some(*at);
                self.left = false;
            }
            Event::Left { .. } => self.left = true,
            Event::Abandoned { .. } => {
                self.status = Status::Abandoned;
                self.empty();
            }
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

    fn bytes_in_memory(&self) -> Option<usize> {
        let Self { lines, coupons, destination, contact, shipping, absorbed, .. } = self;
        // What lines say of their variants is shared.
        let lines = lines.capacity().saturating_mul(size_of::<Line>());
        let others = parsed_bytes(&(coupons, destination, contact, shipping, absorbed));
        let merge = parsed_bytes(&(&self.merge_warnings, &self.merge_refused));
        Some(size_of::<Self>() + lines + others + merge)
    }

    fn claim_taken(_claim: &Claim) -> Rejection {
        Rejection::CartNotFound // a cart claims no key
    }

    fn reminded(name: &str) -> Option<Command> {
        (name == rules::TIDY).then_some(Command::Tidy)
    }

    fn destination(effect: &Effect) -> String {
        match effect {
            Effect::MergeInto(handover) => format!("cart:{}", handover.target),
            Effect::ForgetGuest { .. } => "key".to_owned(),
        }
    }
}
