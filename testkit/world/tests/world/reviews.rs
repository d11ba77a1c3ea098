//! Reviews in a running shop: what lists and ratings say of each other, also when many write at once or the power goes.

use std::collections::BTreeMap;
use std::time::Duration;

use amazoff_actors::cart::{NewLine, Owner};
use amazoff_actors::ids::{CartId, OrderId, ProductId, ReviewId, UserId};
use amazoff_actors::money::Quantity;
use amazoff_actors::order::{Portion, RefundOf, RefundReason};
use amazoff_actors::product::ListQuery;
use amazoff_actors::rating::{Delta, Stars, Tally};
use amazoff_actors::review::{Change, Judgement, Listing, Reason, Rejection, Sorting, Text};
use amazoff_fsck::Code;
use amazoff_supervisor::{AskError, Clock as _, EntityId, Version, chance};
use amazoff_world::{Shelf, World, fail_each_step, paused};
use futures::future::{Either, join_all, select};

fn text() -> Text {
    Text { title: "Good".to_owned(), body: "It holds.".to_owned(), name: Some("Ann".to_owned()) }
}

fn stars(n: usize) -> Stars {
    Stars::ALL[n % 5]
}

fn people(n: usize) -> Vec<UserId> {
    (0..n).map(|_| UserId::from(chance::uuid())).collect()
}

fn moderator() -> UserId {
    UserId::from(uuid_of(b"moderator"))
}

fn uuid_of(name: &[u8]) -> uuid::Uuid {
    amazoff_supervisor::derive_uuid(&[name])
}

async fn submit(
    world: &World,
    shelf: Shelf,
    author: UserId,
    n: usize,
) -> Result<ReviewId, AskError<Rejection>> {
    let said = (stars(n), text());
    world.shop().reviews.submit(shelf.product, author, said, world.envelope()).await.map(|of| of.reply.id)
}

async fn judge(world: &World, id: ReviewId, judgement: Judgement) {
    world.shop().reviews.judge(id, judgement, moderator(), world.envelope()).await.expect("judged");
}

async fn publish(world: &World, shelf: Shelf, author: UserId, n: usize) -> ReviewId {
    let id = submit(world, shelf, author, n).await.expect("submitted");
    judge(world, id, Judgement::Approve { revision: 1 }).await;
    id
}

/// What a list shows, as a tally; up to 200 reviews.
async fn listed(world: &World, product: ProductId) -> Tally {
    let list = Listing { product, stars: None, sort: Sorting::Newest, after: None, limit: 200 };
    let page = world.shop().reviews.listed(list).await.unwrap();
    assert_eq!(page.next, None);
    page.items.iter().fold(Tally::default(), |tally, of| tally.moved(None, Some(of.stars)).unwrap())
}

async fn rating(world: &World, product: ProductId) -> Tally {
    world.shop().ratings.get(product).await.unwrap()
}

/// At rest: list, rating and all books agree.
async fn agree(world: &World, shelf: Shelf) -> Tally {
    world.settled().await;
    let (listed, rating) = (listed(world, shelf.product).await, rating(world, shelf.product).await);
    assert_eq!(listed, rating);
    let report = world.check().await;
    assert!(report.is_sound(), "{:#?}", report.findings);
    rating
}

/// People who come and go.
const MANY: u64 = 30;
/// How long after one another: all together far longer than the documents may take to follow.
const APART: Duration = Duration::from_millis(20);

/// While something goes on: `holds` of what the list showed and what the rating said a moment later. Returns how often the
/// list was on its way.
async fn watched(
    world: &World,
    shelf: Shelf,
    goes_on: impl Future<Output = ()>,
    holds: impl Fn(u32, u32) -> bool,
) -> usize {
    let mut goes_on = std::pin::pin!(async {
        goes_on.await;
        world.settled().await;
    });
    let mut looks = 0;
    loop {
        let (list, rating) = (listed(world, shelf.product).await, rating(world, shelf.product).await);
        for stars in Stars::ALL {
            assert!(holds(list.of(stars), rating.of(stars)), "{list:?} is listed beside {rating:?}");
        }
        looks += usize::from((1..MANY).contains(&list.count()));
        let pause = std::pin::pin!(tokio::time::sleep(Duration::from_millis(1)));
        if matches!(select(&mut goes_on, pause).await, Either::Left(_)) {
            return looks;
        }
    }
}

