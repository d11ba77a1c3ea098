//! The courses: what a caller does, what it is told, and what may come of it.

use std::time::Duration;

use amazoff_actors::checkout::{CompleteForm, Failure, Outcome};
use amazoff_actors::ids::{CartId, OrderId};
use amazoff_actors::order::{PaymentStatus, Status};
use amazoff_actors::payment::Confirmation;
use amazoff_actors::pricebook::{CapturePolicy, Change};
use amazoff_supervisor::Fault as _;
use amazoff_world::{Shelf, World};

use super::after;

/// How long a caller follows what it began.
const FOLLOWS: Duration = Duration::from_mins(20);
/// Pieces in the cart, and on the shelf.
pub(crate) const PIECES: u32 = 2;
pub(crate) const SHELF: u32 = 10;
/// The code that a cart has in the course about codes.
const CODE: &str = "SPRING";

/// One way that money takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Course {
    /// The card is good.
    Buy,
    /// The card is good, and the cart has a code that one order may use.
    BuyWithCode,
    /// The card is good, and the provider's first answer gets lost.
    LostAnswer,
    /// The card is refused.
    Decline,
    /// The bank asks the shopper, who agrees.
    Confirm,
    /// The bank asks the shopper, who never answers.
    Abandon,
    /// The shop gives a paid order up.
    CallOff,
    /// A part of the money goes back.
    Refund,
    /// What was delivered comes back.
    Return,
    /// Sending takes the money.
    SendToPay,
}

/// What a course begins with.
pub(crate) struct Scene {
    pub(crate) shelf: Shelf,
    pub(crate) cart: CartId,
    /// What the button sends, where the course begins with the button.
    form: Option<CompleteForm>,
}

impl Scene {
    pub(crate) fn order(&self) -> OrderId {
        OrderId::of_cart(self.cart)
    }
}

impl Course {
    /// All of them, in the page's order.
    pub(crate) const ALL: [Self; 10] = [
        Self::Buy,
        Self::BuyWithCode,
        Self::LostAnswer,
        Self::Decline,
        Self::Confirm,
        Self::Abandon,
        Self::CallOff,
        Self::Refund,
        Self::Return,
        Self::SendToPay,
    ];

    /// Its heading on the page.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Buy => "A purchase with a good card",
            Self::BuyWithCode => "A purchase with a good card and a code that one order may use",
            Self::LostAnswer => "A purchase whose authorization is answered by silence",
            Self::Decline => "A purchase with a refused card",
            Self::Confirm => "A purchase that the bank asks its shopper about, who agrees",
            Self::Abandon => "A purchase that the bank asks its shopper about, who never answers",
            Self::CallOff => "A paid order that the shop gives up",
            Self::Refund => "A refund of a part of a paid order",
            Self::Return => "A return that is received, of an order that was delivered",
            Self::SendToPay => "A parcel whose sending takes the money that was reserved",
        }
    }

    /// The card, where the course begins with the button.
    fn token(self) -> Option<&'static str> {
        match self {
            Self::Buy | Self::BuyWithCode => Some("tok_ok"),
            Self::LostAnswer => Some("tok_lost"),
            Self::Decline => Some("tok_decline"),
            Self::Confirm | Self::Abandon => Some("tok_action"),
            Self::CallOff | Self::Refund | Self::Return | Self::SendToPay => None,
        }
    }

    /// What may come of it, besides nothing when it never began.
    pub(crate) fn may_end(self, end: &str) -> bool {
        match self {
            // A provider that cannot be reached, or never hears of it, is a payment that failed; and a shopper whose answer
            // does not arrive has not answered.
            Self::Buy | Self::BuyWithCode | Self::LostAnswer | Self::Confirm => {
                matches!(end, "bought" | "undone")
            }
            Self::Decline | Self::Abandon => end == "undone",
            Self::CallOff | Self::Refund | Self::Return | Self::SendToPay => end == "done",
        }
    }

    /// What there is before it.
    pub(crate) async fn prepare(self, world: &World) -> Scene {
        let shelf = world.stock(1_999, SHELF).await;
        if self == Self::SendToPay {
            let policy = Change::SetCapture { policy: CapturePolicy::OnShipment };
            world.shop().pricebooks.change(policy, None, world.envelope()).await.unwrap();
        }
        let cart = world.full_cart(&[(shelf, PIECES)]).await;
        if self == Self::BuyWithCode {
            world.coupon(CODE, Some(1)).await;
            world.shop().carts.apply_coupon(cart, CODE, world.envelope()).await.unwrap();
        }
        let mut scene = Scene { shelf, cart, form: None };
        match self.token() {
            Some(token) => scene.form = Some(world.form(cart, token).await),
            None => after::prepare(self, world, &scene).await,
        }
        scene
    }

    /// Does it, as its caller; the text is what the caller was told.
    pub(crate) async fn act(self, world: &World, scene: &Scene) -> String {
        let Some(form) = scene.form.clone() else { return after::act(self, world, scene).await };
        let begun = world.shop().checkouts.complete(scene.cart, form, world.envelope(), FOLLOWS).await;
        match begun {
            Ok(Outcome::RequiresAction { payment, .. }) if self == Self::Confirm => {
                let answer = Confirmation::Approve;
                if let Err(error) = world.shop().payments.confirm(payment, answer, world.envelope()).await {
                    return format!("asked, then {}", error.code());
                }
                "asked".to_owned()
            }
            Ok(outcome) => told(&outcome),
            Err(error) => error.code().to_owned(),
        }
    }

    /// What came of it, once everything rests.
    ///
    /// # Panics
    /// When something is left of it, or it is neither done nor undone.
    pub(crate) async fn end(self, world: &World, scene: &Scene) -> &'static str {
        let stored = world.stored().await;
        world.invariants().await.and_at_rest(&stored, &world.provider).assert_hold();
        if scene.form.is_none() {
            return after::end(self, &stored, scene);
        }
        let Some(checkout) = stored.checkouts.get(&scene.cart.uuid()) else { return "nothing began" };
        let stock = &stored.stocks[&scene.shelf.variant.uuid()];
        let uses = self.uses(world).await;
        let paid = stored.orders.values().filter(|order| {
            order.status() == Status::Placed && order.payment_status() == PaymentStatus::Paid
        });
        if checkout.is_done() {
            assert_eq!((paid.count(), stock.allocated), (1, PIECES));
            assert!(uses.is_none_or(|uses| uses == 1), "the code was used {uses:?} times");
            return "bought";
        }
        assert_eq!((paid.count(), stock.allocated, stock.held), (0, 0, 0));
        assert!(uses.is_none_or(|uses| uses == 0), "the code was used {uses:?} times");
        // Fully undone: the next attempt buys.
        let again = world.complete(scene.cart, "tok_ok").await;
        assert!(matches!(again, Ok(Outcome::Placed { .. })), "{again:?}");
        world.settled().await;
        world.invariants().await.assert_hold();
        "undone"
    }

    /// How many orders use the code, in the course about codes.
    async fn uses(self, world: &World) -> Option<u32> {
        if self != Self::BuyWithCode {
            return None;
        }
        let coupon = world.shop().coupons.look_up(CODE).await.unwrap();
        coupon.map(|coupon| coupon.redeemed)
    }
}

fn told(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Placed { .. } => "placed".to_owned(),
        Outcome::RequiresAction { .. } => "asked".to_owned(),
        Outcome::Processing { .. } => "processing".to_owned(),
        Outcome::Failed(Failure::PaymentFailed { decline_code }) => {
            format!("payment-failed ({decline_code})")
        }
        Outcome::Failed(failure) => failure.code().to_owned(),
    }
}
