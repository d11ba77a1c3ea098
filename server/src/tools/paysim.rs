//! `amazoff paysim`: a payment provider that moves no money, for trying the shop out with Stripe and PayPal.

use std::net::SocketAddr;

use amazoff_paysim::{Options, Paysim};
use clap::Args;

use super::{ToolError, Verdict, line};

/// How the simulator runs.
#[derive(Args)]
pub(crate) struct PaysimArguments {
    /// Where it listens; this machine only. Port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8091")]
    listen: SocketAddr,
    /// Where the shop is: it gets the simulator's messages.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    shop: String,
    /// What its ids follow from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Runs the simulator until it is interrupted, after it has said how a shop uses it.
pub(crate) async fn run(arguments: PaysimArguments) -> Result<Verdict, ToolError> {
    let shop = arguments.shop.trim_end_matches('/');
    let options = Options {
        listen: arguments.listen,
        seed: arguments.seed,
        stripe_webhook_url: Some(format!("{shop}/v1/webhooks/stripe")),
        paypal_webhook_url: Some(format!("{shop}/v1/webhooks/paypal")),
        ..Options::default()
    };
    let simulator = Paysim::start(options.clone()).map_err(|error| ToolError::Asked(error.to_string()))?;
    let url = simulator.url();
    line(
        "# A payment provider that moves no money. Start the shop with these variables, or put them into its .env:",
    )?;
    line(&format!("AMAZOFF_STRIPE_SECRET_KEY={}", options.stripe_secret_key))?;
    line(&format!("AMAZOFF_STRIPE_WEBHOOK_SECRET={}", options.stripe_webhook_secret))?;
    line(&format!("AMAZOFF_STRIPE_URL={url}"))?;
    line(&format!("AMAZOFF_PAYPAL_CLIENT_ID={}", options.paypal_client_id))?;
    line(&format!("AMAZOFF_PAYPAL_SECRET={}", options.paypal_secret))?;
    line(&format!("AMAZOFF_PAYPAL_WEBHOOK_ID={}", options.paypal_webhook_id))?;
    line(&format!("AMAZOFF_PAYPAL_URL={url}"))?;
    line(&format!("# What moved: {url}/__sim/ledger"))?;
    tokio::signal::ctrl_c().await?;
    drop(simulator);
    Ok(Verdict::Fine)
}
