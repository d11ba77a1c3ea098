//! Passwords without the work of hashing them, and stand-ins for the services that need threads or sockets.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use amazoff_actors::endpoint::{CallRequest, Caller, Heard, TargetRefused};
use amazoff_actors::mail::{MailError, Mailer, Message};
use amazoff_actors::media::{ImageCodec, ImageError, ImageLimits, ImageType, KeptImage, Rendition};
use amazoff_actors::user::passwords::{PasswordError, PasswordHasher};
use amazoff_supervisor::compute::ComputeError;
use amazoff_supervisor::tree::{ChildSpec, TaskContext};
use futures::FutureExt;
use futures::future::BoxFuture;
use uuid::Uuid;

/// Hashes by prefixing, while its service runs. Stands in for the pool of threads, which needs real time.
#[derive(Clone, Default)]
pub struct QuickHasher {
    running: Arc<AtomicBool>,
}

impl QuickHasher {
    /// Its place in the tree: while that is down, passwords are refused as busy.
    pub fn supervise(&self) -> ChildSpec {
        let running = Arc::clone(&self.running);
        ChildSpec::task("passwords", move |context: TaskContext| {
            let running = Arc::clone(&running);
            async move {
                let _up = Up::set(running);
                context.cancel.cancelled().await;
                Ok(())
            }
        })
    }

    fn when_up<T: Send + 'static>(&self, value: T) -> BoxFuture<'_, Result<T, PasswordError>> {
        async move { if self.running.load(Ordering::SeqCst) { Ok(value) } else { Err(PasswordError::Busy) } }
            .boxed()
    }
}

/// A service that does nothing but be there.
pub(crate) fn stand_in(name: &str) -> ChildSpec {
    ChildSpec::task(name, |context: TaskContext| async move {
        context.cancel.cancelled().await;
        Ok(())
    })
}

/// True while it lives.
struct Up(Arc<AtomicBool>);

impl Up {
    fn set(flag: Arc<AtomicBool>) -> Self {
        flag.store(true, Ordering::SeqCst);
        Self(flag)
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

impl PasswordHasher for QuickHasher {
    fn hash<'a>(&'a self, password: &'a str) -> BoxFuture<'a, Result<String, PasswordError>> {
        self.when_up(format!("quick:{password}"))
    }
    fn verify<'a>(&'a self, password: &'a str, hash: &'a str) -> BoxFuture<'a, Result<bool, PasswordError>> {
        self.when_up(hash == format!("quick:{password}"))
    }
}

/// Takes every message, as a receiver of webhooks that is always there.
pub(crate) struct Listener;

impl Caller for Listener {
    fn check<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<(), TargetRefused>> {
        Box::pin(async { Ok(()) })
    }
    fn call<'a>(&'a self, _: &'a CallRequest) -> BoxFuture<'a, Heard> {
        Box::pin(async { Heard { status: Some(204), ..Heard::default() } })
    }
}

/// Takes every mail and keeps it, whichever machine sent it. Clones are the same mailbox.
#[derive(Clone, Default)]
pub struct Mails(Arc<Mutex<Mailbox>>);

#[derive(Default)]
struct Mailbox {
    taken: Vec<Message>,
    forgotten: Vec<Uuid>,
}

impl Mails {
    /// All that were handed over, the first one first.
    pub fn all(&self) -> Vec<Message> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).taken.clone()
    }

    /// Whose mails were to be forgotten; they stay here, to be looked at.
    pub fn forgotten(&self) -> Vec<Uuid> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).forgotten.clone()
    }
}

impl Mailer for Mails {
    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Result<(), MailError>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).taken.push(message.clone());
        Box::pin(async { Ok(()) })
    }
    fn forget(&self, person: Uuid) -> BoxFuture<'_, Result<(), MailError>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).forgotten.push(person);
        Box::pin(async { Ok(()) })
    }
}

/// Has no pixels: threads that work in real time do not go with a clock that stands still.
pub(crate) struct NoImages;

impl ImageCodec for NoImages {
    fn limits(&self) -> ImageLimits {
        ImageLimits::default()
    }
    fn take_in(&self, _: ImageType, _: Vec<u8>) -> BoxFuture<'_, Result<KeptImage, ImageError>> {
        Box::pin(async { Err(ImageError::Pool(ComputeError::Closed)) })
    }
    fn rendition(&self, _: Vec<u8>, _: Rendition) -> BoxFuture<'_, Result<Vec<u8>, ImageError>> {
        Box::pin(async { Err(ImageError::Pool(ComputeError::Closed)) })
    }
}
