//! Damage that is planted into a shop that was sound a moment before, and the codes under which it is found.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use amazoff_actors::cart::{CARTS, LEFT_AFTER, Owner, TOUCH_EVERY};
use amazoff_actors::checkout::PROCESSES;
use amazoff_actors::coupon::{self, Coupon, CustomerKey, Redeem};
use amazoff_actors::held::{HELD, HeldProjection};
use amazoff_actors::ids::{CartId, CouponId, OrderId, UserId};
use amazoff_actors::order::Order;
use amazoff_actors::payment::{CLEARING, REFUNDS};
use amazoff_actors::pricebook::CapturePolicy;
use amazoff_actors::recommendation::{BASKETS, BasketProjection, LEFT_BASKETS};
use amazoff_actors::report::{
    FunnelProjection, MILESTONES, SALES, SOLD_LINES, STOCK_LEVELS, SalesProjection, StockLevelProjection,
};
use amazoff_fsck::{Code, Report};
use amazoff_supervisor::documents::{DocumentPut, Query};
use amazoff_supervisor::journal::{FailedDelivery, OutboxRow, Part, Posting};
use amazoff_supervisor::{Clock as _, Entity as _, EntityId, Epoch, Timestamp, Version, chance};
use amazoff_world::{World, paused};
use serde_json::{Value, json};

use super::life::{CODE, after_each_commit, cart, life};

const CAPTURED: &str = r#""update":"captured""#;
const MARK_PAID: &str = r#"{"mark_paid""#;
const REFUND: &str = r#"{"refund""#;
const SHIP_STOCK: &str = r#"{"ship_stock""#;
const DEALLOCATE: &str = r#"{"deallocate""#;
const RESTOCK: &str = r#"{"restock""#;

fn codes(report: &Report) -> BTreeSet<Code> {
    report.errors().map(|finding| finding.code).collect()
}

/// A part of an entity's that changes nothing yet.
fn part_of(entity: &EntityId) -> Part {
    Part::empty(entity.clone(), Version(0), Epoch(0), Timestamp::default())
}

/// Stores a part as somebody would who is not the shop. From then on the shop is without power.
async fn store(world: &World, mut part: Part) {
    world.machine().power.cut();
    let shards = world.store().take_all("vandal");
    part.epoch = shards.epoch(part.shard()).unwrap();
    let mut lane = world.journal().lane(0).await.unwrap();
    lane.append(&[part]).await.unwrap().remove(0).unwrap();
}

/// Lives an order's life up to the first moment at which an effect with that text waits, plants a damage there, and returns
/// what is found then.
fn planted(effect: &str, plant: impl AsyncFn(&World, OutboxRow)) -> Report {
    let mut found = None;
    let prepare = async |world: &World| cart(world, CapturePolicy::OnPlacement).await;
    after_each_commit(prepare, life, async |world, _| {
        let waiting = world.undelivered().await;
        let Some(row) = waiting.into_iter().find(|row| row.payload.contains(effect)) else { return false };
        let before = world.check().await;
        assert!(before.is_sound(), "{:#?}", before.findings);
        plant(world, row).await;
        found = Some(world.check().await);
        true
    });
    found.unwrap_or_else(|| panic!("no {effect} ever waited"))
}

async fn lose(world: &World, row: OutboxRow) {
    let mut part = part_of(&row.key.entity);
    part.outbox_done.push(row.key);
    store(world, part).await;
}

async fn double(world: &World, mut row: OutboxRow) {
    row.key.n += 100;
    let mut part = part_of(&row.key.entity);
    part.outbox.push(row);
    store(world, part).await;
}

async fn discard(world: &World, row: OutboxRow) {
    let now = world.clock.now();
    let failure =
        FailedDelivery { attempts: 1, next_at: now, reason: "stuck".to_owned(), dead_since: Some(now) };
    world.journal().outbox_failed(&row.key, &failure).await.unwrap();
    let dead = world.check().await;
    assert!(dead.is_sound(), "one that needs a person still carries it: {:#?}", dead.findings);
    world.journal().outbox_discard(&row.key, now).await.unwrap().unwrap();
}

