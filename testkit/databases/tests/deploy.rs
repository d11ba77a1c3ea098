//! What is shipped for containers: the same settings as the tests' servers, nothing open, nothing unpinned, no secret.
//! Docker itself is not run here.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "test support: a surprise ends the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use amazoff_databases::flags::{
    MARIADB, MARIADB_PRIMARY, MARIADB_REPLICA, MONGODB, MONGODB_REPLICA_SET, mongod_arguments,
};
use amazoff_databases::{Mongo, MongoOptions};
use bson::doc;
use serde_yaml_ng::{Mapping, Value};

const COMPOSE: &[&str] = &["docker-compose.yml", "deploy/compose.replica.yml"];

/// Settings of the configuration files on which no guarantee depends.
const SIZES: &[&str] = &[
    "innodb_buffer_pool_size",
    "innodb_log_file_size",
    "max_connections",
    "server_id",
    "binlog_expire_logs_seconds",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The services of both compose files, by file and name.
fn services() -> Vec<(String, Mapping)> {
    let mut all = Vec::new();
    for file in COMPOSE {
        let compose: Value = serde_yaml_ng::from_str(&read(file)).unwrap();
        for (name, service) in compose["services"].as_mapping().unwrap() {
            all.push((format!("{file} {}", name.as_str().unwrap()), service.as_mapping().unwrap().clone()));
        }
    }
    all
}

/// Those that the file starts, not only changes.
fn started() -> Vec<(String, Mapping)> {
    services().into_iter().filter(|(_, service)| service.contains_key("image")).collect()
}

fn texts(value: Option<&Value>) -> Vec<String> {
    let items = value.and_then(Value::as_sequence).cloned().unwrap_or_default();
    items.iter().map(|item| item.as_str().unwrap().to_owned()).collect()
}

fn settings(name: &str) -> BTreeMap<String, String> {
    let text = read(name);
    assert!(text.lines().any(|line| line == "[mariadbd]"), "{name} is for no server");
    let lines = text.lines().filter(|line| !line.starts_with(['#', '[']) && !line.trim().is_empty());
    lines
        .map(|line| line.split_once('=').unwrap())
        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        .collect()
}

#[test]
fn mariadb_is_shipped_with_the_settings_that_the_tests_run_with() {
    for (name, tested) in [
        ("deploy/mariadb/amazoff.cnf", MARIADB),
        ("deploy/mariadb/primary.cnf", MARIADB_PRIMARY),
        ("deploy/mariadb/replica.cnf", MARIADB_REPLICA),
    ] {
        let mut shipped = settings(name);
        shipped.retain(|setting, _| !SIZES.contains(&setting.as_str()));
        let tested = tested.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        assert_eq!(shipped, tested, "{name}");
    }
}

#[test]
fn mongodb_is_shipped_with_the_options_that_the_tests_run_with() {
    let services = services();
    let (_, mongodb) = services.iter().find(|(name, _)| name.ends_with(" mongodb")).unwrap();
    let shipped = texts(mongodb.get("command"));
    for pair in mongod_arguments(MONGODB).chunks(2) {
        let option = pair.join("=");
        assert!(shipped.contains(&option), "{option}");
    }
    let set = format!(r#"rs.initiate({{ _id: "{MONGODB_REPLICA_SET}","#);
    assert!(read("deploy/mongodb/health.js").contains(&set), "the set is called differently at its start");
    let member = r#"host: "mongodb:27017""#;
    assert!(read("deploy/mongodb/health.js").contains(member), "the member is not the service");
    assert!(read("docker-compose.yml").contains(&format!("/amazoff?replicaSet={MONGODB_REPLICA_SET}")));
}

#[test]
fn every_image_is_pinned_to_a_version() {
    let dockerfile = read("deploy/Dockerfile");
    let from = dockerfile.lines().filter_map(|line| line.strip_prefix("FROM "));
    let bases = from.map(|line| line.split(' ').next().unwrap().to_owned());
    let images = started().into_iter().map(|(_, service)| service["image"].as_str().unwrap().to_owned());
    let all: Vec<_> = bases.chain(images).collect();
    assert!(all.len() >= 7, "{all:?}");
    for image in &all {
        let (_, tag) = image.split_once(':').unwrap_or_else(|| panic!("{image} has no tag"));
        let version = tag.split('-').next().unwrap();
        let numbers = version.split('.').filter(|number| number.parse::<u32>().is_ok()).count();
        assert!(numbers >= 2 && numbers == version.split('.').count(), "{image} is no version");
    }
    // The series that the tests run.
    assert!(all.iter().any(|image| image.starts_with("mariadb:10.11.")));
    assert!(all.iter().any(|image| image.starts_with("mongo:6.0.")));
    let toolchain = read("Cargo.toml");
    let rust = toolchain.lines().find_map(|line| line.strip_prefix("rust-version = ")).unwrap();
    assert!(all.iter().any(|image| image.starts_with(&format!("rust:{}.", rust.trim_matches('"')))));
}

#[test]
fn only_the_shop_is_open_and_only_to_this_machine() {
    for (name, service) in services() {
        let ports = texts(service.get("ports"));
        assert_eq!(ports.is_empty(), !name.ends_with(" shop"), "{name}: {ports:?}");
        assert!(ports.iter().all(|port| port.starts_with("127.0.0.1:")), "{name}: {ports:?}");
        let networks = texts(service.get("networks"));
        assert!(!networks.contains(&"front".to_owned()) || name.ends_with(" shop"), "{name}: {networks:?}");
        assert!(!service.contains_key("privileged") && !service.contains_key("network_mode"), "{name}");
    }
    // What lets the shop go without TLS.
    let compose: Value = serde_yaml_ng::from_str(&read("docker-compose.yml")).unwrap();
    let shop = &compose["services"]["shop"]["environment"];
    assert!(
        shop["AMAZOFF_DATABASE_URL"].as_str().unwrap().ends_with("@mariadb:3306/amazoff?ssl-mode=DISABLED")
    );
    assert!(shop["AMAZOFF_DOCUMENTS_URL"].as_str().unwrap().ends_with("&tls=false"));
    assert_eq!(compose["networks"]["back"]["internal"], Value::Bool(true));
}

#[test]
fn every_service_is_bounded_restarted_and_watched() {
    for (name, service) in started() {
        let limits = &service["deploy"]["resources"]["limits"];
        assert!(limits["cpus"].is_string() && limits["memory"].is_string(), "{name} has no limits");
        let logging = &service["logging"]["options"];
        assert!(
            logging["max-size"].is_string() && logging["max-file"].is_string(),
            "{name}'s log is endless"
        );
        assert!(service.contains_key("restart"), "{name} is not restarted");
        assert_eq!(texts(service.get("security_opt")), ["no-new-privileges:true"], "{name}");
        // The shop's stands in its image; what ends by itself is watched by its exit code.
        let own = name.ends_with(" shop") || name.ends_with("-init");
        assert!(own || service.contains_key("healthcheck"), "{name} is not watched");
    }
    let services = services();
    let (_, shop) = services.iter().find(|(name, _)| name.ends_with(" shop")).unwrap();
    for database in ["mariadb", "mongodb"] {
        assert_eq!(shop["depends_on"][database]["condition"].as_str(), Some("service_healthy"));
    }
}

#[test]
fn the_image_runs_as_nobody_in_particular_and_is_watched() {
    let dockerfile = read("deploy/Dockerfile");
    let last_stage = dockerfile.rsplit("\nFROM ").next().unwrap();
    let user = last_stage.lines().find_map(|line| line.strip_prefix("USER ")).unwrap();
    let (user, group) = user.split_once(':').unwrap();
    assert!(user.parse::<u32>().unwrap() > 0 && group.parse::<u32>().unwrap() > 0);
    assert!(last_stage.contains(r#"CMD ["amazoff", "health"]"#) && last_stage.contains("HEALTHCHECK"));
    assert!(!last_stage.contains("RUN "), "the last stage only copies");
}

/// The variables in `${…}` with what follows their name.
fn variables(text: &str) -> Vec<(String, String)> {
    let uses = text.split("${").skip(1).map(|rest| rest.split_once('}').unwrap().0);
    uses.map(|inside| {
        let end = inside.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(inside.len());
        (inside[..end].to_owned(), inside[end..].to_owned())
    })
    .collect()
}

#[test]
fn secrets_come_from_outside_and_have_no_default() {
    let example = read("deploy/env.example");
    let mut used = BTreeSet::new();
    for file in COMPOSE {
        for (name, rest) in variables(&read(file)) {
            let secret = ["PASSWORD", "KEY", "EMAIL"].iter().any(|part| name.contains(part));
            assert!(!secret || rest.starts_with(":?"), "{file}: {name} may be missing");
            used.insert(name);
        }
        let compose: Value = serde_yaml_ng::from_str(&read(file)).unwrap();
        for (_, secret) in compose.get("secrets").and_then(Value::as_mapping).into_iter().flatten() {
            used.insert(secret["environment"].as_str().expect("a secret is a variable").to_owned());
        }
    }
    for name in &used {
        let line = example
            .lines()
            .find_map(|line| line.trim_start_matches("# ").strip_prefix(name.as_str())?.strip_prefix('='));
        let value = line.unwrap_or_else(|| panic!("{name} is not in deploy/env.example"));
        let secret = ["PASSWORD", "KEY"].iter().any(|part| name.contains(part));
        assert!(!secret || value.is_empty(), "{name} has a value that people will leave as it is");
    }
}

#[test]
fn the_shops_variables_are_ones_that_it_knows() {
    let known = read(".env.example");
    let services = services();
    let (_, shop) = services.iter().find(|(name, _)| name.ends_with(" shop")).unwrap();
    for (name, _) in shop["environment"].as_mapping().unwrap() {
        let name = name.as_str().unwrap();
        assert!(known.contains(&format!("# {name}=")), "{name} is not in .env.example");
    }
}

#[test]
fn what_is_mounted_is_there_and_what_is_started_can_be() {
    let mut mounted = 0;
    for (name, service) in services() {
        let entry = texts(service.get("entrypoint"));
        for volume in texts(service.get("volumes")).iter().filter(|volume| volume.starts_with("./")) {
            let mut parts = volume.split(':');
            let (from, to) = (root().join(parts.next().unwrap()), parts.next().unwrap());
            assert_eq!(parts.next(), Some("ro"), "{name}: {volume} can be written");
            assert!(from.exists(), "{name}: {volume}");
            if let Some(started) = entry.first().and_then(|entry| entry.strip_prefix(to)) {
                let program =
                    if started.is_empty() { from } else { from.join(started.trim_start_matches('/')) };
                let mode = program.metadata().unwrap().permissions().mode();
                assert_eq!(mode & 0o111, 0o111, "{} cannot be run", program.display());
            }
            mounted += 1;
        }
    }
    assert!(mounted >= 8);
}

#[test]
fn the_build_gets_every_crate_of_the_workspace() {
    let manifest = read("Cargo.toml");
    let members = manifest.lines().find_map(|line| line.strip_prefix("members = [")).unwrap();
    let ignored = read(".dockerignore");
    let sent: BTreeSet<_> = ignored.lines().filter_map(|line| line.strip_prefix('!')).collect();
    assert!(ignored.lines().any(|line| line == "*"), "everything else is left out");
    for member in members.trim_end_matches(']').split(", ").map(|member| member.trim_matches('"')) {
        assert!(sent.contains(member.split('/').next().unwrap()), "{member} is not sent to the builder");
    }
    assert!(!sent.contains(".env") && sent.contains("Cargo.lock"));
}

#[tokio::test]
async fn the_script_that_starts_mongodb_makes_it_ask_for_a_login() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let program = |name: &str, text: &str| {
        std::fs::write(path(name), format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(path(name), PermissionsExt::from_mode(0o755)).unwrap();
    };
    std::fs::write(path("secret"), "0123456789abcdef".repeat(8)).unwrap();
    std::fs::set_permissions(path("secret"), PermissionsExt::from_mode(0o444)).unwrap();
    // In place of the image's own script, which starts what it is told.
    program("docker-entrypoint.sh", "exec \"$@\"");
    let start = root().join("deploy/mongodb/start.sh");
    let mongod = amazoff_databases::mongod();
    program(
        "start",
        &format!(
            "PATH={0}:$PATH MONGODB_KEY_FILE={0}/secret MONGODB_KEY_COPY={0}/key exec {1} {mongod} \"$@\"",
            folder.path().display(),
            start.display()
        ),
    );

    let options = MongoOptions { program: Some(path("start")), ..MongoOptions::default() };
    let server = Mongo::start(options).await.unwrap();

    assert_eq!(path("key").metadata().unwrap().permissions().mode() & 0o777, 0o400);
    let refused = server.access().run_command("amazoff", doc! { "find": "orders" }).await.unwrap_err();
    assert!(refused.to_string().contains("not authorized"), "{refused}");
}
