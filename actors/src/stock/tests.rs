mod golden;
mod movements;

use std::time::Duration;

use amazoff_supervisor::{Entity, Posting, ReminderChange, Timestamp};
use amazoff_testkit::{Life, given};

use uuid::Uuid;

use super::*;
use crate::ids::{CartId, HoldId, ProductId, VariantId};
use crate::money::Quantity;

const NOON: Timestamp = Timestamp::from_unix_ms(1_767_268_800_000);

fn product() -> ProductId {
    ProductId::from(Uuid::from_u128(1))
}

fn variant() -> VariantId {
    VariantId::from(Uuid::from_u128(2))
}

fn hold_id(n: u128) -> HoldId {
    HoldId::from(Uuid::from_u128(n))
}

fn new_hold(n: u128, quantity: u32) -> NewHold {
    NewHold {
        hold: hold_id(n),
        cart: CartId::from(Uuid::from_u128(n)),
        quantity: Quantity::try_from(quantity).unwrap(),
        expires_at: NOON.plus(Duration::from_secs(600)),
    }
}

fn hold(n: u128, quantity: u32) -> Command {
    Command::Hold(new_hold(n, quantity))
}

fn release(n: u128) -> Command {
    Command::ReleaseHold { hold: hold_id(n) }
}

fn commit(n: u128) -> Command {
    Command::CommitHold { hold: hold_id(n) }
}

fn wake(n: u128) -> Command {
    Command::Wake { hold: hold_id(n) }
}

fn stocked(quantity: u32) -> Vec<Event> {
    vec![Event::Introduced { product: product(), sku: "POT-1".to_owned() }, Event::Received { quantity }]
}

fn held(stock: u32, n: u128, quantity: u32) -> Vec<Event> {
    [stocked(stock), vec![Event::Held(new_hold(n, quantity))]].concat()
}

fn levels(on_hand: u32, held: u32, allocated: u32) -> Levels {
    Levels { on_hand, held, allocated, available: on_hand - held - allocated, backorder_max: 0 }
}

fn moved(from: &str, to: &str, amount: i64) -> [Posting; 2] {
    let asset = variant().to_string();
    let account =
        |name: &str| if name == "supplier" { name.to_owned() } else { format!("stock:{name}:{asset}") };
    [
        Posting { account: account(from), asset: asset.clone(), amount: -amount },
        Posting { account: account(to), asset: asset.clone(), amount },
    ]
}

#[test]
fn a_variant_that_the_shop_does_not_keep_is_unknown() {
    for command in [Command::Receive { quantity: 1 }, hold(1, 1), release(1), commit(1), wake(1)] {
        given::<Stock>([]).when(command).then_rejects(Rejection::UnknownVariant);
    }
}

#[test]
fn a_variant_is_introduced_once() {
    let introduce = |sku: &str| Command::Introduce { product: product(), sku: sku.to_owned() };
    given::<Stock>([])
        .when(introduce("POT-1"))
        .then_events([Event::Introduced { product: product(), sku: "POT-1".to_owned() }])
        .when(introduce("POT-1"))
        .then_nothing_happens()
        .when(introduce("POT-2"))
        .then_rejects(Rejection::VariantIntroduced);
}

#[test]
fn received_pieces_come_from_the_supplier() {
    given::<Stock>(stocked(5))
        .entity(variant())
        .when(Command::Receive { quantity: 7 })
        .then_reply(levels(12, 0, 0))
        .then_postings(moved("supplier", "available", 7));
    for quantity in [0, QUANTITY_MAX, u32::MAX] {
        given::<Stock>(stocked(5))
            .when(Command::Receive { quantity })
            .then_rejects(Rejection::QuantityOutOfRange);
    }
}

#[test]
fn a_hold_puts_pieces_aside_and_sets_a_reminder() {
    let name = format!("overdue:{}", hold_id(1));
    let due_at = NOON.plus(Duration::from_secs(600));
    given::<Stock>(stocked(5))
        .entity(variant())
        .when(hold(1, 3))
        .then_reply(levels(5, 3, 0))
        .then_postings(moved("available", "held", 3))
        .then_reminders([ReminderChange::Set { name: name.clone(), due_at }])
        .then_effects([]);
    let woken = Stock::reminded(&name);
    assert_eq!(woken, Some(wake(1)));
    assert_eq!(Stock::reminded("something else"), None);
}

/// T-S1, one after the other as the cell runs them.
#[test]
fn the_last_piece_goes_to_one_of_two_hundred() {
    let mut stock = Life::<Stock>::new(variant().uuid());
    stock.happened(stocked(1));
    let winners = (1..=200).filter(|n| match stock.run(hold(*n, 1)) {
        Ok(_) => true,
        Err(refusal) => {
            assert_eq!(refusal, Rejection::InsufficientStock { available: 0 });
            false
        }
    });
    assert_eq!(winners.count(), 1);
    assert_eq!(Levels::of(stock.state()), levels(1, 1, 0));
}

