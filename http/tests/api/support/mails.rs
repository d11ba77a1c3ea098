//! What was sent by e-mail.

use std::collections::VecDeque;
use std::sync::Mutex;

use amazoff_actors::mail::{Content, Letter, MailError, Mailer, Message};
use amazoff_actors::order::NewsKind;
use futures::FutureExt;
use futures::future::BoxFuture;

use super::{PATIENCE, TestApp};

/// Keeps what it is given, but for what it is told to fail.
#[derive(Default)]
pub(crate) struct Mailbox {
    taken: Mutex<Vec<Message>>,
    /// What the next attempts come to.
    failures: Mutex<VecDeque<MailError>>,
    attempts: Mutex<Vec<uuid::Uuid>>,
}

impl Mailbox {
    pub(crate) fn fail_next(&self, failures: impl IntoIterator<Item = MailError>) {
        self.failures.lock().unwrap().extend(failures);
    }
    /// The ids of the mails that were tried, in order.
    pub(crate) fn attempts(&self) -> Vec<uuid::Uuid> {
        self.attempts.lock().unwrap().clone()
    }
    pub(crate) fn all(&self) -> Vec<Message> {
        self.taken.lock().unwrap().clone()
    }
}

impl Mailer for Mailbox {
    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Result<(), MailError>> {
        self.attempts.lock().unwrap().push(message.id);
        let failure = self.failures.lock().unwrap().pop_front();
        if failure.is_none() {
            self.taken.lock().unwrap().push(message.clone());
        }
        async move { failure.map_or(Ok(()), Err) }.boxed()
    }
}

impl TestApp {
    /// All mails so far, once none is on its way.
    pub(crate) async fn mailed(&self) -> Vec<Message> {
        tokio::time::timeout(PATIENCE, self.runtime().delivered()).await.expect("mails must leave");
        self.mails.all()
    }
    /// The letters about an account to an address so far.
    pub(crate) async fn letters(&self, to: &str) -> Vec<Letter> {
        let letter = |mail: Message| match mail.content {
            Content::Account(letter) => Some(letter),
            Content::Order(_) => None,
        };
        self.mailed().await.into_iter().filter(|mail| mail.to == to).filter_map(letter).collect()
    }
    /// What the letters about orders to an address tell so far.
    pub(crate) async fn told_by_mail(&self, to: &str) -> Vec<NewsKind> {
        let kind = |mail: Message| match mail.content {
            Content::Account(_) => None,
            Content::Order(letter) => Some(letter.kind),
        };
        self.mailed().await.into_iter().filter(|mail| mail.to == to).filter_map(kind).collect()
    }
    /// The secret of the newest link of a letter to an address.
    pub(crate) async fn link(&self, to: &str, letter: Letter) -> String {
        let mailed = self.mailed().await;
        let mail = mailed.into_iter().rfind(|mail| mail.to == to && mail.content == Content::Account(letter));
        let link = mail.and_then(|mail| mail.link).expect("a link was sent");
        assert!(link.starts_with("http://shop.test/"), "{link}");
        link.split_once("?token=").unwrap().1.to_owned()
    }
}
