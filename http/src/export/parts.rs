//! What is in which file of the archive. The first ones are for people to read, `history.json` is for completeness: every
//! event that holds something sealed for the person, so that nothing that erasing would remove is left out.

use amazoff_actors::Shop;
use amazoff_actors::held::{ActKind, HeldEntity, Told};
use amazoff_actors::ids::UserId;
use amazoff_supervisor::Version;
use serde_json::{Value, json};

use super::Cut;
use super::zipped::Archive;
use crate::views::account::{SavedAddressBody, SessionBody};
use crate::views::carts::CartBody;
use crate::views::desk::{ContactBody, NoteBody};
use crate::views::notices::{NotificationBody, NotificationPreferences};
use crate::views::orders::OrderBody;
use crate::views::payments::PaymentBody;
use crate::views::privacy::ConsentBody;
use crate::views::reviews::OwnReviewBody;
use crate::views::users::{ApiKeyBody, UserBody};

/// Things that are read at once.
const PAGE: usize = 50;

/// What stands at the top of the archive.
const README: &str = "Everything that this shop holds about you.\n\n\
    profile.json    who you are, and what is on its way\n\
    addresses.json  addresses that you keep\n\
    sessions.json   where you are logged in\n\
    api_keys.json   keys of programs, without their secrets\n\
    consents.json   what you agreed to\n\
    orders.json     what you bought, where it went, and how it was paid\n\
    carts.json      what you mean to buy\n\
    reviews.json    what you wrote about products\n\
    notices.json    what you were told about them, and which letters you want\n\
    votes.json      which reviews you found helpful, and which you complained about\n\
    history.json    everything personal that was ever noted, also what you have changed since\n\n\
    Not in it: the hash of your password, and the secrets of keys and sessions, which nobody keeps.\n";

/// Makes the files of one person's archive.
pub(super) struct Parts {
    /// The shop.
    pub(super) shop: Shop,
    /// Whose.
    pub(super) user: UserId,
}

impl Parts {
    /// Writes the whole archive.
    pub(super) async fn write(&self, mut to: Archive) -> Result<(), Cut> {
        to.file("README.json", &README.lines().collect::<Vec<_>>()).await?;
        self.profile(&mut to).await?;
        self.orders(&mut to).await?;
        self.carts(&mut to).await?;
        self.reviews(&mut to).await?;
        self.notices(&mut to).await?;
        self.votes(&mut to).await?;
        self.history(&mut to).await?;
        Box::pin(to.end()).await
    }

    async fn profile(&self, to: &mut Archive) -> Result<(), Cut> {
        let users = &self.shop.users;
        let known = users.get(self.user).await?.map(UserBody::from);
        let held = users.held(self.user).await?;
        let profile = json!({
            "user": known,
            "pending_email": held.as_ref().and_then(|held| held.pending_email.clone()),
            "email_verified_at": held.as_ref().and_then(|held| held.email_verified_at),
            "mail_refused_at": held.as_ref().and_then(|held| held.mail_refused_at),
            "exports_asked_at": held.as_ref().map(|held| held.exports.clone()),
        });
        to.file("profile.json", &profile).await?;
        let addresses = users.addresses(self.user).await?;
        let addresses: Vec<_> = addresses.into_iter().map(SavedAddressBody::from).collect();
        to.file("addresses.json", &addresses).await?;
        let sessions = users.sessions(self.user).await?;
        let sessions: Vec<_> = sessions.iter().map(|view| SessionBody::of(view, None)).collect();
        to.file("sessions.json", &sessions).await?;
        let (keys, consents) = held.map(|held| (held.api_keys, held.consents)).unwrap_or_default();
        to.file("api_keys.json", &keys.into_iter().map(ApiKeyBody::from).collect::<Vec<_>>()).await?;
        to.file("consents.json", &consents.into_iter().map(ConsentBody::from).collect::<Vec<_>>()).await
    }

    async fn notices(&self, to: &mut Archive) -> Result<(), Cut> {
        let inbox = self.shop.inboxes.get(self.user).await?;
        let notices = inbox.notices.iter().map(|notice| NotificationBody::of(notice, inbox.read_upto));
        let told = json!({
            "notices": notices.collect::<Vec<_>>(),
            "preferences": NotificationPreferences::from(&inbox.preferences),
        });
        to.file("notices.json", &told).await
    }