#[test]
fn a_repeated_hold_changes_nothing_and_another_quantity_is_refused() {
    given::<Stock>(held(5, 1, 3)).when(hold(1, 3)).then_reply(levels(5, 3, 0)).then_nothing_happens();
    given::<Stock>(held(5, 1, 3)).when(hold(1, 2)).then_rejects(Rejection::HoldDiffers);
}

/// T-S3.
#[test]
fn a_released_hold_is_available_again_once() {
    let name = format!("overdue:{}", hold_id(1));
    given::<Stock>(held(5, 1, 3))
        .entity(variant())
        .when(release(1))
        .then_reply(levels(5, 0, 0))
        .then_postings(moved("held", "available", 3))
        .then_reminders([ReminderChange::Clear { name }])
        .when(release(1))
        .then_reply(levels(5, 0, 0))
        .then_nothing_happens()
        .when(hold(1, 3))
        .then_rejects(Rejection::HoldReleased);
}

#[test]
fn a_hold_that_arrives_after_its_release_is_refused() {
    given::<Stock>(stocked(5))
        .when(release(1))
        .then_events([Event::HoldReleased { hold: hold_id(1) }])
        .then_postings([])
        .when(hold(1, 3))
        .then_rejects(Rejection::HoldReleased)
        .when(commit(1))
        .then_rejects(Rejection::HoldReleased);
}

#[test]
fn a_committed_hold_is_allocated_once_and_never_released() {
    given::<Stock>(held(5, 1, 3))
        .entity(variant())
        .when(commit(1))
        .then_reply(levels(5, 0, 3))
        .then_postings(moved("held", "allocated", 3))
        .when(commit(1))
        .then_reply(levels(5, 0, 3))
        .then_nothing_happens()
        .when(hold(1, 3))
        .then_nothing_happens()
        .when(release(1))
        .then_rejects(Rejection::HoldCommitted);
    given::<Stock>(stocked(5)).when(commit(1)).then_rejects(Rejection::HoldUnknown);
}

/// T-S6.
#[test]
fn a_clock_that_jumps_frees_no_hold() {
    let hour = 3_600_000;
    for jump in [-hour, hour, 1_000 * hour] {
        let now = Timestamp::from_unix_ms(NOON.unix_ms() + jump);
        let cart = new_hold(1, 5).cart;
        let (name, due_at) = (format!("overdue:{}", hold_id(1)), now.plus(Duration::from_secs(300)));
        given::<Stock>(held(5, 1, 5))
            .when(wake(1))
            .at(now)
            .then_effects([Effect::WakeCheckout { cart }])
            .then_reminders([ReminderChange::Set { name, due_at }])
            .then_postings([])
            .then_reply(levels(5, 5, 0))
            .when(hold(2, 1))
            .then_rejects(Rejection::InsufficientStock { available: 0 });
    }
}

#[test]
fn nobody_is_woken_for_a_hold_that_is_over() {
    given::<Stock>(stocked(5)).when(wake(1)).then_nothing_happens();
    let committed = [held(5, 1, 1), vec![Event::HoldCommitted { hold: hold_id(1) }]].concat();
    given::<Stock>(committed).when(wake(1)).then_nothing_happens();
}

#[test]
fn the_memory_of_released_holds_is_bounded() {
    let releases = (0..1_025).map(|n| Event::HoldReleased { hold: hold_id(n) });
    given::<Stock>(stocked(1).into_iter().chain(releases))
        .when(hold(1_024, 1))
        .then_rejects(Rejection::HoldReleased)
        .then_state(|stock| assert_eq!(stock.released.len(), 1_024));
}

#[test]
fn programs_outside_are_told_when_the_last_piece_is_promised_and_when_there_is_one_again() {
    let news = |left| Effect::Announce { product: product(), sku: "POT-1".to_owned(), left, at: NOON };
    let introduced = Event::Introduced { product: product(), sku: "POT-1".to_owned() };
    let told =
        |history: Vec<Event>, command| given::<Stock>(history).entity(variant()).when(command).at(NOON);
    told(vec![introduced], Command::Receive { quantity: 3 }).then_effects([news(true)]);
    told(stocked(3), Command::Receive { quantity: 3 }).then_effects([]);
    told(stocked(3), hold(1, 3)).then_effects([]); // what is put aside may come back
    told(held(3, 1, 2), commit(1)).then_effects([]); // one is left
    told(held(3, 1, 3), commit(1)).then_effects([news(false)]);
    let sold_out = [held(3, 1, 3), vec![Event::HoldCommitted { hold: hold_id(1) }]].concat();
    told(sold_out.clone(), commit(1)).then_effects([]);
    told(sold_out.clone(), Command::AllowBackorders { up_to: 1 }).then_effects([news(true)]);
    let back = Command::Deallocate {
        cause: Uuid::from_u128(7),
        hold: hold_id(1),
        quantity: Quantity::try_from(1_u32).unwrap(),
    };
    told(sold_out, back).then_effects([news(true)]);
}