#[track_caller]
fn assert_found(report: &Report, code: Code, subject: &str, detail: &str) {
    let found = report.findings.iter().any(|finding| {
        finding.code == code && finding.subject.starts_with(subject) && finding.detail.contains(detail)
    });
    assert!(found, "{code} of {subject} with {detail:?} is not among {:#?}", report.findings);
}

#[test]
fn a_lost_effect_leaves_its_money_and_pieces_behind() {
    let paid = planted(MARK_PAID, lose);
    assert_found(&paid, Code::InFlightDiffers, CLEARING, "it holds 5847 of EUR, undelivered effects carry 0");
    assert_found(&paid, Code::MoneyStranded, "ord_", "");
    let news = planted(CAPTURED, lose);
    assert_found(&news, Code::InFlightDiffers, CLEARING, "it holds 5847 of EUR, undelivered effects carry 0");
    let refund = planted(REFUND, lose);
    assert_found(&refund, Code::InFlightDiffers, REFUNDS, "undelivered effects carry 0");
    assert_found(&planted(SHIP_STOCK, lose), Code::GoodsDiffer, "var_", "0 sent, 0 given up");
    assert_found(&planted(DEALLOCATE, lose), Code::InFlightDiffers, "stock:allocated:", "");
    assert_found(&planted(RESTOCK, lose), Code::GoodsDiffer, "var_", "");
}

#[test]
fn an_effect_that_is_there_twice_carries_too_much() {
    let paid = planted(MARK_PAID, double);
    assert_found(
        &paid,
        Code::InFlightDiffers,
        CLEARING,
        "it holds 5847 of EUR, undelivered effects carry 11694",
    );
    assert_eq!(codes(&paid), [Code::InFlightDiffers].into());
    assert_eq!(codes(&planted(REFUND, double)), [Code::InFlightDiffers].into());
    assert_eq!(codes(&planted(SHIP_STOCK, double)), [Code::InFlightDiffers, Code::GoodsDiffer].into());
    assert_eq!(codes(&planted(DEALLOCATE, double)), [Code::InFlightDiffers].into());
    assert_eq!(codes(&planted(RESTOCK, double)), [Code::GoodsDiffer].into());
}

#[test]
fn a_discarded_effect_carries_nothing_any_more_and_is_named() {
    let paid = planted(MARK_PAID, discard);
    let detail = "undelivered effects carry 0; discarded effects carried 5847";
    assert_found(&paid, Code::InFlightDiffers, CLEARING, detail);
}

/// What was taken in counts once, also when nobody remembers how it was answered.
#[test]
fn an_effect_that_was_taken_in_is_known_by_its_mark_when_its_outcome_is_forgotten() {
    let mut taken_in = false;
    let prepare = async |world: &World| cart(world, CapturePolicy::OnPlacement).await;
    after_each_commit(prepare, life, async |world, _| {
        let paid = world.stored().await.orders.values().any(|order| order.captured() > 0);
        let waits = world.undelivered().await.iter().any(|row| row.payload.contains(MARK_PAID));
        taken_in = paid && waits;
        if taken_in {
            let forgotten = world.journal().forget_commands(Timestamp::from_unix_ms(i64::MAX)).await.unwrap();
            assert!(forgotten > 0);
            let report = world.check().await;
            assert!(report.is_sound(), "{:#?}", report.findings);
        }
        taken_in
    });
    assert!(taken_in, "it was never taken in before its row was gone");
}

#[test]
fn moved_balances_are_found_by_account() {
    paused(async {
        let world = World::start().await;
        let cart = cart(&world, CapturePolicy::OnPlacement).await;
        life(&world, &cart).await;
        assert_eq!(world.check().await.findings, []);
        let order = EntityId::new(Order::KIND, OrderId::of_cart(cart).uuid());
        let events = world.journal().history(&order, Version(0), usize::MAX).await.unwrap();
        let mut part = Part { seen: events.last().unwrap().seq, ..part_of(&order) };
        let posting =
            |account: &str, amount| Posting { account: account.to_owned(), asset: "EUR".to_owned(), amount };
        part.postings = vec![posting(CLEARING, -5), posting(REFUNDS, 5)];
        store(&world, part).await;
        let report = world.check().await;
        assert_eq!(codes(&report), [Code::InFlightDiffers].into());
        assert_found(&report, Code::InFlightDiffers, CLEARING, "it holds -5 of EUR");
        assert_found(&report, Code::InFlightDiffers, REFUNDS, "it holds 5 of EUR");
    });
}

