//! The access token: fetched when it is needed, kept until shortly before it runs out.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use amazoff_actors::payment::ProviderError;
use amazoff_supervisor::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};

use super::PayPal;
use crate::remote;

/// How long before its end a token is not used any more.
const MARGIN: Duration = Duration::from_secs(60);

/// The token that is in use.
#[derive(Default)]
pub(super) struct Token(Mutex<Option<(SecretString, Timestamp)>>);

impl Token {
    fn good(&self, now: Timestamp) -> Option<SecretString> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().filter(|(_, until)| *until > now).map(|(token, _)| token.clone())
    }
    fn keep(&self, token: SecretString, until: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((token, until));
    }
    pub(super) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl PayPal {
    /// A token that is good. Whatever goes wrong here, the question that it was for has not been asked.
    pub(super) async fn token(&self) -> Result<SecretString, ProviderError> {
        let now = self.clock.now();
        if let Some(token) = self.token.good(now) {
            return Ok(token);
        }
        let request = self.client.post(format!("{}/v1/oauth2/token", self.url));
        let request = request.basic_auth(&self.client_id, Some(self.secret.expose_secret()));
        let heard = remote::send(request.form(&[("grant_type", "client_credentials")])).await;
        let heard = heard.map_err(|error| match error {
            ProviderError::Unknown(why) | ProviderError::Unavailable(why) => ProviderError::Unavailable(why),
        })?;
        let token = heard.text("/access_token").map(|token| SecretString::from(token.to_owned()));
        let token = token.ok_or_else(|| ProviderError::Unavailable("it gives no access token".to_owned()))?;
        let life = heard.body.get("expires_in").and_then(serde_json::Value::as_u64).unwrap_or(0);
        self.token.keep(token.clone(), now.plus(Duration::from_secs(life).saturating_sub(MARGIN)));
        Ok(token)
    }
}
