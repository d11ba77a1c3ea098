//! The blast radius: each node of the tree is killed under load on every domain, and what callers saw is compared with
//! `docs/blast-radius.md`. `BLAST_RADIUS=write` writes the page anew.
//!
//! Whatever the page says: outside the killed subtree nothing may be seen.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use amazoff_actors::cart::{NewLine, Owner};
use amazoff_actors::category::Category;
use amazoff_actors::checkout::{CompleteForm, PaymentChoice};
use amazoff_actors::coupon::Issue;
use amazoff_actors::desk::OrderFilter;
use amazoff_actors::ids::{CartId, EndpointId, OrderId, PaymentId, PromotionId, ReviewId, UserId};
use amazoff_actors::inbox::Matter;
use amazoff_actors::money::{Money, Quantity};
use amazoff_actors::order::{CancelReason, News};
use amazoff_actors::payment::Confirmation;
use amazoff_actors::pricebook::{Change, Window};
use amazoff_actors::pricing::Rounding;
use amazoff_actors::rating::{Delta, Stars};
use amazoff_actors::review::Text;
use amazoff_actors::tree::DOMAINS;
use amazoff_actors::user::{RegisterForm, Role};
use amazoff_actors::{Shop, order, payment};
use amazoff_supervisor::tree::{Kind, Status, TreeView};
use amazoff_supervisor::{AskError, Clock as _, Fault, chance};
use amazoff_world::{Shelf, World, contact, paused};
use tokio::time::Instant;

/// Callers per domain, and how often each asks when it has its answer. They take turns, so somebody asks while others wait.
const CALLERS: u32 = 4;
const EVERY: Duration = Duration::from_millis(16);
/// Load before the kill, and how long the shop may take to be whole again.
const WARM_UP: Duration = Duration::from_millis(101);
const LIMIT: Duration = Duration::from_mins(2);
/// To which multiple the page rounds times up, in milliseconds.
const STEP_MS: u128 = 50;
/// How long everything must have been well again.
const CALM: Duration = Duration::from_millis(300);

/// What the callers of one domain saw.
#[derive(Clone, Debug, Default)]
struct Seen {
    asked: u64,
    /// Errors by code.
    errors: BTreeMap<&'static str, u64>,
    last_error: Option<Instant>,
}

type Board = Arc<Mutex<BTreeMap<&'static str, Seen>>>;

/// What a caller's question came to: nothing, or the code of an error that is no refusal by a rule.
type Verdict = Option<&'static str>;

fn verdict<T, R: Fault>(answer: Result<T, AskError<R>>) -> Verdict {
    match answer {
        Ok(_) | Err(AskError::Refused { .. }) => None,
        Err(error) => Some(error.code()),
    }
}

/// Asks one domain something that changes it, through the handle that edges use.
async fn ask(world: &World, shop: &Shop, domain: &str, shelf: Shelf, turn: u64) -> Verdict {
    let envelope = world.envelope();
    match domain {
        "product" => {
            let price = Money::eur(1_000 + i64::try_from(turn % 7).unwrap());
            verdict(shop.products.change_price(shelf.product, shelf.variant, price, envelope).await)
        }
        "stock" => verdict(shop.stocks.receive(shelf.variant, 1, envelope).await),
        "pricebook" => {
            let rounding = if turn.is_multiple_of(2) { Rounding::HalfUp } else { Rounding::HalfEven };
            let change = Change::SetRounding { rounding };
            verdict(shop.pricebooks.change(change, None, envelope).await)
        }
        "category" => {
            let category = Category { title: format!("Home {}", turn % 7), parent: None, position: 0 };
            verdict(shop.categories.put(("home".to_owned(), category), None, envelope).await)
        }
        "desk" => {
            let filter = OrderFilter { title: format!("Latest {}", turn % 7), ..OrderFilter::default() };
            verdict(shop.desks.save(("latest".to_owned(), filter), None, envelope).await)
        }
        "coupon" => {
            let new = Issue {
                code: format!("C{}", chance::uuid().simple()),
                promotion: PromotionId::from(chance::uuid()),
                total_limit: None,
                per_customer_limit: None,
                window: Window::default(),
            };
            verdict(shop.coupons.issue(new, envelope).await)
        }
        "cart" => {
            let cart = CartId::from(chance::uuid());
            let created = verdict(shop.carts.create(cart, Owner::Guest, envelope).await);
            let line = NewLine { variant: shelf.variant, quantity: Quantity::ONE };
            created.or(verdict(shop.carts.add_line(cart, line, world.envelope()).await))
        }
        "user" => {
            let form = RegisterForm {
                email: format!("{}@example.org", chance::uuid().simple()),
                password: "correct horse battery".to_owned(),
                name: "Ann".to_owned(),
                roles: [Role::Shopper].into(),
            };
            verdict(shop.users.register(form, envelope).await)
        }
        "order" => {
            let order = OrderId::from(chance::uuid());
            let answer = shop.orders.cancel(order, CancelReason::Shopper, envelope).await;
            verdict::<_, order::Rejection>(answer)
        }
        "payment" => {
            let payment = PaymentId::from(chance::uuid());
            let answer = shop.payments.confirm(payment, Confirmation::Approve, envelope).await;
            verdict::<_, payment::Rejection>(answer)
        }
        "checkout" => buy(world, shop, shelf).await,
        other => say(world, shop, other, shelf).await,
    }
}

