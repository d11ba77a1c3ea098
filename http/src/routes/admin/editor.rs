//! Who changes the pricebook. `If-Match` may say which version was looked at; then a change that somebody else made
//! meanwhile is not overwritten (412).

use amazoff_actors::pricebook::{Change, Receipt};
use amazoff_supervisor::Answer;
use axum::extract::FromRequestParts;
use axum::http::header::IF_MATCH;
use axum::http::request::Parts;

use crate::idempotency::{Asker, RequestKey};
use crate::identity::Shopper;
use crate::platform::Platform;
use crate::problem::{FieldError, Problem};

/// Who changes the pricebook, and which version they looked at.
pub(crate) struct Editor {
    pub(super) shopper: Shopper,
    seen: Option<u64>,
}

impl FromRequestParts<Platform> for Editor {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Problem> {
        let shopper = <Shopper as FromRequestParts<Platform>>::from_request_parts(parts, platform).await?;
        let seen = parts.headers.get(IF_MATCH).map(|tag| {
            let quoted = tag.to_str().ok()?.trim().strip_prefix('"')?.strip_suffix('"')?;
            quoted.parse::<u64>().ok()
        });
        match seen {
            Some(None) => Err(Problem::fields(vec![FieldError::new(
                "If-Match",
                "invalid-value",
                "It must be the version of the pricebook in double quotes.",
            )])),
            None => Ok(Self { shopper, seen: None }),
            Some(seen) => Ok(Self { shopper, seen }),
        }
    }
}

impl Editor {
    /// Changes the pricebook, if nobody else did since `seen`.
    pub(super) async fn change(
        &self,
        platform: &Platform,
        key: &RequestKey,
        change: Change,
        seen: Option<u64>,
    ) -> Result<Answer<Receipt>, Problem> {
        let envelope = key.envelope(&Asker::of(&self.shopper), platform.settings.ask_limit());
        let changed = platform.shop.pricebooks.change(change, self.seen.or(seen), envelope).await;
        changed.map_err(Problem::asked)
    }
}
