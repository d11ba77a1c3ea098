//! The shop's own people: they issue codes, and give money back when they are asked.

use std::collections::BTreeMap;

use serde_json::json;

use crate::common::{Auth, Client, OWNER_EMAIL, OWNER_PASSWORD, Reply, Request, shopping};
use crate::kill::notes::OrderNote;

/// The code that everybody may use.
const FOR_ALL: &str = "WELCOME";
/// How many codes there are that one order may use.
const SCARCE: usize = 12;

/// Somebody who may do everything.
#[derive(Default)]
pub(crate) struct Desk {
    /// Who it is; nobody when nobody sits there.
    auth: Option<Auth>,
    /// Each code, and how many orders may use it.
    pub(crate) codes: BTreeMap<String, Option<usize>>,
}

impl Desk {
    /// Logs in and issues the codes: each takes a tenth off.
    pub(crate) async fn open(client: &Client) -> Result<Self, String> {
        let (bearer, _) =
            shopping::login(client, OWNER_EMAIL, OWNER_PASSWORD).await.ok_or("the owner cannot log in")?;
        let auth = Auth { bearer: Some(bearer), cart_token: None };
        let promotion = json!({ "title": "Ten percent", "trigger": "coupon", "kind": { "percentage": { "rate": 100_000 } } });
        let made = client.send(&Request::post("/admin/v1/promotions", promotion).by(&auth)).await;
        let made = made.filter(Reply::is_success).ok_or("no promotion could be made")?;
        let scarce = (0..SCARCE).map(|n| (format!("ONCE-{n}"), Some(1)));
        let codes: BTreeMap<_, _> = std::iter::once((FOR_ALL.to_owned(), None)).chain(scarce).collect();
        for (code, limit) in &codes {
            let issue = json!({ "code": code, "promotion_id": made.body["id"], "total_limit": limit });
            let issued = client.send(&Request::post("/admin/v1/coupons", issue).by(&auth)).await;
            issued.filter(Reply::is_success).ok_or_else(|| format!("{code} could not be issued"))?;
        }
        Ok(Self { auth: Some(auth), codes })
    }

    /// Gives so much back, and refuses to give back all of it once more (T-Y3). Whether the first was done.
    pub(crate) async fn refunds(&self, client: &Client, order: &OrderNote, cents: i64) -> bool {
        let Some(first) = self.click(client, &order.id, cents).await else { return false };
        if first.status != 200 {
            client.complain(format!("a refund is answered {} {}", first.status, first.body));
            return false;
        }
        if let Some(second) = self.click(client, &order.id, order.total).await
            && second.code() != "refund-exceeds-captured"
        {
            client.complain(format!("too much of a refund is answered {} {}", second.status, second.body));
        }
        true
    }

    /// Asks for a refund by two clicks on one button (T-Y2).
    async fn click(&self, client: &Client, order: &str, cents: i64) -> Option<Reply> {
        let auth = self.auth.as_ref()?;
        let path = format!("/admin/v1/orders/{order}");
        let body = json!({ "amount": { "amount": cents, "currency": "EUR" }, "reason": "goodwill" });
        loop {
            let seen = client.send(&Request::get(&path).by(auth)).await?;
            let etag = seen.etag.unwrap_or_default();
            let click = Request::post(format!("{path}/refunds"), body.clone()).by(auth).if_match(&etag);
            let (one, other) = tokio::join!(client.send(&click), client.send(&click));
            let (one, other) = (one?, other?);
            if one.status != other.status {
                client.complain(format!("one key, two answers: {} and {}", one.body, other.body));
            }
            // Else something happened to the order in between.
            if one.code() != "order-changed" {
                return Some(one);
            }
        }
    }

    /// What the codes say, against the orders that used them (T-P5). One that is called off before its money was taken
    /// gives its use back, a later one does not.
    pub(crate) async fn used(&self, client: &Client, orders: &[OrderNote]) -> Vec<String> {
        let mut violations = Vec::new();
        let Some(auth) = &self.auth else { return violations };
        for (code, limit) in &self.codes {
            let path = format!("/admin/v1/coupons/{code}");
            let Some(reply) = client.send(&Request::get(path).by(auth)).await else { continue };
            let redeemed =
                reply.body["redeemed"].as_u64().and_then(|redeemed| usize::try_from(redeemed).ok());
            let of_it: Vec<_> = orders.iter().filter(|order| order.code.as_ref() == Some(code)).collect();
            let kept = of_it.iter().filter(|order| !order.canceled).count();
            let most = limit.map_or(of_it.len(), |limit| of_it.len().min(limit));
            if !redeemed.is_some_and(|redeemed| (kept..=most).contains(&redeemed)) {
                violations
                    .push(format!("{code}, for {limit:?}, says {}, but was used by {of_it:?}", reply.body));
            }
        }
        violations
    }
}
