//! The payment providers that the shop has: the sandbox, and those with an account.

use std::net::SocketAddr;
use std::sync::Arc;

use amazoff_actors::payment::{PaymentProvider, Providers};
use amazoff_gateways::sandbox::Sandbox;
use amazoff_gateways::{CALL_TIMEOUT, SetupError, paypal, stripe};
use amazoff_supervisor::SystemClock;

use crate::config::Config;

/// The sandbox, and Stripe and PayPal where their accounts are configured.
///
/// # Errors
/// When an adapter cannot be made.
pub(crate) fn all(sandbox: Sandbox, config: &Config, address: SocketAddr) -> Result<Providers, SetupError> {
    let mut all: Vec<Arc<dyn PaymentProvider>> = vec![Arc::new(sandbox)];
    let shop_url = || config.shop_url(address);
    if let Some(account) = &config.stripe {
        let settings = stripe::Settings {
            secret_key: account.secret_key.clone(),
            webhook_secret: account.webhook_secret.clone(),
            url: account.url.clone(),
            shop_url: shop_url(),
            timeout: CALL_TIMEOUT,
        };
        all.push(Arc::new(stripe::Stripe::new(settings, Arc::new(SystemClock))?));
    }
    if let Some(account) = &config.paypal {
        let settings = paypal::Settings {
            client_id: account.client_id.clone(),
            secret: account.secret.clone(),
            webhook_id: account.webhook_id.clone(),
            url: account.url.clone(),
            shop_url: shop_url(),
            timeout: CALL_TIMEOUT,
        };
        all.push(Arc::new(paypal::PayPal::new(settings, Arc::new(SystemClock))?));
    }
    Ok(Providers::of(all))
}
