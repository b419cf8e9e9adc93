//! Hosts that are reached without the proxy: `NO_PROXY`, and the exceptions in the settings of Windows.

use std::net::IpAddr;

/// A list of such hosts.
pub(in crate::transport) struct Exceptions {
    entries: Vec<Entry>,
}

struct Entry {
    what: What,
    port: Option<u16>,
}

enum What {
    All,
    /// Names without a dot: what Windows calls `<local>`.
    Local,
    /// An address with how many of its leading bits count.
    Network(IpAddr, u32),
    /// A domain with everything below it.
    Domain(String),
    /// With `*` anywhere.
    Pattern(String),
}

impl Exceptions {
    /// Entries are separated by commas, semicolons or spaces: hosts, domains with or without a leading dot, `*`,
    /// addresses, networks such as `10.0.0.0/8`; each may have a port.
    pub(super) fn parse(text: &str) -> Self {
        Exceptions {
            entries: text
                .split([',', ';', ' ', '\t'])
                .map(str::trim)
                .filter(|entry| !entry.is_empty())
                .map(parse_entry)
                .collect(),
        }
    }

    pub(super) fn cover(&self, host: &str, port: u16) -> bool {
        let host = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .trim_end_matches('.')
            .to_ascii_lowercase();
        let address: Option<IpAddr> = host.parse().ok();
        self.entries
            .iter()
            .filter(|entry| entry.port.is_none_or(|known| known == port))
            .any(|entry| match &entry.what {
                What::All => true,
                What::Local => address.is_none() && !host.contains('.'),
                What::Network(network, bits) => {
                    address.is_some_and(|address| is_in(address, *network, *bits))
                }
                What::Domain(domain) => {
                    host == *domain
                        || host
                            .strip_suffix(domain.as_str())
                            .is_some_and(|front| front.ends_with('.'))
                }
                What::Pattern(pattern) => fits(&host, pattern),
            })
    }
}

fn parse_entry(text: &str) -> Entry {
    let text = text.to_ascii_lowercase();
    if let Some(what) = network(&text) {
        return Entry { what, port: None };
    }
    let (host, port) = match super::split_port(&text) {
        (host, Some(digits)) => match digits.parse() {
            Ok(port) => (host, Some(port)),
            Err(_) => (text.as_str(), None),
        },
        (host, None) => (host, None),
    };
    let what = match host {
        "*" => What::All,
        "<local>" => What::Local,
        host => network(host).unwrap_or_else(|| {
            let domain = host.strip_prefix('*').unwrap_or(host);
            match domain.contains('*') || (domain.len() < host.len() && !domain.starts_with('.')) {
                true => What::Pattern(host.to_owned()),
                false => What::Domain(domain.trim_matches('.').to_owned()),
            }
        }),
    };
    Entry { what, port }
}

/// An address, in brackets or not, or a network.
fn network(text: &str) -> Option<What> {
    let bare = |text: &str| {
        text.trim_start_matches('[')
            .trim_end_matches(']')
            .parse::<IpAddr>()
            .ok()
    };
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (bare(address)?, bits.parse().ok()?),
        None => (bare(text)?, 128),
    };
    let most = match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    };
    Some(What::Network(address, bits.min(most)))
}

fn is_in(address: IpAddr, network: IpAddr, bits: u32) -> bool {
    let differs = match (address, network) {
        (IpAddr::V4(one), IpAddr::V4(other)) => (one.to_bits() ^ other.to_bits()).leading_zeros(),
        (IpAddr::V6(one), IpAddr::V6(other)) => (one.to_bits() ^ other.to_bits()).leading_zeros(),
        _ => return false,
    };
    differs >= bits
}

/// Whether a name fits a pattern in which each `*` stands for anything.
fn fits(name: &str, pattern: &str) -> bool {
    let Some((front, mut rest)) = pattern.split_once('*') else {
        return name == pattern;
    };
    let Some(mut name) = name.strip_prefix(front) else {
        return false;
    };
    while let Some((middle, more)) = rest.split_once('*') {
        let Some((_, behind)) = name.split_once(middle) else {
            return false;
        };
        (name, rest) = (behind, more);
    }
    name.ends_with(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_an_exception() {
        for (list, covered, not_covered) in [
            ("*", &["host", "1.2.3.4"][..], &[][..]),
            ("", &[], &["host"]),
            (
                "firm.example",
                &["firm.example", "a.firm.example", "FIRM.Example."],
                &["notfirm.example", "example"],
            ),
            (".firm.example", &["a.b.firm.example"], &["xfirm.example"]),
            ("*.firm.example", &["a.firm.example"], &["afirm.example"]),
            ("*firm.example", &["afirm.example"], &["afirm.example.com"]),
            ("a, b;c d", &["a", "b", "c", "d"], &["e"]),
            ("10.0.0.0/8", &["10.255.0.1"], &["11.0.0.1", "10.host"]),
            ("10.1.2.3", &["10.1.2.3"], &["10.1.2.4"]),
            ("0.0.0.0/0", &["10.1.2.3"], &["[::1]"]),
            ("fd00::/8,[::2]", &["[fd12::1]", "::2"], &["[::1]"]),
            ("192.168.*", &["192.168.1.1"], &["192.169.1.1"]),
            ("a*c*e", &["abcde", "ace"], &["abcd", "acd"]),
            ("<local>", &["intranet"], &["intra.net", "1.2.3.4"]),
            ("host:443", &["host"], &[]),
            (
                "host:80,[::1]:80,10.0.0.1:80",
                &[],
                &["host", "::1", "10.0.0.1"],
            ),
            ("[::1]:443", &["::1"], &["::2"]),
            ("10.0.0.0/99", &["10.0.0.0"], &["10.0.0.1"]),
        ] {
            let exceptions = Exceptions::parse(list);
            for host in covered {
                assert!(exceptions.cover(host, 443), "{list}: {host}");
            }
            for host in not_covered {
                assert!(!exceptions.cover(host, 443), "{list}: {host}");
            }
        }
    }
}
