//! Keys are never shown: not in the log at its most talkative, not in `Debug`, not in errors.

use std::io;
use std::sync::{Arc, Mutex};

use amazoff_actors::payment::{Operation, PaymentProvider as _};
use amazoff_gateways::{paypal, stripe};
use amazoff_paysim::{Fault, Options, Paysim, Plan};
use tracing_subscriber::fmt::MakeWriter;

use crate::support::{Desk, NOW, TIMEOUT, Who};

const CANARIES: [&str; 3] = ["sk_test_canary", "whsec_canary", "secret_canary"];

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[test]
fn no_key_is_in_the_log_in_debug_or_in_an_error() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(log.clone())
        .finish();
    // One thread, so that all that the clients log goes to this subscriber.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let shown = tracing::subscriber::with_default(subscriber, || runtime.block_on(converse()));
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("hyper"), "the clients' own words are in it: {log}");
    assert!(log.contains("does not accept the shop's credentials"), "{log}");
    for canary in CANARIES {
        assert!(!log.contains(canary) && !shown.contains(canary), "{canary} is shown");
    }
    // Encoded, it would be no better.
    assert!(!log.contains("Basic "), "{log}");
}

/// Good and bad conversations with both providers; what they and their errors look like.
async fn converse() -> String {
    let options = Options {
        stripe_secret_key: CANARIES[0].to_owned(),
        stripe_webhook_secret: CANARIES[1].to_owned(),
        paypal_secret: CANARIES[2].to_owned(),
        fixed_clock_ms: Some(NOW.unix_ms()),
        ..Options::default()
    };
    let sim = Paysim::start(options).unwrap();
    // Another simulator, which does not know these keys.
    let stranger = Desk::new(Who::Stripe);
    let mut shown = String::new();
    for url in [sim.url(), stranger.sim.url()] {
        let settings = stripe::Settings {
            secret_key: CANARIES[0].into(),
            webhook_secret: CANARIES[1].into(),
            url: url.clone(),
            shop_url: String::new(),
            timeout: TIMEOUT,
        };
        shown.push_str(&format!("{settings:?}"));
        let stripe = stripe::Stripe::new(settings, stranger.clock.clone()).unwrap();
        let settings = paypal::Settings {
            client_id: "paysim-client".to_owned(),
            secret: CANARIES[2].into(),
            webhook_id: "paysim-webhook".to_owned(),
            url,
            shop_url: String::new(),
            timeout: TIMEOUT,
        };
        shown.push_str(&format!("{settings:?}"));
        let paypal = paypal::PayPal::new(settings, stranger.clock.clone()).unwrap();
        shown.push_str(&format!("{stripe:?} {paypal:?}"));
        for fault in
            [None, Some(Fault::ResetAfter), Some(Fault::Truncated), Some(Fault::Html502 { done: true })]
        {
            let intent = stranger.part(Operation::Authorize, u8::try_from(shown.len() % 200).unwrap(), 500);
            if let Some(fault) = fault {
                assert!(
                    sim.plan(Plan::next("stripe.", fault)) && sim.plan(Plan::next("paypal.order.", fault))
                );
            }
            shown.push_str(&format!("{:?}", stripe.authorize(&intent, "pm_card_visa").await));
            shown.push_str(&format!("{:?}", paypal.authorize(&intent, paypal::TOKEN).await));
        }
        let forged = [("stripe-signature".to_owned(), "t=1,v1=00".to_owned())];
        shown.push_str(&format!("{:?}", stripe.webhook(&forged, b"{}", NOW).await));
    }
    shown
}
