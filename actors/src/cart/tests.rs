mod golden;
mod leaving;
mod merging;
mod shop;
mod terms;

use std::collections::BTreeMap;

use amazoff_supervisor::sealing::Sealed;
use amazoff_supervisor::{Principal, Timestamp};
use amazoff_testkit::{Life, given};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::ids::{CartId, LineId, OrderId, ProductId, UserId, VariantId};
use crate::money::{Currency, Money, Quantity};
use crate::pricing::{Destination, PRICE_MAX};

const STOCK: u32 = 1_000;
/// When cases start.
const START: Timestamp = Timestamp::from_unix_ms(1_767_225_600_000);

fn variant(n: u128) -> VariantId {
    VariantId::from(Uuid::from_u128(n))
}

fn line_id(n: u128) -> LineId {
    LineId::of_variant(variant(n))
}

fn pieces(n: u32) -> Quantity {
    Quantity::try_from(n).unwrap()
}

fn order() -> OrderId {
    OrderId::from(Uuid::from_u128(77))
}

fn user(n: u128) -> UserId {
    UserId::from(Uuid::from_u128(n))
}

fn offer(cents: i64, available: u32) -> Offer {
    Offer {
        product: ProductId::from(Uuid::from_u128(1000)),
        title: "Teapot".to_owned(),
        options: BTreeMap::from([("colour".to_owned(), "blue".to_owned())]),
        image: None,
        unit_price: Money::eur(cents),
        available,
    }
}

fn add(n: u128, quantity: u32) -> Command {
    let offer = Some(offer(1000, STOCK));
    Command::AddLine(Addition { variant: variant(n), quantity: pieces(quantity), offer })
}

fn set(n: u128, quantity: u32, available: u32) -> Command {
    Command::SetQuantity { line: line_id(n), quantity: pieces(quantity), available: Some(available) }
}

fn release(attempt: u32) -> Command {
    Command::Release { attempt, reprice: None }
}

fn create(owner: Owner) -> Command {
    Command::Create { owner, currency: Currency::EUR, sold: true }
}

fn created() -> Event {
    created_for(Owner::Guest)
}

fn created_for(owner: Owner) -> Event {
    Event::Created { owner, currency: Currency::EUR, at: Some(START) }
}

fn address() -> Address {
    let destination =
        Destination { country: "DE".to_owned(), subdivision: None, postal_code: Some("10115".to_owned()) };
    Address { contact: Sealed::Erased, destination }
}

fn claim(attempt: u32) -> Command {
    Command::Claim { attempt, address: None }
}

/// A cart with something in it, that knows where it goes.
fn ready() -> Vec<Event> {
    [filled(), vec![Event::AddressSet(address())]].concat()
}

fn line(n: u128, quantity: u32) -> Line {
    let Offer { product, title, options, image, unit_price, .. } = offer(1000, STOCK);
    let (id, variant, quantity) = (line_id(n), variant(n), pieces(quantity));
    Line { id, variant, product, wording: Words { title, options, image }.into(), quantity, unit_price }
}

fn filled() -> Vec<Event> {
    vec![created(), Event::LineAdded { line: line(1, 2) }]
}

fn claimed(attempt: u32) -> Vec<Event> {
    [ready(), vec![Event::Claimed { attempt }]].concat()
}

fn completed() -> Vec<Event> {
    [claimed(1), vec![Event::Completed { attempt: 1, order: order() }]].concat()
}

#[test]
fn a_new_cart_is_empty_and_says_what_it_lacks() {
    let id = CartId::from(Uuid::from_u128(5));
    given::<Cart>([])
        .entity(id)
        .when(create(Owner::Guest))
        .then_events([created()])
        .then_reply_is(|view| {
            assert_eq!((view.id, view.status.as_str(), view.version.0), (id, "open", 1));
            assert_eq!(view.totals.total, Money::eur(0));
            assert_eq!(view.requirements[0].code, "cart-empty");
        })
        .when(create(Owner::Guest))
        .then_nothing_happens();
}

