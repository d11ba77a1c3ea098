//! The catalogue while it is edited: what pages, carts, search and orders say of it, also when many look or the power goes.

use std::cell::Cell;
use std::time::Duration;

use amazoff_actors::ids::{CartId, OrderId};
use amazoff_actors::money::Money;
use amazoff_actors::order::Line;
use amazoff_actors::product::{Command, ListQuery, ProductCard, Revision};
use amazoff_world::{Shelf, World, fail_each_step, paused};
use futures::future::join_all;

use crate::carts::books_balance;

/// What search shows of a product; `None` when it is not found.
async fn found(world: &World, shelf: Shelf) -> Option<ProductCard> {
    let list = ListQuery { limit: 100, ..ListQuery::default() };
    let page = world.shop().products.list(&list).await.unwrap();
    page.items.into_iter().find(|card| card.id == shelf.product)
}

/// The price on the product's page.
async fn on_page(world: &World, shelf: Shelf) -> i64 {
    let product = world.shop().products.get(shelf.product).await.unwrap().unwrap();
    product.state.sold(shelf.variant).unwrap().price.amount
}

/// The price in an open cart.
async fn in_cart(world: &World, cart: CartId) -> i64 {
    world.shop().carts.view(cart).await.unwrap().unwrap().lines[0].unit_price.amount
}

async fn set_price(world: &World, shelf: Shelf, cents: i64) -> bool {
    let (price, envelope) = (Money::eur(cents), world.envelope());
    world.shop().products.change_price(shelf.product, shelf.variant, price, envelope).await.is_ok()
}

/// Everything else about a product.
fn edit() -> Command {
    Command::Revise(Revision {
        slug: Some("another-name".to_owned()),
        title: Some("Another title".to_owned()),
        category: Some("elsewhere".to_owned()),
        ..Revision::default()
    })
}

async fn edited(world: &World, shelf: Shelf, command: Command) -> bool {
    let shop = world.shop();
    shop.products.ask(&shop.stocks, shelf.product, command, world.envelope()).await.is_ok()
}

async fn is_sound(world: &World) {
    let report = world.check().await;
    assert!(report.is_sound(), "{:#?}", report.findings);
}

