//! A private server that runs, whichever it is.

use std::sync::Arc;

use crate::process::Process;
use crate::{Error, blocking};

/// How a kind of server is reached.
pub(crate) trait Reach: Clone + Send + Sync + 'static {
    /// Whether it serves.
    fn is_ready(&self) -> bool;
}

/// A private database server. Dropped, it is killed and its files are removed.
#[derive(Debug)]
pub struct Running<A> {
    pub(crate) process: Arc<Process>,
    pub(crate) access: A,
}

#[expect(private_bounds, reason = "there are two kinds of servers, and no others can be made")]
impl<A: Reach> Running<A> {
    /// Where it is, and databases in it.
    #[must_use]
    pub fn access(&self) -> &A {
        &self.access
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.process.port()
    }

    /// Its process number, unless it is down.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.process.pid()
    }

    /// Ends it as a crash would.
    ///
    /// # Errors
    /// When it is not running.
    pub async fn kill_9(&self) -> Result<(), Error> {
        let process = self.process.clone();
        blocking(move || process.kill_9()).await
    }

    /// Ends it in order.
    ///
    /// # Errors
    /// When it is not running, or does not end in time.
    pub async fn stop(&self) -> Result<(), Error> {
        let process = self.process.clone();
        blocking(move || process.stop()).await
    }

    /// Starts it again on the same port and files, and waits until it serves.
    ///
    /// # Errors
    /// When it does not start; the error shows the end of its log.
    pub async fn restart(&self) -> Result<(), Error> {
        let (process, access) = (self.process.clone(), self.access.clone());
        blocking(move || process.start(|| access.is_ready())).await
    }

    /// Freezes it: connections stay open, nothing is answered.
    ///
    /// # Errors
    /// When it is not running.
    pub fn pause(&self) -> Result<(), Error> {
        self.process.pause()
    }

    /// Lets it go on after [`Running::pause`].
    ///
    /// # Errors
    /// When it is not running.
    pub fn resume(&self) -> Result<(), Error> {
        self.process.resume()
    }
}
