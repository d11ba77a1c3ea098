//! Messages that the providers send of their own accord, and what goes wrong with them on the way.

mod deliver;
mod sign;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use self::deliver::work;
pub(crate) use self::sign::paypal_signature;
use crate::ids::Ids;
use crate::ledger::Desk;
use crate::options::Options;

/// How many messages wait at most; the oldest goes first.
pub(crate) const WAITING_MAX: usize = 10_000;
/// How many copies of a message are sent beside it.
const COPIES_MAX: u32 = 10;

/// What goes wrong with messages from now on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mishaps {
    /// How many copies of each are sent beside it.
    pub copies: u32,
    /// Whether those that wait are sent in a random order.
    pub reorder: bool,
    /// How long each waits first, in milliseconds.
    pub delay_ms: u64,
    /// Whether they get lost.
    pub drop: bool,
    /// Whether they are held until they are released.
    pub hold: bool,
}

/// A message as its receiver would get it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Whose it is.
    pub desk: Desk,
    /// The provider's id of the event.
    pub id: String,
    /// What it is about.
    pub kind: String,
    /// The headers that sign it.
    pub headers: Vec<(String, String)>,
    /// The body, to be passed on byte by byte.
    pub body: String,
}

/// What became of messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// Made.
    pub made: u64,
    /// Lost on purpose.
    pub dropped: u64,
    /// Copies on purpose.
    pub copied: u64,
    /// Shuffled on purpose.
    pub reordered: u64,
    /// Delayed on purpose.
    pub delayed: u64,
    /// Held on purpose.
    pub held: u64,
    /// Delivered or taken.
    pub delivered: u64,
    /// Given up after several tries.
    pub failed: u64,
    /// Pushed out of a full queue.
    pub forgotten: u64,
}

/// An event that waits to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub(crate) desk: Desk,
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) body: String,
    pub(crate) tries: u32,
    pub(crate) due: Instant,
}

/// Where messages go, and what signs them.
#[derive(Clone, Debug)]
pub(crate) struct Post {
    pub(crate) stripe_url: Option<String>,
    pub(crate) stripe_secret: String,
    pub(crate) paypal_url: Option<String>,
    pub(crate) paypal_webhook_id: String,
}

impl Post {
    pub(crate) fn url(&self, desk: Desk) -> Option<&str> {
        match desk {
            Desk::Stripe => self.stripe_url.as_deref(),
            Desk::PayPal => self.paypal_url.as_deref(),
        }
    }
}

/// The messages of both providers.
#[derive(Debug)]
pub(crate) struct Messages {
    pub(crate) post: Post,
    pub(crate) mishaps: Mishaps,
    pub(crate) sent: Sent,
    waiting: VecDeque<Waiting>,
    held: VecDeque<Waiting>,
    shuffle: Ids,
}

impl Messages {
    pub(crate) fn new(options: &Options) -> Self {
        let post = Post {
            stripe_url: options.stripe_webhook_url.clone(),
            stripe_secret: options.stripe_webhook_secret.clone(),
            paypal_url: options.paypal_webhook_url.clone(),
            paypal_webhook_id: options.paypal_webhook_id.clone(),
        };
        Self {
            post,
            mishaps: Mishaps::default(),
            sent: Sent::default(),
            waiting: VecDeque::new(),
            held: VecDeque::new(),
            shuffle: Ids::new(options.seed.wrapping_add(1)),
        }
    }

    /// A provider has something to tell.
    pub(crate) fn tell(&mut self, desk: Desk, id: &str, kind: &str, event: &Value) {
        self.sent.made += 1;
        let mishaps = self.mishaps;
        if mishaps.drop {
            self.sent.dropped += 1;
            return;
        }
        let (id, kind, body) = (id.to_owned(), kind.to_owned(), event.to_string());
        let due = Instant::now() + Duration::from_millis(mishaps.delay_ms.min(crate::faults::STALL_MS_MAX));
        let message = Waiting { desk, id, kind, body, tries: 0, due };
        self.sent.delayed += u64::from(mishaps.delay_ms > 0);
        if mishaps.hold {
            self.sent.held += 1;
            self.sent.forgotten += push(&mut self.held, message);
            return;
        }
        self.queue(message);
    }

    fn queue(&mut self, message: Waiting) {
        let copies = self.mishaps.copies.min(COPIES_MAX);
        self.sent.copied += u64::from(copies);
        for _ in 0..=copies {
            self.sent.forgotten += push(&mut self.waiting, message.clone());
            if self.mishaps.reorder && self.waiting.len() > 1 {
                let (last, place) = (self.waiting.len() - 1, self.shuffle.below(self.waiting.len()));
                self.sent.reordered += u64::from(place != last);
                self.waiting.swap(last, place);
            }
        }
    }

    /// Lets the held ones go; returns how many.
    pub(crate) fn release(&mut self) -> usize {
        let held = std::mem::take(&mut self.held);
        let count = held.len();
        held.into_iter().for_each(|message| self.queue(message));
        count
    }

    pub(crate) fn waiting(&self) -> usize {
        self.waiting.len()
    }
    pub(crate) fn held(&self) -> usize {
        self.held.len()
    }

    /// The next one that is due and has somewhere to go.
    fn next_due(&mut self, now: Instant) -> Option<Waiting> {
        let post = &self.post;
        let place = self.waiting.iter().position(|one| one.due <= now && post.url(one.desk).is_some())?;
        self.waiting.remove(place)
    }

    /// A try has failed: once more later, up to a limit.
    fn again(&mut self, mut message: Waiting, now: Instant) {
        message.tries += 1;
        if message.tries >= deliver::TRIES_MAX {
            self.sent.failed += 1;
            return;
        }
        message.due = now + deliver::pause(message.tries);
        self.sent.forgotten += push(&mut self.waiting, message);
    }

    /// Takes all that wait, signed as of now, whether or not they are due.
    pub(crate) fn take(&mut self, now_s: i64) -> Vec<Message> {
        let taken: Vec<_> = self.waiting.drain(..).collect();
        self.sent.delivered += u64::try_from(taken.len()).unwrap_or(0);
        taken.iter().map(|message| sign::signed(&self.post, message, now_s)).collect()
    }
}

fn push(queue: &mut VecDeque<Waiting>, message: Waiting) -> u64 {
    queue.push_back(message);
    u64::from(queue.len() > WAITING_MAX && queue.pop_front().is_some())
}
