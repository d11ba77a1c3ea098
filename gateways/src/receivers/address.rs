//! Which addresses may be called.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use amazoff_actors::endpoint::TargetRefused;
use url::{Host, Url};

/// Longest URL.
const URL_BYTES_MAX: usize = 2_000;

/// How far webhooks may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Out into the world, by https.
    World,
    /// Also to this machine, and by http: for tests and for trying out.
    WorldAndHere,
}

impl Reach {
    /// Whether an address may be called.
    pub(super) fn allows(self, address: IpAddr) -> bool {
        match self {
            Self::World => is_public(address),
            Self::WorldAndHere => is_public(address) || address.to_canonical().is_loopback(),
        }
    }

    /// A URL that may be called, as far as it says itself.
    pub(super) fn read(self, text: &str) -> Result<Url, TargetRefused> {
        let refused = |reason: &str| Err(TargetRefused(reason.to_owned()));
        if text.len() > URL_BYTES_MAX {
            return refused("the address is too long");
        }
        let Ok(url) = Url::parse(text) else {
            return refused("this is no address like https://shop.example/hooks");
        };
        match (url.scheme(), self) {
            ("https", _) | ("http", Self::WorldAndHere) => {}
            _ => return refused("webhooks go by https only"),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refused("the address must hold no user name or password");
        }
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(_)) => None,
            None => return refused("the address names no host"),
        };
        if literal.is_some_and(|address| !self.allows(address)) {
            return refused("the address is not out in the world");
        }
        Ok(url)
    }
}

/// Whether an address is of a host that anybody can reach.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let benchmarks = a == 198 && (18..20).contains(&b);
    let protocols = (a, b, c) == (192, 0, 0);
    let anycast_relay = (a, b, c) == (192, 88, 99);
    let reserved = a == 0 || a >= 240;
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        || shared
        || benchmarks
        || protocols
        || anycast_relay
        || reserved)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, g, h] = address.segments();
    // What is translated on the way ends at an address of version 4.
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    if (a, b, c, d, e, f) == (0x64, 0xff9b, 0, 0, 0, 0) {
        return v4(g, h);
    }
    if a == 0x2002 {
        return v4(b, c);
    }
    let global = a & 0xe000 == 0x2000;
    let documentation = (a, b) == (0x2001, 0xdb8) || a & 0xfff0 == 0x3ff0;
    let special = a == 0x2001 && b < 0x200;
    global && !documentation && !special
}
