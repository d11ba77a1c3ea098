//! How a simulator is started.

use std::net::{Ipv4Addr, SocketAddr};

/// How a simulator is started. The secrets are worth nothing anywhere else.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen; loopback addresses only. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// What ids and the order of shuffled messages follow from.
    pub seed: u64,
    /// The moment at which the clock stands, in milliseconds since 1970; else it is the machine's.
    pub fixed_clock_ms: Option<i64>,
    /// Stripe's secret key.
    pub stripe_secret_key: String,
    /// What messages of Stripe are signed with.
    pub stripe_webhook_secret: String,
    /// Where messages of Stripe are sent; else they are kept to be taken.
    pub stripe_webhook_url: Option<String>,
    /// PayPal's client.
    pub paypal_client_id: String,
    /// PayPal's secret of that client.
    pub paypal_secret: String,
    /// PayPal's name for the place that messages go to.
    pub paypal_webhook_id: String,
    /// Where messages of PayPal are sent; else they are kept to be taken.
    pub paypal_webhook_url: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed: 1,
            fixed_clock_ms: None,
            stripe_secret_key: "sk_test_paysim".to_owned(),
            stripe_webhook_secret: "whsec_paysim".to_owned(),
            stripe_webhook_url: None,
            paypal_client_id: "paysim-client".to_owned(),
            paypal_secret: "paysim-secret".to_owned(),
            paypal_webhook_id: "paysim-webhook".to_owned(),
            paypal_webhook_url: None,
        }
    }
}
