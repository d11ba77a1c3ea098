//! The accounts at payment providers. A provider exists in the shop only where its account is configured, and then whole.

use secrecy::SecretString;

use super::{ConfigError, Sources, parse, table};

/// An account at Stripe.
#[derive(Debug)]
pub(crate) struct StripeAccount {
    /// The secret key.
    pub(crate) secret_key: SecretString,
    /// What Stripe signs its messages with.
    pub(crate) webhook_secret: SecretString,
    /// Where Stripe is, without a slash at the end.
    pub(crate) url: String,
}

/// An account at PayPal.
#[derive(Debug)]
pub(crate) struct PayPalAccount {
    /// The client's id.
    pub(crate) client_id: String,
    /// The client's secret.
    pub(crate) secret: SecretString,
    /// PayPal's name for the shop's webhook.
    pub(crate) webhook_id: String,
    /// Where PayPal is, without a slash at the end.
    pub(crate) url: String,
}

/// The account at Stripe; `None` where nothing of it is configured.
pub(super) fn stripe(sources: &Sources) -> Result<Option<StripeAccount>, ConfigError> {
    let url = address(table::STRIPE_URL, sources.value(table::STRIPE_URL))?;
    let names = [table::STRIPE_SECRET_KEY, table::STRIPE_WEBHOOK_SECRET];
    let Some([secret_key, webhook_secret]) = all_or_none(sources, names)? else { return Ok(None) };
    Ok(Some(StripeAccount { secret_key: secret_key.into(), webhook_secret: webhook_secret.into(), url }))
}

/// The account at PayPal; `None` where nothing of it is configured.
pub(super) fn paypal(sources: &Sources) -> Result<Option<PayPalAccount>, ConfigError> {
    let url = address(table::PAYPAL_URL, sources.value(table::PAYPAL_URL))?;
    let names = [table::PAYPAL_CLIENT_ID, table::PAYPAL_SECRET, table::PAYPAL_WEBHOOK_ID];
    let Some([client_id, secret, webhook_id]) = all_or_none(sources, names)? else { return Ok(None) };
    Ok(Some(PayPalAccount { client_id, secret: secret.into(), webhook_id, url }))
}

/// The values of variables that make sense together only.
fn all_or_none<const N: usize>(
    sources: &Sources,
    names: [&'static str; N],
) -> Result<Option<[String; N]>, ConfigError> {
    let given = names.map(|name| sources.given(name));
    let Some(first) = names.iter().zip(given).find_map(|(name, value)| value.map(|_| *name)) else {
        return Ok(None);
    };
    if let Some((name, _)) = names.iter().zip(given).find(|(_, value)| value.is_none()) {
        let expected = format!("is missing, but {first} is set");
        return Err(ConfigError::WrongSecret { name, expected });
    }
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
    if let Some((name, _)) = names.iter().zip(given).find(|(_, value)| !value.is_some_and(plain)) {
        let expected = "is not printable ASCII without spaces".to_owned();
        return Err(ConfigError::WrongSecret { name, expected });
    }
    Ok(Some(given.map(|value| value.unwrap_or_default().to_owned())))
}

/// An address that a secret may be sent to: HTTPS, or this machine.
fn address(name: &'static str, value: &str) -> Result<String, ConfigError> {
    let trimmed = value.trim_end_matches('/');
    let https = trimmed.strip_prefix("https://");
    let here = trimmed.strip_prefix("http://").filter(|host| {
        let host = host.rsplit_once(':').map_or(*host, |(host, _)| host);
        matches!(host, "127.0.0.1" | "localhost" | "[::1]")
    });
    match https.or(here) {
        Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', ' ', '@', '"']) => {
            Ok(trimmed.to_owned())
        }
        Some(_) | None => {
            let expected = "is not an address like https://api.example, or http:// on this machine";
            Err(parse::wrong(name, value, expected))
        }
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    fn sources(pairs: &[(&str, &str)]) -> Sources {
        Sources::of(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())), []).unwrap()
    }

    #[test]
    fn nothing_configured_is_no_account() {
        assert!(stripe(&Sources::default()).unwrap().is_none());
        assert!(paypal(&Sources::default()).unwrap().is_none());
        let only_url = sources(&[(table::STRIPE_URL, "http://127.0.0.1:9000")]);
        assert!(stripe(&only_url).unwrap().is_none());
    }

    #[test]
    fn a_whole_account_is_taken() {
        let given = [(table::STRIPE_SECRET_KEY, "sk_test_1"), (table::STRIPE_WEBHOOK_SECRET, "whsec_1")];
        let account = stripe(&sources(&given)).unwrap().unwrap();
        assert_eq!(
            (account.url.as_str(), account.secret_key.expose_secret()),
            ("https://api.stripe.com", "sk_test_1")
        );
        let given = [
            (table::PAYPAL_CLIENT_ID, "client"),
            (table::PAYPAL_SECRET, "secret"),
            (table::PAYPAL_WEBHOOK_ID, "webhook"),
            (table::PAYPAL_URL, "http://localhost:9000/"),
        ];
        let account = paypal(&sources(&given)).unwrap().unwrap();
        assert_eq!((account.url.as_str(), account.webhook_id.as_str()), ("http://localhost:9000", "webhook"));
        assert!(!format!("{account:?}").contains("\"secret\""), "{account:?}");
    }

    #[test]
    fn half_an_account_is_refused_and_its_secret_not_shown() {
        let line = stripe(&sources(&[(table::STRIPE_SECRET_KEY, "sk_test_geheim")])).unwrap_err().to_string();
        assert_eq!(
            line,
            "AMAZOFF_STRIPE_WEBHOOK_SECRET: the value is missing, but AMAZOFF_STRIPE_SECRET_KEY is set"
        );
        let line = paypal(&sources(&[(table::PAYPAL_SECRET, "geheim")])).unwrap_err().to_string();
        assert!(line.starts_with("AMAZOFF_PAYPAL_CLIENT_ID: ") && !line.contains("geheim"), "{line}");
        let given = [(table::STRIPE_SECRET_KEY, "sk geheim"), (table::STRIPE_WEBHOOK_SECRET, "whsec_1")];
        let line = stripe(&sources(&given)).unwrap_err().to_string();
        assert!(line.starts_with("AMAZOFF_STRIPE_SECRET_KEY: ") && !line.contains("geheim"), "{line}");
    }

    #[test]
    fn secrets_are_not_sent_in_the_clear() {
        for url in
            ["http://api.stripe.com", "http://127.0.0.1.example:80", "ftp://x", "https://", "https://a/b"]
        {
            let line = stripe(&sources(&[(table::STRIPE_URL, url)])).unwrap_err().to_string();
            assert!(line.starts_with("AMAZOFF_STRIPE_URL: "), "{line}");
        }
    }
}