#[test]
fn a_cart_is_in_a_currency_in_which_the_shop_sells() {
    let currency = "USD".parse().unwrap();
    given::<Cart>([])
        .when(Command::Create { owner: Owner::Guest, currency, sold: false })
        .then_rejects(Rejection::CurrencyMismatch)
        .when(Command::Create { owner: Owner::Guest, currency, sold: true })
        .then_reply_is(|view| assert_eq!(view.currency, currency));
}

#[test]
fn an_added_line_costs_what_the_catalogue_says() {
    given::<Cart>([created()])
        .when(add(1, 2))
        .then_events([Event::LineAdded { line: line(1, 2) }])
        .then_reply_is(|view| {
            assert_eq!(view.lines[0].line_total, Money::eur(2000));
            assert_eq!(view.totals.total, Money::eur(2000));
            assert_eq!((view.requirements.len(), view.version.0), (1, 2));
            assert_eq!(view.requirements[0].code, "address-missing");
        });
}

#[test]
fn what_is_not_offered_is_refused() {
    let nothing = Addition { variant: variant(1), quantity: Quantity::ONE, offer: None };
    given::<Cart>([created()]).when(Command::AddLine(nothing)).then_rejects(Rejection::ProductNotAvailable);
    let bad_price = |unit_price| {
        let offer = Some(Offer { unit_price, ..offer(1, 1) });
        Command::AddLine(Addition { variant: variant(1), quantity: Quantity::ONE, offer })
    };
    let dollars = Money::new(1, "USD".parse().unwrap());
    given::<Cart>([created()]).when(bad_price(dollars)).then_rejects(Rejection::CurrencyMismatch);
    for cents in [-1, PRICE_MAX + 1, i64::MAX] {
        given::<Cart>([created()])
            .when(bad_price(Money::eur(cents)))
            .then_rejects(Rejection::ProductNotAvailable);
    }
}

#[test]
fn the_same_variant_again_raises_its_line_and_takes_the_newer_price() {
    let offer = Some(offer(1100, STOCK));
    given::<Cart>(filled())
        .when(Command::AddLine(Addition { variant: variant(1), quantity: pieces(3), offer }))
        .then_events([
            Event::QuantitySet { line: line_id(1), quantity: pieces(5) },
            Event::Repriced { line: line_id(1), unit_price: Money::eur(1100) },
        ]);
}

/// T-C1, one after the other as the cell runs them.
#[test]
fn ninety_nine_single_additions_make_one_line_of_ninety_nine_and_no_more() {
    let mut cart = Life::<Cart>::new(Uuid::from_u128(1));
    cart.happened([created()]);
    for _ in 0..99 {
        cart.run(add(1, 1)).unwrap();
    }
    assert_eq!(cart.state().lines.len(), 1);
    assert_eq!(cart.state().lines[0].quantity.get(), 99);
    assert_eq!(cart.run(add(1, 1)).unwrap_err(), Rejection::QuantityOutOfRange { got: 100 });
}

/// T-C3: what is no quantity cannot even be asked for.
#[test]
fn a_command_with_an_impossible_quantity_cannot_be_read() {
    let good = serde_json::to_string(&set(1, 5, STOCK)).unwrap();
    assert!(serde_json::from_str::<Command>(&good).is_ok());
    for bad in ["-1", "0", "100", "2147483648", "1.5", "NaN", "1e30", "\"5\""] {
        let bad = good.replace("\"quantity\":5", &format!("\"quantity\":{bad}"));
        assert!(bad != good && serde_json::from_str::<Command>(&bad).is_err(), "{bad}");
    }
}