/// The same of the domains of what people say and are told.
async fn say(world: &World, shop: &Shop, domain: &str, shelf: Shelf) -> Verdict {
    let envelope = world.envelope();
    match domain {
        "rating" => {
            let (review, to) = (ReviewId::from(chance::uuid()), Some(Stars::ALL[4]));
            let delta = Delta { review, turn: 1, from: None, to };
            verdict(shop.ratings.count(shelf.product, delta, envelope).await)
        }
        "review" => {
            let text = Text { title: "Good".to_owned(), body: "It holds.".to_owned(), name: None };
            let author = UserId::from(chance::uuid());
            verdict(shop.reviews.submit(shelf.product, author, (Stars::ALL[4], text), envelope).await)
        }
        "inbox" => {
            let matter = Matter::Order { order: OrderId::from(chance::uuid()), news: News::Placed };
            let user = UserId::from(chance::uuid());
            verdict(shop.inboxes.put(user, (matter, world.clock.now()), envelope).await)
        }
        "endpoint" => {
            let endpoint = EndpointId::from(chance::uuid());
            verdict(shop.endpoints.enable(endpoint, envelope).await)
        }
        other => panic!("nobody asks {other}"),
    }
}

/// A purchase; its cart is prepared beforehand and is not what is watched.
async fn buy(world: &World, shop: &Shop, shelf: Shelf) -> Verdict {
    let cart = CartId::from(chance::uuid());
    let line = NewLine { variant: shelf.variant, quantity: Quantity::ONE };
    if shop.carts.create(cart, Owner::Guest, world.envelope()).await.is_err() {
        return None;
    }
    if shop.carts.add_line(cart, line, world.envelope()).await.is_err() {
        return None;
    }
    let Ok(Some(view)) = shop.carts.view(cart).await else { return None };
    let payment = PaymentChoice { provider: "sandbox".to_owned(), token: "tok_ok".to_owned() };
    let form = CompleteForm { expected_total: view.totals.total, contact: Some(contact()), payment };
    // The purchase goes on by itself; whoever begins another one soon finds out what the kill does to it.
    let answer = shop.checkouts.complete(cart, form, world.envelope(), Duration::ZERO).await;
    answer.err().map(|error| error.code())
}

