//! Where a request comes from: the other end of its connection or, behind proxies that the operator named, whom they name.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;

use crate::problem::Problem;
use crate::settings::parts;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// How many proxies in a row are believed.
const HOPS_MAX: usize = 16;

/// The other end of a connection; the listener puts it into each request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// From where a request comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Client(pub(crate) IpAddr);

/// Addresses that count as one place: an IPv4 address, or an IPv6 network of 64 bits, of which one household has a whole one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Network(IpAddr);

impl Network {
    pub(crate) fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(address) => IpAddr::V4(address),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
        })
    }
    /// A number that differs for most networks.
    pub(crate) fn spread(self) -> u64 {
        let bits = match self.0 {
            IpAddr::V4(address) => u64::from(address.to_bits()),
            IpAddr::V6(address) => u64::try_from(address.to_bits() >> 64).unwrap_or(u64::MAX),
        };
        bits.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32
    }
}

/// An address is personal: it is never logged by accident.
impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Network(…)")
    }
}

/// Proxies whose word on where a request comes from is taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

/// Why a text is no list of proxies.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an address or a network such as 10.0.0.7 or 10.0.0.0/8")]
pub struct ProxiesInvalid(String);

/// Addresses and networks with commas between them.
impl FromStr for TrustedProxies {
    type Err = ProxiesInvalid;
    fn from_str(text: &str) -> Result<Self, ProxiesInvalid> {
        let network = |part: &str| {
            let one = part.parse::<IpAddr>().ok().map(IpNet::from);
            part.parse::<IpNet>().ok().or(one).ok_or_else(|| ProxiesInvalid(part.to_owned()))
        };
        parts(text).map(network).collect::<Result<_, _>>().map(Self)
    }
}

impl TrustedProxies {
    pub(crate) fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Where a request comes from. Each proxy adds to `X-Forwarded-For` whom it heard, so the list is read from its end for
    /// as long as a trusted proxy wrote the entry; what stands before was written by the client, whatever it says.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        let values: Vec<_> = headers.get_all(X_FORWARDED_FOR).iter().collect();
        let hops =
            values.iter().rev().filter_map(|value| value.to_str().ok()).flat_map(|value| value.rsplit(','));
        for hop in hops.take(HOPS_MAX) {
            if !self.trusts(client) {
                break;
            }
            match hop.trim().parse::<IpAddr>() {
                Ok(before) => client = before.to_canonical(),
                Err(_odd) => break,
            }
        }
        client
    }
}

impl Client {
    /// The place that it counts for.
    pub(crate) fn network(self) -> Network {
        Network::of(self.0)
    }
    /// The peer of a request that came by no connection, as tests send them.
    pub(crate) const NOBODY: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
}

impl<S: Send + Sync> FromRequestParts<S> for Client {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().copied().ok_or_else(|| Problem::bug("a request from nowhere"))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn seen(proxies: &str, peer: &str, forwarded: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_str(value).unwrap());
        }
        let proxies: TrustedProxies = proxies.parse().unwrap();
        proxies.client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn a_stranger_cannot_say_where_they_are() {
        assert_eq!(seen("", "203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(seen("10.0.0.0/8", "203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
    }

    #[test]
    fn a_trusted_proxy_is_believed_and_what_its_client_wrote_is_not() {
        let proxies = "10.0.0.0/8, 2001:db8::1";
        assert_eq!(seen(proxies, "10.1.2.3", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen(proxies, "10.1.2.3", &["1.1.1.1, 198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen(proxies, "10.1.2.3", &["1.1.1.1", "198.51.100.1, 10.9.9.9"]), "198.51.100.1");
        assert_eq!(seen(proxies, "2001:db8::1", &["2001:db8:5::7"]), "2001:db8:5::7");
        assert_eq!(seen(proxies, "::ffff:10.1.2.3", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen(proxies, "10.1.2.3", &[]), "10.1.2.3");
        assert_eq!(seen(proxies, "10.1.2.3", &["unknown"]), "10.1.2.3");
        assert_eq!(seen(proxies, "10.1.2.3", &["198.51.100.1, <script>"]), "10.1.2.3");
        let endless = vec!["10.0.0.1"; 1_000].join(",");
        assert_eq!(seen(proxies, "10.1.2.3", &[&endless]), "10.0.0.1");
    }

    #[test]
    fn odd_lists_of_proxies_are_refused() {
        for odd in ["localhost", "10.0.0.0/33", "10.0.0.1;10.0.0.2", "*"] {
            assert!(odd.parse::<TrustedProxies>().is_err(), "{odd}");
        }
    }

    #[test]
    fn a_household_is_one_place() {
        let network = |address: &str| Network::of(address.parse().unwrap());
        assert!(network("2001:db8:1:2::3") == network("2001:db8:1:2:ffff::9"));
        assert!(network("2001:db8:1:2::3") != network("2001:db8:1:3::3"));
        assert!(network("192.0.2.1") != network("192.0.2.2"));
        assert!(network("::ffff:192.0.2.1") == network("192.0.2.1"));
    }
}