/// T-R1 (a): while many are published no list shows what is not counted; while many go, none that is still listed has been
/// counted for longer than the list shows it.
#[test]
fn a_list_never_knows_more_than_its_rating_while_many_reviews_come_and_go() {
    paused(async {
        let world = World::start().await;
        let shelf = world.stock(1_999, 10).await;
        let authors = people(usize::try_from(MANY).unwrap());
        let coming = async {
            let publishing = authors.iter().enumerate().map(async |(n, author)| {
                tokio::time::sleep(APART * u32::try_from(n).unwrap()).await;
                publish(&world, shelf, *author, n).await;
            });
            join_all(publishing).await;
        };
        let looks = watched(&world, shelf, coming, |listed, counted| listed <= counted).await;
        assert!(looks > 3, "{looks} looks at a list that grows");
        assert_eq!(agree(&world, shelf).await.histogram(), [6; 5]);

        let going = async {
            let ending = authors.iter().enumerate().map(async |(n, author)| {
                tokio::time::sleep(APART * u32::try_from(n).unwrap()).await;
                let id = ReviewId::of(*author, shelf.product);
                let reviews = world.shop().reviews;
                match n % 3 {
                    0 => judge(&world, id, Judgement::Remove { reason: Reason::Fake }).await,
                    1 => drop(reviews.withdraw(id, *author, world.envelope()).await.unwrap()),
                    _ => {
                        let change = Change { title: Some("Not so good".to_owned()), ..Change::default() };
                        reviews.edit(id, *author, change, world.envelope()).await.unwrap();
                    }
                }
            });
            join_all(ending).await;
        };
        let looks = watched(&world, shelf, going, |listed, counted| counted <= listed).await;
        assert!(looks > 3, "{looks} looks at a list that shrinks");
        assert_eq!(agree(&world, shelf).await, Tally::default());
    });
}

/// T-R1 (b): an edit and a removal, wherever the power is cut: what is listed is what is counted, and nothing is counted twice
/// or forgotten.
#[test]
fn an_edit_and_a_removal_change_the_rating_exactly_wherever_the_power_is_cut() {
    let cuts = fail_each_step(
        async |world| {
            let shelf = world.stock(1_999, 10).await;
            let authors = people(3);
            for (n, author) in authors.iter().enumerate() {
                publish(world, shelf, *author, n).await;
            }
            world.settled().await;
            (shelf, authors)
        },
        async |world, (shelf, authors)| {
            let reviews = world.shop().reviews;
            let [edited, removed] =
                [authors[0], authors[1]].map(|author| ReviewId::of(author, shelf.product));
            let change = Change { stars: Some(stars(4)), ..Change::default() };
            let _ = reviews.edit(edited, authors[0], change, world.envelope()).await;
            let approve = Judgement::Approve { revision: 2 };
            let _ = reviews.judge(edited, approve, moderator(), world.envelope()).await;
            let remove = Judgement::Remove { reason: Reason::Spam };
            let _ = reviews.judge(removed, remove, moderator(), world.envelope()).await;
        },
        async |world, (shelf, authors), cut| {
            let seen = agree(world, *shelf).await;
            // Whatever was cut off: each of the three is as before, gone, or as it was to become.
            let reviews = world.shop().reviews;
            let mut statuses = Vec::new();
            for author in authors {
                let review = reviews.get(ReviewId::of(*author, shelf.product)).await.unwrap().unwrap();
                statuses.push(review.receipt);
            }
            let counts = |receipt: &amazoff_actors::review::Receipt| receipt.status.is_public();
            let recount = statuses
                .iter()
                .filter(|receipt| counts(receipt))
                .fold(Tally::default(), |tally, receipt| tally.moved(None, receipt.stars).unwrap());
            assert_eq!(seen, recount, "{cut:?}: {statuses:?}");
            if cut.is_none() {
                assert_eq!(seen.histogram(), [0, 0, 1, 0, 1]);
            }
        },
    );
    assert!(cuts > 10, "{cuts} cuts");
}

