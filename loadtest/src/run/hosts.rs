//! Which hosts may be put under load.

use std::net::IpAddr;

use url::{Host, Url};

use crate::error::LoadError;

/// Refuses what is neither this machine nor named.
///
/// # Errors
/// When the address is none, or its host is not allowed.
pub(crate) fn check(target: &str, allowed: &[String]) -> Result<(), LoadError> {
    let refused = |why: String| LoadError::Refused(format!("target `{target}`: {why}"));
    let url = Url::parse(target).map_err(|error| refused(error.to_string()))?;
    let ours = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => return Err(refused("it names no host".to_owned())),
    };
    let name = url.host_str().unwrap_or_default();
    if ours || allowed.iter().any(|host| host == name) {
        return Ok(());
    }
    Err(refused(format!(
        "{name} is not this machine; if it is yours to put under load, add --allow-host {name}"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_and_named_hosts_are_loaded() {
        for fine in ["http://127.0.0.1:80", "http://127.9.9.9", "http://[::1]:8080", "http://localhost:1"] {
            assert!(check(fine, &[]).is_ok(), "{fine}");
        }
        for refused in [
            "http://example.org",
            "http://10.0.0.1",
            "http://127.0.0.1.example.org",
            "nonsense",
            "http://localhost@example.org/",
        ] {
            assert!(matches!(check(refused, &[]), Err(LoadError::Refused(_))), "{refused}");
        }
        assert!(check("http://example.org", &["example.org".to_owned()]).is_ok());
    }
}
