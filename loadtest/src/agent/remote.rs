//! The leader's side of an agent.

use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use tokio::io::BufReader;
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::wire::{Job, Order, Word, hear, say};
use crate::record::Slice;

/// How long an agent may take to answer the job.
const READY_MAX: Duration = Duration::from_secs(30);
/// How long an agent may be silent during the run; it speaks every second.
const SILENCE_MAX: Duration = Duration::from_secs(15);

/// What comes from the processes of a run.
#[derive(Debug)]
pub(crate) enum Event {
    /// A second of one of them.
    Slice(Box<Slice>),
    /// One of them is done.
    Done,
    /// One of them is gone.
    Lost {
        /// Where it listened.
        address: String,
        /// Why.
        why: String,
    },
}

/// An agent that is ready.
#[derive(Debug)]
pub(crate) struct Agent {
    address: SocketAddr,
    from: BufReader<OwnedReadHalf>,
    to: OwnedWriteHalf,
}

impl Agent {
    /// Gives an agent its job and waits until it is ready.
    pub(crate) async fn hire(address: SocketAddr, job: Job) -> Result<Self, String> {
        let hire = async {
            let stream = TcpStream::connect(address).await.map_err(|error| error.to_string())?;
            stream.set_nodelay(true).map_err(|error| error.to_string())?;
            let (from, mut to) = stream.into_split();
            let mut from = BufReader::new(from);
            say(&mut to, &Order::Job(job)).await?;
            match hear(&mut from).await? {
                Some(Word::Ready) => Ok(Self { address, from, to }),
                Some(Word::Failed(why)) => Err(why),
                _ => Err("it hung up".to_owned()),
            }
        };
        tokio::time::timeout(READY_MAX, hire)
            .await
            .unwrap_or_else(|_late| Err("it does not answer".to_owned()))
    }

    /// Lets it begin and passes on what it says, until it is done or gone.
    pub(crate) async fn follow(mut self, events: mpsc::Sender<Event>, stop: CancellationToken) {
        let address = self.address.to_string();
        let last = match self.attend(&events, &stop).await {
            Ok(()) => Event::Done,
            Err(why) => Event::Lost { address, why },
        };
        // Nobody is left to be told when the run is over.
        drop(events.send(last).await);
    }

    async fn attend(&mut self, events: &mpsc::Sender<Event>, stop: &CancellationToken) -> Result<(), String> {
        let Self { from, to, .. } = self;
        say(to, &Order::Go).await?;
        let mut told = false;
        loop {
            // It is not begun anew when the stop comes between: half a line must not be lost.
            let mut hearing = pin!(tokio::time::timeout(SILENCE_MAX, hear::<Word>(from)));
            let heard = loop {
                tokio::select! {
                    () = stop.cancelled(), if !told => {
                        told = true;
                        say(to, &Order::Stop).await?;
                    }
                    heard = &mut hearing => break heard,
                }
            };
            match heard.unwrap_or_else(|_late| Err("it went silent".to_owned()))? {
                Some(Word::Slice(slice)) => {
                    if events.send(Event::Slice(slice)).await.is_err() {
                        return Ok(());
                    }
                }
                Some(Word::Done) => return Ok(()),
                Some(Word::Failed(why)) => return Err(why),
                Some(Word::Ready) => {}
                None => return Err("it hung up".to_owned()),
            }
        }
    }
}