/// T-R2 (a): a hundred people and one who cannot stop clicking.
#[test]
fn a_hundred_reviews_at_once_are_counted_exactly_and_twenty_of_one_person_are_one() {
    paused(async {
        let world = World::start().await;
        let shelf = world.stock(1_999, 10).await;
        let authors = people(100);
        let publishing = authors.iter().enumerate().map(|(n, author)| publish(&world, shelf, *author, n));
        join_all(publishing).await;
        let all = agree(&world, shelf).await;
        assert_eq!((all.count(), all.sum(), all.histogram()), (100, 300, [20; 5]));

        let eager = people(1)[0];
        let clicks = join_all((0..20).map(|n| submit(&world, shelf, eager, n))).await;
        let mut accepted = 0;
        for click in clicks {
            match click {
                Ok(id) => {
                    accepted += 1;
                    assert_eq!(id, ReviewId::of(eager, shelf.product));
                }
                Err(AskError::Refused { refusal: Rejection::Exists, .. }) => {}
                Err(other) => panic!("refused as {other:?}"),
            }
        }
        assert_eq!(accepted, 1);
        let id = ReviewId::of(eager, shelf.product);
        let approve = Judgement::Approve { revision: 1 };
        join_all((0..20).map(|_| judge(&world, id, approve))).await;
        assert_eq!(agree(&world, shelf).await.count(), 101);

        // What the shop lists beside the product's name is the same, also after a crash.
        world.crash().await;
        let rating = agree(&world, shelf).await;
        let all = ListQuery { limit: 10, ..ListQuery::default() };
        let page = world.shop().products.list(&all).await.unwrap();
        let card = page.items.into_iter().find(|card| card.id == shelf.product).unwrap();
        assert_eq!(card.rating, rating);
    });
}

/// T-R2 (b): three people at once, one of whom clicks twice, wherever the power is cut.
#[test]
fn reviews_at_once_are_counted_exactly_wherever_the_power_is_cut() {
    let rush = async |world: &World, shelf: Shelf, authors: &[UserId]| {
        let clicks = authors.iter().chain(authors.first()).enumerate().map(async |(n, author)| {
            let _ = submit(world, shelf, *author, n).await;
            let id = ReviewId::of(*author, shelf.product);
            let approve = Judgement::Approve { revision: 1 };
            let _ = world.shop().reviews.judge(id, approve, moderator(), world.envelope()).await;
        });
        join_all(clicks).await;
    };
    let cuts = fail_each_step(
        async |world| (world.stock(1_999, 10).await, people(3)),
        async |world, (shelf, authors)| rush(world, *shelf, authors).await,
        async |world, (shelf, authors), _| {
            agree(world, *shelf).await;
            // Whoever heard nothing tries again.
            rush(world, *shelf, authors).await;
            let all = agree(world, *shelf).await;
            assert_eq!(all.count(), 3);
            let ids = authors.iter().map(|author| (ReviewId::of(*author, shelf.product), *author));
            for (id, author) in ids.collect::<BTreeMap<_, _>>() {
                assert_eq!(world.shop().reviews.get(id).await.unwrap().unwrap().author, author);
            }
        },
    );
    assert!(cuts > 10, "{cuts} cuts");
}

