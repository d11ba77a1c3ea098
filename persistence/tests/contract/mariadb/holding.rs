//! A proxy that keeps a commit back, and delivers it although the client has hung up.

use std::net::SocketAddr;
use std::sync::Arc;

use amazoff_supervisor::spawn_guarded;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What the proxy does with commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Commits {
    Pass,
    Hold,
    Held,
    Deliver,
    Delivered,
}

pub(super) struct HoldingProxy {
    address: SocketAddr,
    commits: Arc<watch::Sender<Commits>>,
}

impl HoldingProxy {
    pub(super) async fn start(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let commits = Arc::new(watch::Sender::new(Commits::Pass));
        let own = Arc::clone(&commits);
        spawn_guarded("proxy", async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(server).await.unwrap();
                spawn_guarded("proxied", pass(client, server, Arc::clone(&own)));
            }
        });
        Self { address, commits }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next commit is kept back.
    pub(super) fn hold_commits(&self) {
        self.commits.send_replace(Commits::Hold);
    }

    pub(super) fn holds_a_commit(&self) -> bool {
        *self.commits.borrow() == Commits::Held
    }

    /// Delivers it.
    pub(super) async fn release(&self) {
        self.commits.send_replace(Commits::Deliver);
        self.commits.subscribe().wait_for(|commits| *commits == Commits::Delivered).await.unwrap();
    }
}

/// Keeps one commit back if one is to be.
fn hold(commits: &mut Commits) -> bool {
    let hold = *commits == Commits::Hold;
    if hold {
        *commits = Commits::Held;
    }
    hold
}

async fn pass(client: TcpStream, server: TcpStream, commits: Arc<watch::Sender<Commits>>) {
    let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
        (client.into_split(), server.into_split());
    // The server's side stays open until what was kept back is delivered.
    let answers = spawn_guarded("answers", async move {
        drop(tokio::io::copy(&mut from_server, &mut to_client).await);
        from_server
    });
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from_client.read(&mut buffer).await {
        let command = &buffer[..count];
        let is_commit = command.windows(6).any(|window| window == b"COMMIT");
        if is_commit && commits.send_if_modified(hold) {
            commits.subscribe().wait_for(|commits| *commits == Commits::Deliver).await.unwrap();
            // A server that has given the transaction up takes it no more.
            drop(to_server.write_all(command).await);
            commits.send_replace(Commits::Delivered);
        } else if to_server.write_all(command).await.is_err() {
            break;
        }
    }
    drop(to_server);
    drop(answers.await);
}