    async fn orders(&self, to: &mut Archive) -> Result<(), Cut> {
        let shop = &self.shop;
        to.list("orders.json")?;
        let mut after = None;
        loop {
            let page = shop.orders.list_of_user(self.user, after, PAGE).await?;
            for card in page.items {
                let Some(details) = shop.orders.details(card.id).await? else { continue };
                let further = details.view.further.iter().map(|further| further.payment);
                let ids: Vec<_> = details.view.payment_id.into_iter().chain(further).collect();
                let mut payments = Vec::new();
                for id in ids {
                    payments.extend(shop.payments.get(id).await?.map(PaymentBody::from));
                }
                let remarks = shop.orders.remarks(card.id).await?;
                let order = json!({
                    "order": OrderBody::from(details.view),
                    "recipient": details.contact.map(ContactBody::from),
                    "payments": payments,
                    "remarks": remarks.into_iter().map(NoteBody::from).collect::<Vec<_>>(),
                });
                to.item(&order).await?;
            }
            after = page.next;
            if after.is_none() {
                return to.end_list().await;
            }
        }
    }

    async fn carts(&self, to: &mut Archive) -> Result<(), Cut> {
        to.list("carts.json")?;
        let mut after = None;
        loop {
            let page = self.shop.carts.list_of_person(self.user, after, PAGE).await?;
            for id in page.items {
                let Some(shown) = self.shop.carts.show(id).await? else { continue };
                let contact = self.shop.carts.contact(id).await?.map(ContactBody::from);
                to.item(&json!({ "cart": CartBody::from(shown), "recipient": contact })).await?;
            }
            after = page.next;
            if after.is_none() {
                return to.end_list().await;
            }
        }
    }

    async fn reviews(&self, to: &mut Archive) -> Result<(), Cut> {
        to.list("reviews.json")?;
        let mut after = None;
        loop {
            let (reviews, next) = self.shop.held.reviews(self.user, after, PAGE).await?;
            for id in reviews {
                if let Some(view) = self.shop.reviews.get(id).await? {
                    to.item(&OwnReviewBody::from(view)).await?;
                }
            }
            after = next;
            if after.is_none() {
                return to.end_list().await;
            }
        }
    }

    async fn votes(&self, to: &mut Archive) -> Result<(), Cut> {
        to.list("votes.json")?;
        for votes in [true, false] {
            let mut after = None;
            loop {
                let page = self.shop.held.acts((self.user, votes), after, PAGE).await?;
                for act in page.items {
                    let (what, reason) = match act.kind {
                        ActKind::Vote => ("helpful", None),
                        ActKind::Complaint(reason) => ("complaint", Some(reason)),
                    };
                    let act =
                        json!({ "review_id": act.review, "what": what, "reason": reason, "at": act.at });
                    to.item(&act).await?;
                }
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
        }
        to.end_list().await
    }

    async fn history(&self, to: &mut Archive) -> Result<(), Cut> {
        let held = &self.shop.held;
        to.list("history.json")?;
        self.told(&held.of_user(self.user), to).await?;
        let mut after = None;
        loop {
            let (carts, next) = held.carts(self.user, after, PAGE).await?;
            for cart in carts {
                for entity in held.of_cart(self.user, cart) {
                    self.told(&entity, to).await?;
                }
            }
            after = next;
            if after.is_none() {
                break;
            }
        }
        loop {
            let (reviews, next) = held.reviews(self.user, after, PAGE).await?;
            for review in reviews {
                self.told(&held.of_review(self.user, review), to).await?;
            }
            after = next;
            if after.is_none() {
                return to.end_list().await;
            }
        }
    }

    async fn told(&self, of: &HeldEntity, to: &mut Archive) -> Result<(), Cut> {
        let mut after = Version(0);
        loop {
            let page = self.shop.held.history(of, after).await?;
            for told in page.items {
                to.item(&as_json(told)).await?;
            }
            match page.next {
                Some(next) => after = next,
                None => return Ok(()),
            }
        }
    }
}

fn as_json(told: Told) -> Value {
    let Told { entity, seq, at, event } = told;
    json!({ "of": entity, "number": seq, "at": at, "event": event })
}