#[test]
fn more_than_there_is_cannot_be_added_but_fewer_can_always_be_kept() {
    let scarce = |quantity, available| {
        let offer = Some(offer(1000, available));
        Command::AddLine(Addition { variant: variant(1), quantity: pieces(quantity), offer })
    };
    let refusal = |available| Rejection::InsufficientStock { variant: variant(1), available };
    given::<Cart>([created()]).when(scarce(4, 3)).then_rejects(refusal(3));
    given::<Cart>(filled()).when(scarce(2, 3)).then_rejects(refusal(3));
    given::<Cart>(filled()).when(set(1, 3, 2)).then_rejects(refusal(2));
    given::<Cart>(filled())
        .when(set(1, 1, 0))
        .then_events([Event::QuantitySet { line: line_id(1), quantity: Quantity::ONE }]);
    given::<Cart>(filled()).when(set(1, 2, 0)).then_nothing_happens();
}

#[test]
fn a_line_that_is_not_there_cannot_be_set_but_is_as_good_as_removed() {
    given::<Cart>(filled()).when(set(9, 1, STOCK)).then_rejects(Rejection::LineNotFound);
    given::<Cart>(filled()).when(Command::RemoveLine { line: line_id(9) }).then_nothing_happens();
    given::<Cart>(filled())
        .when(Command::RemoveLine { line: line_id(1) })
        .then_events([Event::LineRemoved { line: line_id(1) }])
        .then_state(|cart| assert!(cart.lines.is_empty()))
        .when(Command::RemoveLine { line: line_id(1) })
        .then_nothing_happens();
}

#[test]
fn a_cart_has_room_for_a_hundred_lines() {
    let lines = (0..100).map(|n| Event::LineAdded { line: line(n, 1) });
    let full: Vec<Event> = std::iter::once(created()).chain(lines).collect();
    given::<Cart>(full.clone()).when(add(100, 1)).then_rejects(Rejection::TooManyLines);
    given::<Cart>(full).when(add(99, 1)).then_state(|cart| assert_eq!(cart.lines.len(), 100));
}

#[test]
fn nothing_changes_a_cart_while_it_is_completing_or_completed() {
    for command in [add(1, 1), set(1, 1, STOCK), Command::RemoveLine { line: line_id(1) }] {
        given::<Cart>(claimed(1)).when(command.clone()).then_rejects(Rejection::CartLocked);
        given::<Cart>(completed()).when(command.clone()).then_rejects(Rejection::CartCompleted);
        given::<Cart>([]).when(command).then_rejects(Rejection::CartNotFound);
    }
    let adopt = Command::Adopt { user: user(1) };
    given::<Cart>(claimed(1)).when(adopt.clone()).then_rejects(Rejection::CartLocked);
    given::<Cart>(completed()).when(adopt).then_rejects(Rejection::CartCompleted);
}

#[test]
fn a_cart_is_claimed_by_one_attempt_only() {
    given::<Cart>(ready())
        .when(claim(1))
        .then_events([Event::Claimed { attempt: 1 }])
        .then_reply_is(|view| assert_eq!(view.status, "completing"))
        .when(claim(1))
        .then_nothing_happens()
        .when(claim(2))
        .then_rejects(Rejection::CartLocked);
    given::<Cart>(completed()).when(claim(2)).then_rejects(Rejection::CartCompleted);
    given::<Cart>([created()]).when(claim(1)).then_rejects(Rejection::CartEmpty);
    given::<Cart>(filled()).when(claim(1)).then_rejects(Rejection::AddressMissing);
}

/// T-C8.
#[test]
fn a_failed_checkout_leaves_the_cart_editable_and_repriced() {
    let reprice = vec![
        (variant(1), Money::eur(1200)),
        (variant(9), Money::eur(1)),
        (variant(1), Money::new(1, "USD".parse().unwrap())),
    ];
    given::<Cart>(claimed(1))
        .when(Command::Release { attempt: 1, reprice: Some(reprice) })
        .then_events([
            Event::Released { attempt: 1 },
            Event::Repriced { line: line_id(1), unit_price: Money::eur(1200) },
        ])
        .when(add(1, 1))
        .then_reply_is(|view| assert_eq!((view.status.as_str(), view.lines[0].quantity.get()), ("open", 3)))
        .when(claim(2))
        .then_events([Event::Claimed { attempt: 2 }]);
}