/// T-K1 (a): prices rise while ten carts and the page are looked at: nobody is shown a price from before one that was already
/// acknowledged, and search has the last one as soon as it is at rest.
#[test]
fn nobody_is_shown_a_price_from_before_one_that_was_set() {
    paused(async {
        let world = World::start().await;
        let shelf = world.stock(1_000, 100).await;
        let mut carts = Vec::new();
        for _ in 0..10 {
            carts.push(world.full_cart(&[(shelf, 1)]).await);
        }
        let (set, over, looks) = (Cell::new(1_000), Cell::new(false), Cell::new(0_u32));
        let raise = async {
            for cents in 1_001..=1_030 {
                assert!(set_price(&world, shelf, cents).await);
                set.set(cents);
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            over.set(true);
        };
        let look = async |cart: CartId| {
            while !over.get() {
                let least = set.get();
                let (page, cart) = (on_page(&world, shelf).await, in_cart(&world, cart).await);
                assert!(page >= least && cart >= least, "{page} and {cart} after {least}");
                looks.set(looks.get() + 1);
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::join!(raise, join_all(carts.iter().map(|cart| look(*cart))));
        assert!(looks.get() > 50, "{} looks", looks.get());
        world.settled().await;
        let card = found(&world, shelf).await.unwrap();
        assert_eq!((card.price, card.price_max), (Money::eur(1_030), Money::eur(1_030)));
        is_sound(&world).await;
    });
}

/// T-K1 (b): wherever the power is cut, page, cart and search agree on one of the two prices.
#[test]
fn page_cart_and_search_agree_on_a_price_wherever_the_power_is_cut() {
    let cuts = fail_each_step(
        async |world| {
            let shelf = world.stock(1_000, 10).await;
            let cart = world.full_cart(&[(shelf, 1)]).await;
            world.settled().await;
            (shelf, cart)
        },
        async |world, (shelf, _)| {
            set_price(world, *shelf, 2_000).await;
        },
        async |world, (shelf, cart), cut| {
            world.settled().await;
            let page = on_page(world, *shelf).await;
            let card = found(world, *shelf).await.unwrap();
            assert_eq!((in_cart(world, *cart).await, card.price.amount), (page, page), "{cut:?}");
            assert!(page == 2_000 || cut.is_some() && page == 1_000, "{cut:?}: {page}");
            is_sound(world).await;
        },
    );
    assert!(cuts >= 2, "{cuts} cuts");
}

/// T-K2 (a): ten products are archived at once while the list is read; whoever was told so does not find them at rest, and
/// the others stay.
#[test]
fn products_that_are_archived_at_once_leave_the_list_and_no_other_does() {
    paused(async {
        let world = World::start().await;
        let mut shelves = Vec::new();
        for _ in 0..20 {
            shelves.push(world.stock(1_000, 1).await);
        }
        world.settled().await;
        let (going, staying) = shelves.split_at(10);
        let archive = join_all(going.iter().map(|shelf| edited(&world, *shelf, Command::Archive)));
        let read = async {
            for _ in 0..20 {
                for shelf in staying {
                    assert!(found(&world, *shelf).await.is_some(), "what stays is always found");
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let (archived, ()) = tokio::join!(archive, read);
        assert_eq!(archived, [true; 10]);
        world.settled().await;
        for shelf in going {
            assert_eq!(found(&world, *shelf).await, None);
        }
        is_sound(&world).await;
    });
}

/// T-K2 (b): wherever the power is cut, what is archived is not found, and what is not, is.
#[test]
fn what_is_archived_is_not_found_wherever_the_power_is_cut() {
    let cuts = fail_each_step(
        async |world| {
            let shelf = world.stock(1_000, 10).await;
            world.settled().await;
            shelf
        },
        async |world, shelf| {
            edited(world, *shelf, Command::Archive).await;
        },
        async |world, shelf, cut| {
            world.settled().await;
            let product = world.shop().products.get(shelf.product).await.unwrap().unwrap();
            let for_sale = product.state.is_for_sale();
            assert!(!for_sale || cut.is_some());
            assert_eq!(found(world, *shelf).await.is_some(), for_sale, "{cut:?}");
            is_sound(world).await;
        },
    );
    assert!(cuts >= 2, "{cuts} cuts");
}

async fn lines_of(world: &World, cart: CartId) -> Vec<Line> {
    world.shop().orders.get(OrderId::of_cart(cart)).await.unwrap().unwrap().lines
}

/// T-K3 (a): name, category and price of a product change, its variant is joined by another one and retired, and it is archived,
/// all at once: ten orders of it stay what they were.
#[test]
fn orders_keep_what_was_bought_while_their_product_is_edited_and_goes() {
    paused(async {
        let world = World::start().await;
        let shelf = world.stock(1_000, 100).await;
        let mut orders = Vec::new();
        for _ in 0..10 {
            let cart = world.full_cart(&[(shelf, 1)]).await;
            world.complete(cart, "tok_ok").await.unwrap();
            world.settled().await;
            orders.push((cart, lines_of(&world, cart).await));
        }
        let other = Shelf { variant: Shelf::fresh().variant, ..shelf };
        let added = other.draft("other", 5).variants.remove(0);
        assert!(edited(&world, shelf, Command::AddVariant(added)).await);
        let edits = [edit(), Command::RetireVariant { variant: shelf.variant }];
        let (done, dearer) = tokio::join!(
            join_all(edits.into_iter().map(|command| edited(&world, shelf, command))),
            set_price(&world, shelf, 9_999),
        );
        assert_eq!((done, dearer), (vec![true, true], true));
        assert!(edited(&world, shelf, Command::Archive).await);
        for (cart, lines) in &orders {
            assert_eq!(&lines_of(&world, *cart).await, lines);
            assert_eq!((lines[0].unit_price, lines[0].image.clone()), (Money::eur(1_000), None));
            assert!(lines[0].title.starts_with("Title of thing-"), "{}", lines[0].title);
        }
        world.crash().await;
        for (cart, lines) in &orders {
            assert_eq!(&lines_of(&world, *cart).await, lines);
        }
        world.settled().await;
        books_balance(&world).await;
    });
}

/// T-K3 (b): a product is edited while an order of it is placed, wherever the power is cut: the order has one of the two names,
/// and keeps it.
#[test]
fn an_order_keeps_its_name_and_price_wherever_the_power_is_cut() {
    let cuts = fail_each_step(
        async |world| {
            let shelf = world.stock(1_000, 10).await;
            let cart = world.full_cart(&[(shelf, 1)]).await;
            world.complete(cart, "tok_ok").await.unwrap();
            world.settled().await;
            (shelf, cart, lines_of(world, cart).await)
        },
        async |world, (shelf, ..)| {
            edited(world, *shelf, edit()).await;
            set_price(world, *shelf, 9_999).await;
            edited(world, *shelf, Command::Archive).await;
        },
        async |world, (_, cart, lines), cut| {
            assert_eq!(&lines_of(world, *cart).await, lines, "{cut:?}");
            assert_eq!(lines[0].unit_price, Money::eur(1_000));
            is_sound(world).await;
        },
    );
    assert!(cuts >= 3, "{cuts} cuts");
}
