//! Erasing a person, with the power cut around every commit of it.

use amazoff_actors::cart::{NewLine, Owner};
use amazoff_actors::ids::{CartId, OrderId, ReviewId, UserId};
use amazoff_actors::money::Quantity;
use amazoff_actors::order::{CancelReason, FulfillmentStatus, Portion, Status};
use amazoff_actors::rating::Stars;
use amazoff_actors::review::Text;
use amazoff_actors::user::{RegisterForm, Role};
use amazoff_supervisor::chance;
use amazoff_world::{Shelf, World, fail_each_step, paused};

const EMAIL: &str = "ann@example.org";

/// Somebody with an order that was not packed, one that was, and a review.
struct Person {
    user: UserId,
    waiting: OrderId,
    sent: OrderId,
    review: ReviewId,
}

fn form() -> RegisterForm {
    let (email, password) = (EMAIL.to_owned(), "correct horse battery".to_owned());
    RegisterForm { email, password, name: "Ann".to_owned(), roles: [Role::Shopper].into() }
}

async fn buys(world: &World, shelf: Shelf, owner: Owner) -> OrderId {
    let cart = CartId::from(chance::uuid());
    let carts = world.shop().carts;
    carts.create(cart, owner, world.envelope()).await.expect("opened");
    let line = NewLine { variant: shelf.variant, quantity: Quantity::ONE };
    carts.add_line(cart, line, world.envelope()).await.expect("added");
    world.complete(cart, "tok_ok").await.expect("completed");
    world.settled().await;
    OrderId::of_cart(cart)
}

async fn person(world: &World) -> Person {
    let shop = world.shop();
    let shelf = world.stock(1_999, 10).await;
    let user = shop.users.register(form(), world.envelope()).await.expect("registered").reply.id;
    let waiting = buys(world, shelf, Owner::User(user)).await;
    let sent = buys(world, shelf, Owner::User(user)).await;
    let line = shop.orders.get(sent).await.unwrap().unwrap().goods[0].0;
    let all = vec![Portion { line, quantity: Quantity::ONE }];
    shop.orders.ship(sent, (None, all), None, world.envelope().into()).await.expect("sent");
    let said = Text { title: "Good".to_owned(), body: "It holds.".to_owned(), name: None };
    let said = (Stars::ALL[4], said);
    let review = shop.reviews.submit(shelf.product, user, said, world.envelope()).await.expect("written");
    world.settled().await;
    Person { user, waiting, sent, review: review.reply.id }
}

/// T-U5 (b): wherever the power is cut, nobody is erased in halves.
#[test]
fn an_erasure_survives_a_power_cut_at_every_commit() {
    let cuts = fail_each_step(
        async |world| person(world).await,
        async |world, person| {
            let _ = world.shop().users.erase(person.user).await;
        },
        async |world, person, cut| {
            world.settled().await;
            let shop = world.shop();
            let keys = world.store().key_table();
            let order = async |id| shop.orders.get(id).await.unwrap().unwrap();
            let text = shop.reviews.get(person.review).await.unwrap().unwrap().text;
            let contacts = [
                shop.orders.contact(person.waiting).await.unwrap(),
                shop.orders.contact(person.sent).await.unwrap(),
            ];
            if shop.users.get(person.user).await.unwrap().is_some() {
                // It never began: nothing is missing.
                assert!(cut.is_some(), "nobody was erased");
                assert!(text.is_some() && contacts.iter().all(Option::is_some), "{cut:?}");
                assert_eq!(shop.users.find(EMAIL).await.unwrap(), Some(person.user), "{cut:?}");
                assert_eq!(order(person.waiting).await.status, Status::Placed, "{cut:?}");
            } else {
                // It began, so it ended.
                assert_eq!(keys.get(person.user.uuid()).await.unwrap(), None, "{cut:?}");
                assert!(text.is_none() && contacts.iter().all(Option::is_none), "{cut:?}");
                assert_eq!(shop.users.find(EMAIL).await.unwrap(), None, "{cut:?}");
                let (waiting, sent) = (order(person.waiting).await, order(person.sent).await);
                assert_eq!(waiting.status, Status::Canceled, "{cut:?}");
                assert_eq!(waiting.sums.refunded, waiting.sums.captured, "{cut:?}: the money went back");
                assert_eq!(
                    (sent.status, sent.fulfillment_status),
                    (Status::Placed, FulfillmentStatus::Shipped)
                );
                assert!(world.undelivered().await.is_empty(), "{cut:?}: a step is left");
                shop.users.register(form(), world.envelope()).await.expect("the address is free");
            }
            let report = world.check().await;
            assert!(report.is_sound(), "{cut:?}: {:#?}", report.findings);
        },
    );
    assert!(cuts >= 9, "{cuts} cuts");
    println!("{cuts} power cuts");
}