#[test]
fn a_claim_that_comes_after_its_release_is_refused() {
    given::<Cart>(ready())
        .when(release(1))
        .then_events([Event::Released { attempt: 1 }])
        .when(release(1))
        .then_nothing_happens()
        .when(claim(1))
        .then_rejects(Rejection::AttemptReleased)
        .when(claim(2))
        .then_events([Event::Claimed { attempt: 2 }]);
}

#[test]
fn an_old_release_does_not_unlock_a_newer_claim() {
    given::<Cart>(claimed(2))
        .when(release(1))
        .then_state(|cart| assert_eq!(cart.status, Status::Completing { attempt: 2 }));
}

#[test]
fn only_the_holder_completes_a_cart_and_only_once() {
    let complete = |attempt, order| Command::Complete { attempt, order };
    let another = OrderId::from(Uuid::from_u128(78));
    given::<Cart>(filled()).when(complete(1, order())).then_rejects(Rejection::CartNotClaimed);
    given::<Cart>(claimed(2)).when(complete(1, order())).then_rejects(Rejection::CartNotClaimed);
    given::<Cart>(claimed(1))
        .when(complete(1, order()))
        .then_events([Event::Completed { attempt: 1, order: order() }])
        .then_reply_is(|view| assert_eq!(view.order_id, Some(order())))
        .when(complete(1, order()))
        .then_nothing_happens()
        .when(release(1))
        .then_nothing_happens()
        .when(complete(1, another))
        .then_rejects(Rejection::CartCompleted);
}

#[test]
fn a_guests_cart_is_adopted_by_the_first_who_logs_in() {
    given::<Cart>(filled())
        .when(Command::Adopt { user: user(1) })
        .then_events([Event::Adopted { user: user(1) }])
        .when(Command::Adopt { user: user(1) })
        .then_nothing_happens()
        .when(Command::Adopt { user: user(2) })
        .then_rejects(Rejection::CartNotFound);
}

#[test]
fn a_persons_cart_is_not_there_for_others() {
    let owned = || vec![created_for(Owner::User(user(1)))];
    for stranger in [Principal::Guest, Principal::User(user(2).uuid())] {
        given::<Cart>(owned()).when(add(1, 1)).by(stranger.clone()).then_rejects(Rejection::CartNotFound);
        given::<Cart>(owned()).when(create(Owner::Guest)).by(stranger).then_rejects(Rejection::CartNotFound);
    }
    for friend in [Principal::System, Principal::User(user(1).uuid())] {
        given::<Cart>(owned()).when(add(1, 1)).by(friend).then_state(|cart| assert_eq!(cart.lines.len(), 1));
    }
    given::<Cart>(filled())
        .when(add(1, 1))
        .by(Principal::User(user(2).uuid()))
        .then_state(|cart| assert_eq!(cart.lines[0].quantity.get(), 3));
}