/// Asks and asks, and writes down what was seen.
async fn call(world: &World, domain: &'static str, shelf: Shelf, board: Board) {
    let shop = world.shop();
    for turn in 0.. {
        let verdict = ask(world, &shop, domain, shelf, turn).await;
        {
            let mut board = board.lock().unwrap();
            let seen = board.entry(domain).or_default();
            seen.asked += 1;
            if let Some(code) = verdict {
                *seen.errors.entry(code).or_default() += 1;
                seen.last_error = Some(Instant::now());
            }
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// What one kill led to.
struct Blast {
    node: String,
    own: BTreeSet<&'static str>,
    others: BTreeMap<&'static str, BTreeSet<&'static str>>,
    back_after: Duration,
}

/// Domains at or below a node. The pool of passwords is there for users alone.
fn domains_of(node: &str) -> Vec<&'static str> {
    if node == "compute" || node == "compute/passwords" {
        return vec!["user"];
    }
    DOMAINS.into_iter().filter(|domain| node == "shop" || node == format!("shop/{domain}")).collect()
}

fn running(view: &TreeView) -> bool {
    view.status == Status::Running && view.children.iter().all(running)
}

fn kill(node: &str) -> Blast {
    chance::seed(1);
    let blast = paused(async {
        let world = World::start().await;
        let shelf = world.stock(1_000, 1_000_000).await;
        let board = Board::default();
        let (world, board) = (&world, &board);
        let callers = DOMAINS.into_iter().flat_map(|domain| {
            (0..CALLERS).map(move |number| async move {
                tokio::time::sleep(EVERY / CALLERS * number).await;
                call(world, domain, shelf, Arc::clone(board)).await;
            })
        });
        tokio::select! {
            biased;
            blast = watch(world, node, board) => blast,
            _ = futures::future::join_all(callers) => unreachable!("callers never end"),
        }
    });
    chance::unseed();
    blast
}

async fn watch(world: &World, node: &str, board: &Board) -> Blast {
    tokio::time::sleep(WARM_UP).await;
    let before = board.lock().unwrap().clone();
    for domain in DOMAINS {
        let seen = before.get(domain).unwrap_or_else(|| panic!("{domain} answered nothing before the kill"));
        assert!(seen.asked > 0 && seen.errors.is_empty(), "{domain} before the kill: {seen:?}");
    }
    let killed_at = Instant::now();
    let tree = world.machine().tree.clone();
    tree.kill(node).unwrap();
    let mut up_at = killed_at;
    loop {
        tokio::time::sleep(Duration::from_millis(1)).await;
        let now = Instant::now();
        if !running(&tree.snapshot()) {
            up_at = now;
        }
        let last_error = board.lock().unwrap().values().filter_map(|seen| seen.last_error).max();
        if now - up_at.max(last_error.unwrap_or(killed_at)) > CALM {
            break;
        }
        assert!(now - killed_at < LIMIT, "{node} never came back");
    }
    let after = board.lock().unwrap().clone();
    let (mut own, mut others, mut last) = (BTreeSet::new(), BTreeMap::new(), up_at);
    let mine = domains_of(node);
    for (domain, seen) in after {
        assert!(seen.asked > before[domain].asked, "{domain} got no answer after the kill of {node}");
        last = last.max(seen.last_error.unwrap_or(last));
        let codes: BTreeSet<_> = seen.errors.into_keys().collect();
        if mine.contains(&domain) {
            own.extend(codes);
        } else if !codes.is_empty() {
            others.insert(domain, codes);
        }
    }
    Blast { node: node.to_owned(), own, others, back_after: last - killed_at }
}

/// Every node but the root, whose end is the end of the process.
fn nodes() -> Vec<String> {
    fn walk(view: &TreeView, above: &str, nodes: &mut Vec<String>) {
        for child in &view.children {
            let path = if above.is_empty() { child.name.clone() } else { format!("{above}/{}", child.name) };
            nodes.push(path.clone());
            if child.kind == Kind::Supervisor {
                walk(child, &path, nodes);
            }
        }
    }
    paused(async {
        let mut nodes = Vec::new();
        walk(&World::start().await.machine().tree.snapshot(), "", &mut nodes);
        nodes
    })
}

fn list(codes: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let codes: Vec<_> = codes.into_iter().map(|code| format!("`{}`", code.as_ref())).collect();
    if codes.is_empty() { "nothing".to_owned() } else { codes.join(", ") }
}

fn page(blasts: &[Blast]) -> String {
    let mut page = String::from(
        "# Blast radius\n\n\
         Each node of the supervision tree is killed, as a crash would, while callers use every domain hundreds of times \
         a second, on a paused clock (`testkit/world/tests/world/blast_radius.rs`, which compares this page with what it sees). \
         Errors are the codes that callers of a domain were told; a refusal by a rule is no error. A service has no callers \
         of its own; the pool of passwords has those of users. `compute` and `edge` hold stand-ins here, because threads and sockets need real time.\n\n\
         | node killed | what its own callers saw | what other domains saw | back within (virtual ms) |\n\
         |---|---|---|---|\n",
    );
    for blast in blasts {
        let others: Vec<_> =
            blast.others.iter().map(|(domain, codes)| format!("{domain}: {}", list(codes))).collect();
        let own = if domains_of(&blast.node).is_empty() { "–".to_owned() } else { list(&blast.own) };
        let others = if others.is_empty() { "nothing".to_owned() } else { others.join("; ") };
        // A restart waits by chance for a part of its pause.
        let within = blast.back_after.as_millis().next_multiple_of(STEP_MS);
        writeln!(page, "| `{}` | {own} | {others} | {within} |", blast.node).unwrap();
    }
    page
}

#[test]
fn a_killed_node_is_noticed_by_nobody_outside_it() {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "..", "..", "docs", "blast-radius.md"].iter().collect();
    let blasts: Vec<Blast> = nodes().iter().map(|node| kill(node)).collect();
    let page = page(&blasts);
    if std::env::var("BLAST_RADIUS").is_ok_and(|how| how == "write") {
        std::fs::write(&path, &page).unwrap();
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    let outside: Vec<_> = blasts
        .iter()
        .filter(|blast| !blast.others.is_empty())
        .map(|blast| format!("{}: {:?}", blast.node, blast.others))
        .collect();
    assert!(outside.is_empty(), "seen outside the killed node:\n  {}", outside.join("\n  "));
    assert!(known == page, "docs/blast-radius.md is outdated (BLAST_RADIUS=write renews it):\n{page}");
}