/// Writes a document past its projection, newer than what is there. Whose shard it is written with does not matter.
async fn spoil(world: &World, (projection, collection): (&str, &str), id: &str, body: Option<&Value>) {
    static WRITES: AtomicU64 = AtomicU64::new(1_000_000);
    let documents = world.store().documents();
    let (shard, at) = documents.checkpoints(projection).await.unwrap()[0];
    let source_seq = WRITES.fetch_add(1, Ordering::Relaxed);
    let put =
        DocumentPut { collection: collection.to_owned(), id: id.to_owned(), source_seq, body: body.cloned() };
    documents.write(projection, shard, at, &[put]).await.unwrap();
    assert_eq!(documents.get(collection, id).await.unwrap().as_ref(), body);
}

#[test]
fn documents_of_carts_and_checkouts_are_compared() {
    paused(async {
        let world = World::start().await;
        let shelf = world.stock(1_999, 10).await;
        let (mine, running) = (CartId::from(chance::uuid()), world.full_cart(&[(shelf, 1)]).await);
        let owner = Owner::User(UserId::from(chance::uuid()));
        world.shop().carts.create(mine, owner, world.envelope()).await.unwrap();
        let over = world.full_cart(&[(shelf, 1)]).await;
        world.complete(over, "tok_ok").await.unwrap();
        world.settled().await;
        world.complete(running, "tok_action").await.unwrap();
        world.machine().runtime.projected().await;
        assert_eq!(world.check().await.findings, []);

        for (collection, cart) in [(CARTS, mine), (PROCESSES, running)] {
            let (cart, other, of) = (cart.to_string(), over.to_string(), (collection, collection));
            let whole = world.store().documents().get(collection, &cart).await.unwrap();
            spoil(&world, of, &cart, None).await;
            let report = world.check().await;
            assert_eq!(codes(&report), [Code::DocumentMissing].into(), "{report:#?}");
            spoil(&world, of, &cart, Some(&json!({ "user": "somebody else" }))).await;
            let report = world.check().await;
            assert_eq!(codes(&report), [Code::DocumentWrong].into(), "{report:#?}");
            assert_eq!(amazoff_fsck::projection_of(&report.findings[0]), Some(collection));
            spoil(&world, of, &cart, whole.as_ref()).await;
            // Of a guest's cart, and of a checkout that is over.
            spoil(&world, of, &other, whole.as_ref()).await;
            let report = world.check().await;
            assert_eq!(codes(&report), [Code::DocumentExtra].into(), "{report:#?}");
            spoil(&world, of, &other, None).await;
            assert_eq!(world.check().await.findings, []);
        }
    });
}

