//! The courses: what a caller does, what it is told, and what may come of it.

use std::time::Duration;

use amazoff_actors::checkout::{Failure, Outcome};
use amazoff_actors::ids::CartId;
use amazoff_actors::order::{PaymentStatus, Status};
use amazoff_actors::payment::Confirmation;
use amazoff_supervisor::Fault as _;
use amazoff_world::{Shelf, World};

/// How long a caller follows what it began.
const FOLLOWS: Duration = Duration::from_mins(20);
/// Pieces in the cart, and on the shelf.
const PIECES: u32 = 2;
const SHELF: u32 = 10;

/// One way that a purchase takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Course {
    /// The card is good.
    Buy,
    /// The card is good, and the provider's first answer gets lost.
    LostAnswer,
    /// The card is refused.
    Decline,
    /// The bank asks the shopper, who agrees.
    Confirm,
    /// The bank asks the shopper, who never answers.
    Abandon,
}

/// What a course begins with.
pub(crate) struct Scene {
    shelf: Shelf,
    cart: CartId,
}

impl Course {
    /// All of them, in the page's order.
    pub(crate) const ALL: [Self; 5] =
        [Self::Buy, Self::LostAnswer, Self::Decline, Self::Confirm, Self::Abandon];

    /// Its heading on the page.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Buy => "A purchase with a good card",
            Self::LostAnswer => "A purchase whose authorization is answered by silence",
            Self::Decline => "A purchase with a refused card",
            Self::Confirm => "A purchase that the bank asks its shopper about, who agrees",
            Self::Abandon => "A purchase that the bank asks its shopper about, who never answers",
        }
    }

    fn token(self) -> &'static str {
        match self {
            Self::Buy => "tok_ok",
            Self::LostAnswer => "tok_lost",
            Self::Decline => "tok_decline",
            Self::Confirm | Self::Abandon => "tok_action",
        }
    }

    /// What may come of it, besides nothing when it never began.
    pub(crate) fn may_end(self, end: &str) -> bool {
        match self {
            // A provider that cannot be reached at all, or never hears of it, is a payment that failed.
            Self::Buy | Self::LostAnswer => matches!(end, "bought" | "undone"),
            Self::Decline | Self::Abandon => end == "undone",
            // A shopper whose answer does not arrive has not answered.
            Self::Confirm => matches!(end, "bought" | "undone"),
        }
    }

    /// What there is before it.
    pub(crate) async fn prepare(self, world: &World) -> Scene {
        let shelf = world.stock(1_999, SHELF).await;
        Scene { shelf, cart: world.full_cart(&[(shelf, PIECES)]).await }
    }

    /// Does it, as its caller; the text is what the caller was told.
    pub(crate) async fn act(self, world: &World, scene: &Scene) -> String {
        let form = world.form(scene.cart, self.token()).await;
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
        let Some(checkout) = stored.checkouts.get(&scene.cart.uuid()) else { return "nothing began" };
        let stock = &stored.stocks[&scene.shelf.variant.uuid()];
        let paid = stored.orders.values().filter(|order| {
            order.status() == Status::Placed && order.payment_status() == PaymentStatus::Paid
        });
        if checkout.is_done() {
            assert_eq!((paid.count(), stock.allocated), (1, PIECES));
            return "bought";
        }
        assert_eq!((paid.count(), stock.allocated, stock.held), (0, 0, 0));
        // Fully undone: the next attempt buys.
        let again = world.complete(scene.cart, "tok_ok").await;
        assert!(matches!(again, Ok(Outcome::Placed { .. })), "{again:?}");
        world.settled().await;
        world.invariants().await.assert_hold();
        "undone"
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
