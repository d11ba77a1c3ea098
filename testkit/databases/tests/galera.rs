//! Three MariaDB nodes with Galera and one writer, as an alternative to a primary with a replica. Takes a minute and needs
//! packages that the other tests do not (`scripts/setup.sh soak`), so it is a part of `make soak`.
#![allow(clippy::unwrap_used, reason = "test support: a surprise ends the test")]

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use amazoff_databases::{MariaDb, MariaDbOptions, Port};

/// Where Debian keeps it.
const PROVIDER: &str = "/usr/lib/galera/libgalera_smm.so";

/// How long the cluster may take for what follows from what just happened.
const SOON: Duration = Duration::from_secs(90);

/// The ports of one node beside the one for clients: members, whole copies, missing parts.
struct Ports {
    members: Port,
    copies: Port,
    parts: Port,
}

impl Ports {
    fn lease() -> Self {
        Self {
            members: Port::lease().unwrap(),
            copies: Port::lease().unwrap(),
            parts: Port::lease().unwrap(),
        }
    }
}

async fn node(own: &Ports, peers: &str) -> MariaDb {
    let members = own.members.address();
    let options = format!(
        "base_port={};gmcast.listen_addr=tcp://{members};ist.recv_addr={};gcache.size=64M",
        members.port(),
        own.parts.address()
    );
    let settings = [
        ("wsrep_on", "ON"),
        ("wsrep_provider", PROVIDER),
        ("wsrep_provider_options", &options),
        ("wsrep_cluster_name", "test"),
        ("wsrep_cluster_address", &format!("gcomm://{peers}")),
        ("wsrep_node_address", "127.0.0.1"),
        ("wsrep_sst_method", "rsync"),
        ("wsrep_sst_receive_address", &own.copies.address().to_string()),
        ("innodb_autoinc_lock_mode", "2"),
    ];
    // rsync, which copies a node, gives up the rights of root and then cannot write.
    let options = MariaDbOptions { unprivileged: true, ..MariaDbOptions::on_disk().with(&settings) };
    let server = MariaDb::start(options).await.unwrap();
    until("the node has joined", || async { status(&server, "wsrep_local_state_comment").await == "Synced" })
        .await;
    server
}

async fn status(server: &MariaDb, name: &str) -> String {
    let row = server.access().execute(&format!("SHOW GLOBAL STATUS LIKE '{name}'")).await.unwrap_or_default();
    row.trim().split('\t').nth(1).unwrap_or_default().to_owned()
}

async fn until<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let deadline = Instant::now() + SOON;
    while !holds().await {
        assert!(Instant::now() < deadline, "{what}: not within {} s", SOON.as_secs());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn write(server: &MariaDb, n: u32) -> bool {
    server.access().execute(&format!("INSERT INTO shop.written VALUES ({n})")).await.is_ok()
}

/// What a node has, once it has applied all that the others acknowledged.
async fn written(server: &MariaDb) -> BTreeSet<u32> {
    let rows =
        server.access().execute("SET SESSION wsrep_sync_wait = 1; SELECT n FROM shop.written").await.unwrap();
    rows.lines().map(|line| line.parse().unwrap()).collect()
}

#[tokio::test]
#[ignore = "a part of `make soak`: a minute, and packages of its own"]
async fn no_acknowledged_write_is_lost_when_the_writer_is_killed_and_it_comes_back() {
    let ports = [Ports::lease(), Ports::lease(), Ports::lease()];
    let [first_at, second_at, third_at] = ports.each_ref().map(|own| own.members.address());
    let first = node(&ports[0], "").await;
    let writer = node(&ports[1], &format!("{first_at},{third_at}")).await;
    let third = node(&ports[2], &format!("{first_at},{second_at}")).await;
    let table = "CREATE DATABASE shop; CREATE TABLE shop.written (n INT NOT NULL PRIMARY KEY)";
    writer.access().execute(table).await.unwrap();

    let mut acknowledged = BTreeSet::new();
    for n in 0..100 {
        assert!(write(&writer, n).await);
        acknowledged.insert(n);
    }
    writer.kill_9().await.unwrap();
    until("the two others go on", || async { status(&third, "wsrep_cluster_size").await == "2" }).await;
    for n in 100..200 {
        assert!(write(&third, n).await);
        acknowledged.insert(n);
    }
    writer.restart().await.unwrap();
    until("the writer is back", || async {
        status(&writer, "wsrep_local_state_comment").await == "Synced"
            && status(&first, "wsrep_cluster_size").await == "3"
    })
    .await;

    for node in [&first, &writer, &third] {
        assert_eq!(written(node).await, acknowledged);
    }
}