/// A cart that was a guest's first has a key of its own, which goes with the person.
#[test]
fn what_was_said_before_logging_in_is_erased_too() {
    paused(async {
        let world = World::start().await;
        let shop = world.shop();
        let shelf = world.stock(1_999, 10).await;
        let user = shop.users.register(form(), world.envelope()).await.expect("registered").reply.id;
        let cart = world.full_cart(&[(shelf, 1)]).await;
        shop.carts.set_address(cart, amazoff_world::contact(), world.envelope()).await.expect("said");
        shop.carts.adopt(cart, user, world.envelope()).await.expect("adopted");
        world.settled().await;
        let keys = world.store().key_table();
        assert!(keys.get(cart.uuid()).await.unwrap().is_some(), "a guest's contact has a key");
        shop.users.erase(user).await.expect("begun");
        world.settled().await;
        for key in [cart.uuid(), user.uuid()] {
            assert_eq!(keys.get(key).await.unwrap(), None);
        }
    });
}

/// A guest who never comes back is forgotten with the cart (CART-12).
#[test]
fn a_guests_key_is_destroyed_when_the_cart_is_abandoned() {
    paused(async {
        let world = World::start().await;
        let shop = world.shop();
        let shelf = world.stock(1_999, 10).await;
        let cart = world.full_cart(&[(shelf, 1)]).await;
        shop.carts.set_address(cart, amazoff_world::contact(), world.envelope()).await.expect("said");
        let keys = world.store().key_table();
        assert!(keys.get(cart.uuid()).await.unwrap().is_some());
        assert!(shop.carts.contact(cart).await.unwrap().is_some());
        // Left after a day, over after thirty.
        for days in [2_i64, 31] {
            world.clock.jump_ms(days * 24 * 3_600_000);
            tokio::time::sleep(std::time::Duration::from_secs(5)).await;
            world.settled().await;
        }
        assert_eq!(keys.get(cart.uuid()).await.unwrap(), None);
        assert_eq!(shop.carts.contact(cart).await.unwrap(), None);
    });
}

#[test]
fn what_a_guest_said_in_an_old_order_is_made_unreadable() {
    paused(async {
        let world = World::start().await;
        let shop = world.shop();
        let shelf = world.stock(1_999, 10).await;
        let user = shop.users.register(form(), world.envelope()).await.expect("registered").reply.id;
        let days = |n: i64| n * 24 * 3_600_000;
        let kept = std::time::Duration::from_hours(30 * 24);
        let (old, open) = (buys(&world, shelf, Owner::Guest).await, buys(&world, shelf, Owner::Guest).await);
        let persons = buys(&world, shelf, Owner::User(user)).await;
        for order in [old, persons] {
            shop.orders.cancel(order, CancelReason::Shopper, world.envelope()).await.expect("given up");
        }
        world.clock.jump_ms(days(25));
        let young = buys(&world, shelf, Owner::Guest).await;
        shop.orders.cancel(young, CancelReason::Shopper, world.envelope()).await.expect("given up");
        world.settled().await;
        let known = async |order| shop.orders.contact(order).await.unwrap().is_some();

        assert_eq!(shop.retention.run(kept).await.unwrap(), 0, "nothing is old enough");
        world.clock.jump_ms(days(10));
        assert_eq!(shop.retention.run(kept).await.unwrap(), 1);
        assert!(!known(old).await, "a guest's order that is over and old");
        let guest = shop.orders.get(old).await.unwrap().unwrap().cart_id.uuid();
        let to_guest = world.mails.all().iter().filter(|mail| mail.person == guest).count();
        assert!(to_guest > 0 && world.mails.forgotten() == [guest], "the letters about it go too");
        assert!(known(open).await, "one that is not over");
        assert!(known(persons).await, "one of a person");
        assert!(known(young).await, "one that is not old");
        assert_eq!(shop.retention.run(kept).await.unwrap(), 0, "it is done already");
        world.clock.jump_ms(days(25));
        assert_eq!(shop.retention.run(kept).await.unwrap(), 1, "the younger one");
        assert!(!known(young).await && known(open).await);
    });
}
