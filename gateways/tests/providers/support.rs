//! A simulator, and an adapter that talks to it.

use std::sync::Arc;
use std::time::Duration;

use amazoff_actors::ids::{OrderId, PaymentId};
use amazoff_actors::money::Money;
use amazoff_actors::payment::{
    Confirmation, Found, Intent, IntentKey, Lookup, Operation, PaymentProvider, ProviderAnswer, ProviderError,
};
use amazoff_gateways::{paypal, stripe};
use amazoff_paysim::{Account, Act, Options, Paysim, Running};
use amazoff_supervisor::{ManualClock, Timestamp, derive_uuid};

/// 1 January 2026.
pub(crate) const NOW: Timestamp = Timestamp::from_unix_ms(1_767_225_600_000);
/// What is reserved.
pub(crate) const WHOLE: Money = Money::eur(1999);
/// How long a call may take here.
pub(crate) const TIMEOUT: Duration = Duration::from_millis(700);

pub(crate) type Answered = Result<ProviderAnswer, ProviderError>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    Stripe,
    PayPal,
}

pub(crate) struct Desk {
    pub(crate) who: Who,
    pub(crate) sim: Running,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) provider: Arc<dyn PaymentProvider>,
    pub(crate) intent: Intent,
}

pub(crate) fn stripe(url: String, clock: Arc<ManualClock>) -> stripe::Stripe {
    let settings = stripe::Settings {
        secret_key: "sk_test_paysim".into(),
        webhook_secret: "whsec_paysim".into(),
        url,
        shop_url: "http://shop.test".to_owned(),
        timeout: TIMEOUT,
    };
    stripe::Stripe::new(settings, clock).unwrap()
}

pub(crate) fn paypal(url: String, clock: Arc<ManualClock>) -> paypal::PayPal {
    let settings = paypal::Settings {
        client_id: "paysim-client".to_owned(),
        secret: "paysim-secret".into(),
        webhook_id: "paysim-webhook".to_owned(),
        url,
        shop_url: "http://shop.test".to_owned(),
        timeout: TIMEOUT,
    };
    paypal::PayPal::new(settings, clock).unwrap()
}

pub(crate) fn payment(n: u8) -> PaymentId {
    PaymentId::from(derive_uuid(&[b"payment", &[n]]))
}

impl Desk {
    pub(crate) fn new(who: Who) -> Self {
        let sim =
            Paysim::start(Options { fixed_clock_ms: Some(NOW.unix_ms()), ..Options::default() }).unwrap();
        let clock = Arc::new(ManualClock::at(NOW));
        let provider: Arc<dyn PaymentProvider> = match who {
            Who::Stripe => Arc::new(stripe(sim.url(), Arc::clone(&clock))),
            Who::PayPal => Arc::new(paypal(sim.url(), Arc::clone(&clock))),
        };
        let intent = Intent {
            key: IntentKey::of(payment(1), Operation::Authorize),
            payment: payment(1),
            order: Some(OrderId::from(derive_uuid(&[b"order"]))),
            asked_at: Some(NOW),
            amount: WHOLE,
            reference: None,
            capture_reference: None,
        };
        Self { who, sim, clock, provider, intent }
    }

    /// Lets time pass, for both sides.
    pub(crate) fn advance(&self, duration: Duration) {
        self.clock.advance(duration);
        self.sim.advance(u64::try_from(duration.as_millis()).unwrap());
    }

    /// A token that is approved.
    pub(crate) fn token(&self) -> &'static str {
        match self.who {
            Who::Stripe => "pm_card_visa",
            Who::PayPal => paypal::TOKEN,
        }
    }

    /// The intent of one of several captures or refunds.
    pub(crate) fn part(&self, operation: Operation, n: u8, cents: i64) -> Intent {
        let key = IntentKey::of_part(self.intent.payment, operation, derive_uuid(&[&[n]]));
        Intent { key, amount: Money::eur(cents), ..self.intent.clone() }
    }
    pub(crate) fn of(&self, operation: Operation) -> Intent {
        Intent { key: IntentKey::of(self.intent.payment, operation), ..self.intent.clone() }
    }

    pub(crate) async fn ask(&self, operation: Operation, intent: &Intent) -> Answered {
        match operation {
            Operation::Authorize => self.provider.authorize(intent, self.token()).await,
            Operation::Confirm => self.provider.confirm(intent, Confirmation::Approve).await,
            Operation::Capture => self.provider.capture(intent).await,
            Operation::Void => self.provider.void(intent).await,
            Operation::Refund => self.provider.refund(intent).await,
        }
    }
    pub(crate) async fn find(&self, operation: Operation, intent: &Intent) -> Found {
        self.provider.find(&Lookup { operation, intent: intent.clone() }).await.unwrap()
    }

    /// Brings the payment to where that operation is the next one.
    pub(crate) async fn ready_for(who: Who, operation: Operation) -> Self {
        let mut desk = Self::new(who);
        let needs = match operation {
            Operation::Authorize => return desk,
            Operation::Confirm => [].as_slice(),
            Operation::Capture | Operation::Void => &[Operation::Confirm],
            Operation::Refund => &[Operation::Confirm, Operation::Capture],
        };
        desk.create().await;
        for operation in needs {
            let answer = desk.ask(*operation, &desk.of(*operation)).await.unwrap();
            let ProviderAnswer::Approved { capture_reference, .. } = answer else { panic!("{answer:?}") };
            desk.intent.capture_reference = capture_reference;
        }
        desk
    }

    /// Authorizes with a card that needs no action, or has the shopper approve at PayPal.
    async fn create(&mut self) {
        let answer = self.ask(Operation::Authorize, &self.intent).await.unwrap();
        let (ProviderAnswer::Approved { reference, .. } | ProviderAnswer::ActionRequired { reference, .. }) =
            answer
        else {
            panic!("{answer:?}")
        };
        if self.who == Who::PayPal {
            self.sim.act(&reference, Act::Approve).unwrap();
        }
        self.intent.reference = Some(reference);
    }

    /// What the simulator's ledger says of the one authorization.
    pub(crate) fn account(&self) -> Account {
        let books = self.sim.books();
        assert_eq!(books.broken, Vec::<String>::new());
        assert!(books.accounts.len() <= 1, "{books:?}");
        books.accounts.into_values().next().unwrap_or_default()
    }
    /// How often the simulator was asked that.
    pub(crate) fn asked(&self, operation: &str) -> u64 {
        self.sim.asked().get(operation).copied().unwrap_or(0)
    }
}

/// The amount of an approval.
pub(crate) fn approved(answer: &Answered) -> Money {
    match answer {
        Ok(ProviderAnswer::Approved { amount, .. }) => *amount,
        other => panic!("not approved: {other:?}"),
    }
}

pub(crate) fn declined(code: &str) -> Answered {
    Ok(ProviderAnswer::declined(code))
}