fn any_command() -> impl Strategy<Value = Command> {
    let quantity = || (1..=Quantity::MAX).prop_map(pieces);
    let n = || 0..4_u128;
    let attempt = || 1..4_u32;
    let addition = (n(), quantity(), proptest::option::of((0..=PRICE_MAX, 0..150_u32)));
    prop_oneof![
        1 => Just(create(Owner::Guest)),
        6 => addition.prop_map(|(n, quantity, offered)| {
            let offer = offered.map(|(cents, available)| offer(cents, available));
            Command::AddLine(Addition { variant: variant(n), quantity, offer })
        }),
        4 => (n(), quantity(), proptest::option::of(0..150_u32)).prop_map(|(n, quantity, available)| {
            Command::SetQuantity { line: line_id(n), quantity, available }
        }),
        2 => n().prop_map(|n| Command::RemoveLine { line: line_id(n) }),
        1 => (0..2_u128).prop_map(|n| Command::Adopt { user: user(n) }),
        3 => attempt().prop_map(|attempt| Command::Claim { attempt, address: Some(address()) }),
        3 => (attempt(), n(), -5..PRICE_MAX).prop_map(|(attempt, n, cents)| Command::Release {
            attempt,
            reprice: Some(vec![(variant(n), Money::eur(cents))]),
        }),
        1 => attempt().prop_map(|attempt| Command::Complete { attempt, order: order() }),
        1 => n().prop_map(|n| Command::ApplyCoupon { code: format!("CODE{n}"), refusal: None }),
        1 => n().prop_map(|n| Command::RemoveCoupon { code: format!("CODE{n}") }),
        1 => Just(Command::SetAddress(address())),
        1 => merging::any_command(),
        1 => Just(Command::Tidy),
    ]
}

fn check_invariants(cart: &Cart) {
    assert!(cart.lines.len() <= LINES_MAX, "CART-1");
    let ids: std::collections::BTreeSet<_> = cart.lines.iter().map(|line| line.id).collect();
    assert_eq!(ids.len(), cart.lines.len(), "CART-2");
    assert!(cart.lines.iter().all(|line| line.id == LineId::of_variant(line.variant)), "CART-2");
    assert!(cart.coupons.len() <= COUPONS_MAX, "CART-1");
    let view = View::of(CartId::from(Uuid::nil()), cart).unwrap();
    let lines: i64 = view.lines.iter().map(|line| line.line_total.amount).sum();
    assert_eq!((view.totals.subtotal.amount, view.totals.total.amount), (lines, lines), "CART-3");
    assert!(view.lines.iter().all(|line| line.unit_price.currency == cart.currency), "CART-3");
    match cart.status {
        Status::Completing { .. } | Status::Completed { .. } => {
            assert!(view.requirements.is_empty(), "CART-6");
        }
        Status::Absent | Status::Open | Status::Merging { .. } => {}
        Status::Merged { .. } | Status::Abandoned => assert!(cart.lines.is_empty() && cart.contact.is_none()),
    }
}

/// A locked cart stays as it is, and only an attempt that is not over locks one.
fn check_lock(before: &Cart, after: &Cart, command: &Command) {
    let process = matches!(command, Command::Release { .. } | Command::Complete { .. });
    match before.status {
        Status::Completing { .. } if !process => assert_eq!(before, after, "CART-4"),
        Status::Completed { .. } | Status::Merged { .. } | Status::Abandoned => {
            assert_eq!(before, after, "CART-8");
        }
        Status::Absent | Status::Open | Status::Completing { .. } | Status::Merging { .. } => {}
    }
    let over = matches!(after.status, Status::Abandoned) && before.status != after.status;
    assert!(!over || before.status == Status::Open, "CART-11");
    if let (Status::Open, Status::Completing { attempt }) = (before.status, after.status) {
        assert!(attempt > before.released, "CART-5");
    }
}

proptest! {
    #[test]
    fn any_sequence_of_commands_keeps_every_invariant(
        commands in proptest::collection::vec(any_command(), 0..50),
    ) {
        let mut cart = Life::<Cart>::new(Uuid::from_u128(1));
        cart.run(create(Owner::Guest)).unwrap();
        for command in commands {
            cart.advance(std::time::Duration::from_hours(3));
            let before = cart.state().clone();
            let events = cart.events().len();
            let outcome = cart.run(command.clone());
            check_invariants(cart.state());
            check_lock(&before, cart.state(), &command);
            prop_assert_eq!(cart.state().version.0, u64::try_from(cart.events().len()).unwrap());
            if outcome.is_err() {
                prop_assert_eq!(cart.events().len(), events);
            }
        }
    }
}