#[test]
fn a_review_is_verified_from_the_parcels_arrival_until_all_of_its_money_is_back() {
    paused(async {
        let world = World::start().await;
        let shelf = world.stock(1_999, 10).await;
        let (buyer, stranger) = (people(1)[0], people(1)[0]);
        let cart = CartId::from(chance::uuid());
        let (shop, order) = (world.shop(), OrderId::of_cart(cart));
        shop.carts.create(cart, Owner::User(buyer), world.envelope()).await.unwrap();
        let line = NewLine { variant: shelf.variant, quantity: Quantity::ONE };
        shop.carts.add_line(cart, line, world.envelope()).await.unwrap();
        world.complete(cart, "tok_ok").await.unwrap();
        world.settled().await;
        let id = publish(&world, shelf, buyer, 4).await;
        let other = publish(&world, shelf, stranger, 4).await;
        let verified = async |id| shop.reviews.get(id).await.unwrap().unwrap().receipt.verified;
        assert!(!verified(id).await, "nothing has arrived");

        let line = shop.orders.get(order).await.unwrap().unwrap().goods[0].0;
        let one = vec![Portion { line, quantity: Quantity::ONE }];
        shop.orders.ship(order, (None, one.clone()), None, world.envelope().into()).await.unwrap();
        let parcel = shop.orders.get(order).await.unwrap().unwrap().shipments[0].0;
        shop.orders.deliver(order, parcel, world.envelope().into()).await.unwrap();
        world.settled().await;
        assert!(verified(id).await && !verified(other).await);
        let list =
            Listing { product: shelf.product, stars: None, sort: Sorting::Helpful, after: None, limit: 9 };
        let page = shop.reviews.listed(list.clone()).await.unwrap();
        assert!(page.items.iter().all(|review| review.verified == (review.id == id)));

        let all = (RefundOf::Lines(one), RefundReason::Goodwill);
        shop.orders.refund(order, all, world.envelope().into()).await.unwrap();
        world.settled().await;
        assert!(!verified(id).await);
        assert!(!shop.reviews.listed(list).await.unwrap().items.iter().any(|review| review.verified));
        assert_eq!(agree(&world, shelf).await.count(), 2, "it is counted all the same");
    });
}

#[test]
fn what_an_erased_person_wrote_is_gone_and_the_stars_stay() {
    paused(async {
        let world = World::start().await;
        let shelf = world.stock(1_999, 10).await;
        let author = people(1)[0];
        let id = publish(&world, shelf, author, 4).await;
        agree(&world, shelf).await;
        let list =
            Listing { product: shelf.product, stars: None, sort: Sorting::Newest, after: None, limit: 9 };
        let shop = world.shop();
        assert_eq!(shop.reviews.listed(list.clone()).await.unwrap().items[0].text, Some(text()));

        let entity = EntityId::new("review", id.uuid());
        let history = world.journal().history(&entity, Version(0), 100).await.unwrap();
        assert!(!history.is_empty() && history.iter().all(|stored| !stored.event.payload.contains("holds")));
        world.store().key_table().erase(author.uuid(), world.clock.now()).await.unwrap();
        shop.vault.forget(author.uuid());
        let shown = shop.reviews.listed(list).await.unwrap().items.remove(0);
        assert_eq!((shown.id, shown.stars, shown.text), (id, stars(4), None));
        assert_eq!(shop.reviews.get(id).await.unwrap().unwrap().text, None);
        assert_eq!(rating(&world, shelf.product).await.count(), 1);
    });
}

/// The check that ratings are a recount finds what was counted without a review.
#[test]
fn a_rating_that_counts_too_much_is_found() {
    paused(async {
        let world = World::start().await;
        let shelf = world.stock(1_999, 10).await;
        publish(&world, shelf, people(1)[0], 4).await;
        agree(&world, shelf).await;
        let review = ReviewId::from(chance::uuid());
        let delta = Delta { review, turn: 1, from: None, to: Some(stars(0)) };
        world.shop().ratings.count(shelf.product, delta, world.envelope()).await.unwrap();
        world.settled().await;
        let report = world.check().await;
        let found: Vec<_> = report.errors().map(|finding| (finding.code, finding.subject.clone())).collect();
        assert_eq!(found, [(Code::RatingDiffers, shelf.product.to_string())]);
    });
}
