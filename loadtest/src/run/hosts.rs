//! Which hosts may be put under load.

use std::net::IpAddr;

use url::{Host, Url};

use crate::error::LoadError;
use crate::scenario::Scenario;

/// Where a process's requests may go: to the target, to this machine, and to hosts that were named.
#[derive(Debug)]
pub(crate) struct Reach {
    base: String,
    allowed: Vec<String>,
}

impl Reach {
    /// From a target that was looked at.
    pub(crate) fn new(target: &str, allowed: &[String]) -> Self {
        Self { base: target.trim_end_matches('/').to_owned(), allowed: allowed.to_vec() }
    }

    /// Where paths begin: `http://host:port`.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// Whether a request may go there; else why not.
    ///
    /// # Errors
    /// When the address is none, or its host is not allowed.
    pub(crate) fn check(&self, address: &str) -> Result<(), String> {
        // What goes on otherwise may be another host: `http://shop` begins `http://shop.example.org`, too.
        let path = address.strip_prefix(&self.base);
        if path.is_some_and(|path| path.is_empty() || path.starts_with(['/', '?', '#'])) {
            return Ok(());
        }
        may_be_loaded(address, &self.allowed)
    }
}

/// Refuses a target, and fixed addresses of steps, that are neither this machine nor named. Those that answers make are looked at
/// when they are made.
///
/// # Errors
/// When an address is none, or its host is not allowed.
pub(crate) fn check(target: &str, scenario: &Scenario, allowed: &[String]) -> Result<(), LoadError> {
    may_be_loaded(target, allowed).map_err(|why| LoadError::Refused(format!("target `{target}`: {why}")))?;
    let reach = Reach::new(target, allowed);
    for step in scenario.steps_of_all() {
        if let Some(address) = step.address().filter(|address| host_is_fixed(address)) {
            let refused = |why| LoadError::Refused(format!("step `{}`, `{address}`: {why}", step.name));
            reach.check(address).map_err(refused)?;
        }
    }
    Ok(())
}

/// Whether it is an address whose host is no template's to fill in.
fn host_is_fixed(address: &str) -> bool {
    let Some((scheme, rest)) = address.split_once("://") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    !scheme.starts_with('/') && !scheme.contains("{{") && !host.contains("{{")
}

fn may_be_loaded(address: &str, allowed: &[String]) -> Result<(), String> {
    let url = Url::parse(address).map_err(|error| error.to_string())?;
    let ours = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => return Err("it names no host".to_owned()),
    };
    let name = url.host_str().unwrap_or_default();
    if ours || allowed.iter().any(|host| host == name) {
        return Ok(());
    }
    Err(format!("{name} is not this machine; if it is yours to put under load, add --allow-host {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_and_named_hosts_are_loaded() {
        for fine in ["http://127.0.0.1:80", "http://127.9.9.9", "http://[::1]:8080", "http://localhost:1"] {
            assert!(may_be_loaded(fine, &[]).is_ok(), "{fine}");
        }
        for refused in [
            "http://example.org",
            "http://10.0.0.1",
            "http://127.0.0.1.example.org",
            "nonsense",
            "http://localhost@example.org/",
        ] {
            assert!(may_be_loaded(refused, &[]).is_err(), "{refused}");
        }
        assert!(may_be_loaded("http://example.org", &["example.org".to_owned()]).is_ok());
    }

    #[test]
    fn an_address_that_only_begins_like_the_target_is_looked_at() {
        let reach = Reach::new("http://shop:80/", &["example.net".to_owned()]);
        for fine in [
            "http://shop:80",
            "http://shop:80/a",
            "http://shop:80?a=b",
            "http://127.0.0.1/a",
            "ws://localhost/a",
            "https://example.net/a",
        ] {
            assert_eq!(reach.check(fine), Ok(()), "{fine}");
        }
        for refused in [
            "http://shop:80@example.org/",
            "http://shop:8080.example.org",
            "https://example.org/",
            "a",
            "//b",
        ] {
            assert!(reach.check(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn steps_whose_host_is_fixed_are_refused_before_the_run() {
        let with = |part: &str, step: &str| {
            let text = format!("name = 'x'\njourneys = []\nexecutors = []\n{part}\nname = 's'\n{step}");
            check("http://localhost", &toml::from_str(&text).unwrap(), &[])
        };
        for part in ["[[setup]]", "[[teardown]]", "[[invariants]]\nname = 'i'\n[[invariants.steps]]"] {
            for refused in ["get = 'https://example.org/'", "put = 'http://example.org/{{a}}'"] {
                assert!(matches!(with(part, refused), Err(LoadError::Refused(_))), "{part} {refused}");
            }
            for fine in ["get = '/a?b=c://d'", "get = '{{next}}'", "get = 'http://{{host}}/'", "pause = {}"] {
                assert!(with(part, fine).is_ok(), "{part} {fine}");
            }
        }
        let connect = with("[[setup]]", "socket = { connect = 'wss://example.org/' }").unwrap_err();
        assert_eq!(
            connect.to_string(),
            "step `s`, `wss://example.org/`: example.org is not this machine; if it is yours to put under load, add --allow-host \
             example.org"
        );
    }
}
