//! Who changes the catalogue. Every change is told in the audit trail before it is done.

use amazoff_actors::ids::ProductId;
use amazoff_actors::product::{Command, Media};
use amazoff_supervisor::{Envelope, Operator};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;

use crate::conditional::{IfMatch, versioned};
use crate::idempotency::{Asker, RequestKey};
use crate::platform::Platform;
use crate::problem::{IDEMPOTENT_REPLAYED, Problem};
use crate::routes::ops::acting::Actor;
use crate::views::products::DeskProductBody;

/// Who changes a product, and which version their page showed.
pub(crate) struct Clerk {
    actor: Actor,
    seen: IfMatch,
}

impl FromRequestParts<Platform> for Clerk {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Problem> {
        let actor = Actor::from_request_parts(parts, platform).await?;
        let seen = IfMatch::from_request_parts(parts, platform).await?;
        Ok(Self { actor, seen })
    }
}

impl Clerk {
    /// The command's envelope, of which ids follow.
    pub(super) fn envelope(&self, platform: &Platform, key: &RequestKey) -> Envelope {
        envelope(platform, &self.actor, key)
    }

    /// The product after a change, which the audit trail names as it is told.
    pub(super) async fn changes(
        &self,
        platform: &Platform,
        (id, command): (ProductId, Command),
        told: (&'static str, Value),
        key: &RequestKey,
    ) -> Result<Response, Problem> {
        let command = match self.seen.0 {
            Some(version) => Command::IfVersion { version, command: Box::new(command) },
            None => command,
        };
        let replayed = asked(platform, &self.actor, (id, command), told, key).await?;
        changed(platform, id, replayed).await
    }
}

/// The envelope of whoever changes the catalogue.
pub(super) fn envelope(platform: &Platform, actor: &Actor, key: &RequestKey) -> Envelope {
    key.envelope(&Asker::of(&actor.0), platform.settings.ask_limit())
}

/// What came of an act; a repeat gets it again.
#[derive(Serialize)]
struct Done {
    action: &'static str,
    replayed: bool,
}

/// Asks something of a product, told in the audit trail; answers whether that is the repeat of an earlier answer.
pub(super) async fn asked(
    platform: &Platform,
    actor: &Actor,
    (id, command): (ProductId, Command),
    (action, detail): (&'static str, Value),
    key: &RequestKey,
) -> Result<bool, Problem> {
    let envelope = envelope(platform, actor, key);
    let shop = platform.shop.clone();
    let doing = move |operator: Operator| async move {
        let asking = Box::pin(shop.products.ask(&shop.stocks, id, command, envelope));
        let answer = operator.ask((action, id.to_string(), detail), asking).await?;
        Ok(Done { action, replayed: answer.replayed })
    };
    let (done, repeated) = actor.act(platform, key, doing).await.map_err(at_field)?.into_parts();
    Ok(repeated || done["replayed"] == true)
}

/// Names the field that the product refuses.
pub(super) fn at_field(problem: Problem) -> Problem {
    let field = problem.facts()["field"].as_str().map(|field| format!("/{field}"));
    match field {
        Some(pointer) => problem.at(&pointer),
        None => problem,
    }
}

/// A product with everything, and its tag.
pub(super) async fn shown(
    platform: &Platform,
    id: ProductId,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let product = platform.shop.products.get(id).await?;
    let product = product.ok_or_else(|| Problem::missing("product-not-found"))?;
    Ok(versioned(headers, &DeskProductBody::of(id, &product.state), product.state.version))
}

/// A product after something was done to it.
pub(super) async fn changed(platform: &Platform, id: ProductId, replayed: bool) -> Result<Response, Problem> {
    let mut response = shown(platform, id, &HeaderMap::new()).await?;
    if replayed {
        response.headers_mut().insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// Refuses pictures whose bytes the shop does not have.
pub(super) async fn all_there(platform: &Platform, media: &[Media]) -> Result<(), Problem> {
    for (number, picture) in media.iter().enumerate() {
        let bytes = platform.shop.blobs.get(&picture.blob).await;
        if bytes.map_err(|error| Problem::not_ready(&error.to_string()))?.is_none() {
            return Err(Problem::missing("media-not-found").at(&format!("/media/{number}/blob")));
        }
    }
    Ok(())
}
