//! T-Y8: providers that answer nonsense, late, or not at all.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use amazoff_supervisor::Delivered;
use amazoff_testkit::Life;
use futures::FutureExt;
use futures::future::BoxFuture;

use super::super::deliver::{ask, find, of_nothing};
use super::*;

/// How the provider behaves to whatever it is asked.
#[derive(Clone, Copy)]
enum Way {
    Stalls,
    Unknown,
    Unavailable,
}

struct Broken {
    way: Way,
    asked: AtomicU32,
}

type Asked<'a> = BoxFuture<'a, Result<ProviderAnswer, ProviderError>>;

impl Broken {
    fn new(way: Way) -> Self {
        Self { way, asked: AtomicU32::new(0) }
    }

    async fn answer<T>(&self) -> Result<T, ProviderError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        match self.way {
            Way::Stalls => {
                tokio::time::sleep(Duration::from_secs(30)).await;
                Err(ProviderError::Unavailable("nobody waits for this".to_owned()))
            }
            Way::Unknown => Err(ProviderError::Unknown("502 in HTML".to_owned())),
            Way::Unavailable => Err(ProviderError::Unavailable("connection refused".to_owned())),
        }
    }
}

impl PaymentProvider for Broken {
    fn name(&self) -> &'static str {
        "broken"
    }
    fn authorize<'a>(&'a self, _: &'a Intent, _: &'a str) -> Asked<'a> {
        self.answer().boxed()
    }
    fn confirm<'a>(&'a self, _: &'a Intent, _: Confirmation) -> Asked<'a> {
        self.answer().boxed()
    }
    fn capture<'a>(&'a self, _: &'a Intent) -> Asked<'a> {
        self.answer().boxed()
    }
    fn void<'a>(&'a self, _: &'a Intent) -> Asked<'a> {
        self.answer().boxed()
    }
    fn refund<'a>(&'a self, _: &'a Intent) -> Asked<'a> {
        self.answer().boxed()
    }
    fn find<'a>(&'a self, _: &'a Lookup) -> BoxFuture<'a, Result<Found, ProviderError>> {
        self.answer().boxed()
    }
    fn list(&self, _: Timestamp, _: Option<String>) -> BoxFuture<'_, Result<RecordPage, ProviderError>> {
        self.answer().boxed()
    }
    fn webhook<'a>(
        &'a self,
        _: &'a [(String, String)],
        _: &'a [u8],
        _: Timestamp,
    ) -> BoxFuture<'a, Result<WebhookEvent, WebhookError>> {
        async { Err(WebhookError::BadSignature) }.boxed()
    }
}

fn refund_call() -> Call {
    Call::Refund { intent: intent(Operation::Refund, Some("ref")) }
}

async fn asked(way: Way, attempts: u32) -> Delivered<Command> {
    let (provider, call) = (Broken::new(way), refund_call());
    let answer = ask(&provider, (&call, &intent(Operation::Refund, Some("ref"))), attempts).await;
    assert_eq!(provider.asked.load(Ordering::SeqCst), 1, "it is asked once per delivery");
    answer
}

fn is_unknown(delivered: &Delivered<Command>) -> bool {
    let Delivered::Answer(Command::Record { operation, key, outcome }) = delivered else { return false };
    (*operation, outcome) == (Operation::Refund, &Outcome::Unknown) && key.is_some()
}

/// T-Y8.
#[tokio::test(start_paused = true)]
async fn an_answer_that_stays_away_is_unknown_and_never_a_refusal() {
    assert!(is_unknown(&asked(Way::Unknown, 0).await));
    let began = tokio::time::Instant::now();
    assert!(is_unknown(&asked(Way::Stalls, 0).await));
    assert_eq!(began.elapsed(), Duration::from_secs(10));
}

/// T-Y8.
#[tokio::test(start_paused = true)]
async fn a_provider_that_cannot_be_reached_is_tried_again_and_then_looked_up() {
    for attempts in 0..5 {
        assert!(matches!(asked(Way::Unavailable, attempts).await, Delivered::Retry { .. }));
    }
    assert!(is_unknown(&asked(Way::Unavailable, 5).await));
}

/// Providers refuse to reserve nothing, and nothing needs no provider.
#[test]
fn what_costs_nothing_is_paid_without_asking_anybody() {
    let mut life = Life::<Payment>::new(Uuid::from_u128(7));
    let nothing = Terms { amount: Money::eur(0), ..terms() };
    let mut told = Vec::new();
    for command in [Command::Authorize(nothing), Command::Sync, Command::Capture] {
        let mut next = vec![command];
        while let Some(command) = next.pop() {
            for effect in life.run(command).unwrap().effects {
                match effect {
                    Effect::CallProvider { call, .. } => match of_nothing(&call) {
                        Some(Delivered::Answer(answer)) => next.push(answer),
                        _ => panic!("{call:?} asks somebody"),
                    },
                    Effect::TellCheckout { update, .. } => told.push(update),
                    Effect::TellOrder { .. } => {}
                }
            }
        }
    }
    assert_eq!(told, [Update::Authorized, Update::Captured]);
    assert_eq!((life.state().captured(), life.balance(CLEARING, "EUR")), (0, 0));
    assert!(of_nothing(&refund_call()).is_none());
}

#[tokio::test(start_paused = true)]
async fn a_lookup_that_fails_is_asked_again() {
    for way in [Way::Stalls, Way::Unknown, Way::Unavailable] {
        let answer = find(&Broken::new(way), Operation::Refund, &intent(Operation::Refund, None), 0).await;
        assert!(matches!(answer, Delivered::Retry { .. }));
    }
}
