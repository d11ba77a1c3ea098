//! Both servers: an empty one, a crash, a restart, a freeze, an orderly end, and nothing left behind.
#![allow(clippy::unwrap_used, reason = "test support: a surprise ends the test")]

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, ErrorKind, Read as _};
use std::net::TcpStream;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use amazoff_databases::{MariaDb, MariaDbOptions, Mongo, MongoOptions, flags, shared_mariadb, shared_mongo};
use bson::doc;

/// How long something may take that follows from what just happened.
const SOON: Duration = Duration::from_secs(30);

fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + SOON;
    while !holds() {
        assert!(Instant::now() < deadline, "{what}: not within {} s", SOON.as_secs());
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[tokio::test]
async fn mariadb_keeps_through_a_kill_what_it_acknowledged() {
    let server = MariaDb::start(MariaDbOptions::on_disk()).await.unwrap();
    let database = server.access().database().await.unwrap();
    let table = format!("`{}`.kept", database.name());
    let sql = format!("CREATE TABLE {table} (n INT); INSERT INTO {table} VALUES (7)");
    server.access().execute(&sql).await.unwrap();

    server.kill_9().await.unwrap();
    server.access().execute("SELECT 1").await.unwrap_err();
    server.restart().await.unwrap();

    let kept = server.access().execute(&format!("SELECT n FROM {table}")).await.unwrap();
    assert_eq!(kept.trim(), "7");
    server.stop().await.unwrap();
    assert_eq!(server.pid(), None);
}

#[tokio::test]
async fn mariadb_runs_with_the_settings_of_the_list() {
    let access = shared_mariadb().await.unwrap();
    let running = access.execute("SHOW GLOBAL VARIABLES").await.unwrap();
    let running: HashMap<_, _> = running.lines().filter_map(|line| line.split_once('\t')).collect();
    for (name, expected) in flags::MARIADB {
        // Two settings have another name than their variable.
        let name = match *name {
            "transaction_isolation" => "tx_isolation",
            "default_time_zone" => "time_zone",
            same => same,
        };
        let expected = if *expected == "64M" { "67108864" } else { expected };
        assert_eq!(running.get(name), Some(&expected), "{name}");
    }
}

#[tokio::test]
async fn the_shops_user_reaches_its_database_and_no_other() {
    let access = shared_mariadb().await.unwrap();
    let database = access.database().await.unwrap();
    let url = database.url().strip_prefix("mysql://").unwrap();
    let (login, _) = url.split_once('@').unwrap();
    let (user, password) = login.split_once(':').unwrap();
    let (host, port) = access.address().split_once(':').map(|(h, p)| (h.to_owned(), p.to_owned())).unwrap();
    let ask = |sql: &str| {
        Command::new("mariadb")
            .args(["--no-defaults", "--protocol=tcp", "-h", &host, "-P", &port, "-u", user, "-e", sql])
            .env("MYSQL_PWD", password)
            .output()
            .unwrap()
            .status
            .success()
    };
    assert!(ask(&format!("CREATE TABLE `{}`.mine (n INT)", database.name())));
    assert!(!ask("SELECT * FROM mysql.user"));
}

#[tokio::test]
async fn a_database_goes_with_its_value() {
    let access = shared_mariadb().await.unwrap();
    let database = access.database().await.unwrap();
    let listed =
        format!("SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name = '{}'", database.name());
    assert_eq!(access.execute(&listed).await.unwrap().trim(), "1");
    drop(database);
    assert_eq!(access.execute(&listed).await.unwrap().trim(), "0");
}

#[tokio::test]
async fn a_paused_mariadb_is_silent_until_it_goes_on() {
    let server = MariaDb::start(MariaDbOptions::default()).await.unwrap();
    server.pause().unwrap();
    // The kernel accepts for it; the greeting is the server's.
    let mut connection = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    connection.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    let silence = connection.read(&mut [0; 64]).unwrap_err();
    assert_eq!(silence.kind(), ErrorKind::WouldBlock);
    server.pause().unwrap(); // nothing is waited for twice

    server.resume().unwrap();
    connection.set_read_timeout(Some(SOON)).unwrap();
    assert!(connection.read(&mut [0; 64]).unwrap() > 0);
}

#[tokio::test]
async fn mongodb_takes_transactions_and_keeps_majority_writes_through_a_kill() {
    let server = Mongo::start(MongoOptions::on_disk()).await.unwrap();
    let database = server.access().database();
    let insert = doc! {
        "insert": "kept",
        "documents": [{ "_id": 7 }],
        "lsid": { "id": bson::Uuid::new() },
        "txnNumber": 1_i64,
        "startTransaction": true,
        "autocommit": false,
    };
    let lsid = insert.get("lsid").unwrap().clone();
    server.access().run_command(database.name(), doc! { "create": "kept" }).await.unwrap();
    server.access().run_command(database.name(), insert).await.unwrap();
    let commit = doc! {
        "commitTransaction": 1, "lsid": lsid, "txnNumber": 1_i64, "autocommit": false,
        "writeConcern": { "w": "majority", "j": true },
    };
    server.access().run_command("admin", commit).await.unwrap();

    server.kill_9().await.unwrap();
    server.access().run_command("admin", doc! { "hello": 1 }).await.unwrap_err();
    server.restart().await.unwrap();

    let reply = server.access().run_command(database.name(), doc! { "count": "kept" }).await.unwrap();
    assert_eq!(reply.get_i32("n").unwrap(), 1);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn mongodb_refuses_what_it_does_not_know() {
    let access = shared_mongo().await.unwrap();
    let error = access.run_command("admin", doc! { "nonsense": 1 }).await.unwrap_err();
    assert!(error.to_string().contains("nonsense"), "{error}");
}

#[tokio::test]
async fn a_server_that_cannot_start_says_why() {
    let options = MariaDbOptions::default().with(&[("no_such_setting", "1")]);
    let error = MariaDb::start(options).await.unwrap_err();
    assert!(error.to_string().contains("no-such-setting"), "{error}");
}

/// Starts the servers for a command that tells where they are and waits for the end of its input.
fn runner(script: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_amazoff-databases"));
    command
        .args(["run", "--only", "mariadb", "--", "sh", "-c", script])
        .env_remove("AMAZOFF_TEST_MARIADB")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    command
}

#[test]
fn the_runner_passes_on_the_exit_code() {
    let status = runner("test -n \"$AMAZOFF_TEST_MARIADB\" && exit 7").status().unwrap();
    assert_eq!(status.code(), Some(7));
}

/// A runner with the address of its server and the server's folder.
fn running() -> (Child, String, PathBuf) {
    let script = r#"echo "$AMAZOFF_TEST_MARIADB"; mariadb --no-defaults --protocol=tcp -h127.0.0.1 \
        -P"${AMAZOFF_TEST_MARIADB##*:}" -uadmin -padmin-password -Nse 'select @@datadir'; read -r _"#;
    // Its own process group, as a terminal would give it.
    let mut runner = runner(script).process_group(0).spawn().unwrap();
    let mut lines = BufReader::new(runner.stdout.take().unwrap()).lines();
    let url = lines.next().unwrap().unwrap();
    let address = url.rsplit('@').next().unwrap().to_owned();
    let data = PathBuf::from(lines.next().unwrap().unwrap());
    let folder = data.parent().unwrap().to_owned();
    assert!(TcpStream::connect(&address).is_ok() && data.exists(), "{address} {}", data.display());
    (runner, address, folder)
}

fn gone(address: &str, folder: &Path) {
    eventually("the server is gone", || TcpStream::connect(address).is_err());
    eventually("its folder is gone", || !folder.exists());
}

#[test]
fn nothing_is_left_when_the_runner_is_killed() {
    let (mut runner, address, folder) = running();
    runner.kill().unwrap();
    runner.wait().unwrap();
    gone(&address, &folder);
}

#[test]
fn nothing_is_left_after_ctrl_c() {
    let (mut runner, address, folder) = running();
    // Waiting closes the input otherwise, and the command might end by that first.
    let _input = runner.stdin.take();
    let group = format!("-{}", runner.id());
    assert!(Command::new("kill").args(["-INT", "--", &group]).status().unwrap().success());
    assert_eq!(runner.wait().unwrap().code(), Some(125));
    gone(&address, &folder);
}

#[test]
fn the_runner_passes_on_a_termination() {
    let (mut runner, address, folder) = running();
    // As above.
    let _input = runner.stdin.take();
    assert!(Command::new("kill").args(["-TERM", &runner.id().to_string()]).status().unwrap().success());
    assert_eq!(runner.wait().unwrap().code(), Some(125));
    gone(&address, &folder);
}