/// The lists that a report, a data export and the recommendations are made of.
#[test]
fn documents_that_projections_make_alone_are_compared() {
    paused(async {
        let world = World::start().await;
        let cart = cart(&world, CapturePolicy::OnPlacement).await;
        life(&world, &cart).await;
        let mine = CartId::from(chance::uuid());
        let owner = Owner::User(UserId::from(chance::uuid()));
        world.shop().carts.create(mine, owner, world.envelope()).await.unwrap();
        world.machine().runtime.projected().await;
        let left = world.full_cart(&[(world.stock(700, 5).await, 1)]).await;
        world.machine().runtime.projected().await;
        tokio::time::sleep(LEFT_AFTER + TOUCH_EVERY * 10).await;
        world.settled().await;
        assert_eq!(world.check().await.findings, []);

        let lists = [
            (HeldProjection::NAME, HELD),
            (BasketProjection::NAME, BASKETS),
            (BasketProjection::NAME, LEFT_BASKETS),
            (SalesProjection::NAME, SALES),
            (SalesProjection::NAME, SOLD_LINES),
            (FunnelProjection::NAME, MILESTONES),
            (StockLevelProjection::NAME, STOCK_LEVELS),
        ];
        for list @ (projection, collection) in lists {
            let query = Query { collection: collection.to_owned(), limit: 1, ..Query::default() };
            let mut page = world.store().documents().query(&query).await.unwrap();
            let (id, whole) = page.items.pop().unwrap_or_else(|| panic!("{collection} is empty"));
            let finds = async |code: Code| {
                let report = world.check().await;
                assert_eq!(codes(&report), [code].into(), "{collection}: {report:#?}");
                assert_eq!(amazoff_fsck::projection_of(&report.findings[0]), Some(projection));
            };
            spoil(&world, list, &id, None).await;
            finds(Code::DocumentMissing).await;
            let mut other = whole.clone();
            other["more"] = json!(1);
            spoil(&world, list, &id, Some(&other)).await;
            finds(Code::DocumentWrong).await;
            spoil(&world, list, &id, Some(&whole)).await;
            let of_nobody = format!("{left}:of-nobody");
            spoil(&world, list, &of_nobody, Some(&whole)).await;
            finds(Code::DocumentExtra).await;
            spoil(&world, list, &of_nobody, None).await;
            assert_eq!(world.check().await.findings, [], "{collection}");
        }
    });
}

async fn redeemed(world: &World) -> (EntityId, Version) {
    let version = world.shop().coupons.get(CODE).await.unwrap().unwrap().version;
    (EntityId::new(Coupon::KIND, CouponId::of_code(CODE).uuid()), version)
}

fn payload(event: &coupon::Event) -> String {
    serde_json::to_string(event).unwrap()
}

fn use_of(order: OrderId, attempt: u32) -> coupon::Event {
    let customer = CustomerKey::of_user(UserId::from(chance::uuid()));
    coupon::Event::Redeemed(Redeem { order, attempt, customer, at: Timestamp::default() })
}

/// A cart whose code was never used up: its one attempt failed.
async fn failed(world: &World) -> CartId {
    let cart = cart(world, CapturePolicy::OnPlacement).await;
    world.complete(cart, "tok_decline").await.unwrap();
    world.settled().await;
    assert_eq!(world.check().await.findings, []);
    cart
}

#[test]
fn a_use_of_no_order_is_found() {
    paused(async {
        let world = World::start().await;
        failed(&world).await;
        let (coupon, seen) = redeemed(&world).await;
        world.store().intrude(&coupon, seen, &payload(&use_of(OrderId::from(chance::uuid()), 1)));
        assert_eq!(codes(&world.check().await), [Code::CouponUseOrphan].into());
    });
}

#[test]
fn a_use_of_an_attempt_that_is_over_is_found_confirmed_or_not() {
    for confirmed in [false, true] {
        paused(async {
            let world = World::start().await;
            let order = OrderId::of_cart(failed(&world).await);
            let (coupon, seen) = redeemed(&world).await;
            world.store().intrude(&coupon, seen, &payload(&use_of(order, 1)));
            if confirmed {
                let confirmed = coupon::Event::Confirmed { order };
                world.store().intrude(&coupon, Version(seen.0 + 1), &payload(&confirmed));
            }
            assert_eq!(codes(&world.check().await), [Code::CouponUseOrphan].into());
        });
    }
}

#[test]
fn an_order_whose_coupon_does_not_count_it_is_found() {
    paused(async {
        let world = World::start().await;
        let cart = cart(&world, CapturePolicy::OnPlacement).await;
        world.complete(cart, "tok_ok").await.unwrap();
        world.settled().await;
        assert_eq!(world.check().await.findings, []);
        let order = OrderId::of_cart(cart);
        let (coupon, seen) = redeemed(&world).await;
        world.store().intrude(&coupon, seen, &payload(&coupon::Event::Released { order, attempt: 1 }));
        assert_eq!(codes(&world.check().await), [Code::CouponUseMissing].into());
        // Counted again, but never made final.
        world.store().intrude(&coupon, Version(seen.0 + 1), &payload(&use_of(order, 1)));
        assert_eq!(codes(&world.check().await), [Code::CouponUseOrphan].into());
    });
}
