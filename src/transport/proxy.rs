//! Which proxy leads to a host, if any.

mod exceptions;
#[cfg(windows)]
mod windows;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

use self::exceptions::Exceptions;
use super::address::is_loopback;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;

/// What an address has to look like.
const FORM: &str = "It looks like http://host:port or http://user:password@host:port, \
with special characters of user and password percent-encoded.";
/// The variables that are looked at, in this order; the first that is set decides. In lower case, too, and that first.
const VARIABLES: [&str; 3] = ["HTTPS_PROXY", "ALL_PROXY", "HTTP_PROXY"];

/// One proxy.
#[derive(Debug)]
pub(super) struct ProxyAddress {
    /// TLS to the proxy itself; what goes through is encrypted in any case.
    pub(super) https: bool,
    /// In brackets if it is an IPv6 address.
    pub(super) host: String,
    pub(super) port: u16,
    /// The value of `Proxy-Authorization`.
    pub(super) authorization: Option<Secret>,
}

impl ProxyAddress {
    /// Reads `[http[s]://][user[:password]@]host[:port]`. No error shows any of it: there may be a password inside.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let unusable = || Error::invalid(format!("The address of the proxy is not usable. {FORM}"));
        let text = text.trim();
        if text.len() > 4096 || text.chars().any(char::is_control) {
            return Err(unusable());
        }
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
            None => ("http".to_owned(), text),
        };
        let https = match scheme.as_str() {
            "http" => false,
            "https" => true,
            scheme if scheme.starts_with("socks") => {
                return Err(Error::invalid(
                    "SOCKS proxies are not supported. Give the address of an HTTP proxy, such as http://host:port.",
                ));
            }
            _ => return Err(unusable()),
        };
        // The last @: a password may hold one that nobody has encoded.
        let (credentials, place) = match rest.rsplit_once('@') {
            Some((credentials, place)) => (Some(credentials), place),
            None => (None, rest),
        };
        let (host, port) = split_port(place.strip_suffix('/').unwrap_or(place));
        let port = match port {
            None => match https {
                true => 443,
                false => 80,
            },
            Some(digits) => super::range::digits(digits)
                .and_then(|port| u16::try_from(port).ok())
                .filter(|port| *port != 0)
                .ok_or_else(unusable)?,
        };
        if !is_host(host) {
            return Err(unusable());
        }
        Ok(ProxyAddress {
            https,
            host: host.to_ascii_lowercase(),
            port,
            authorization: credentials.map(basic).transpose()?,
        })
    }

    /// For messages.
    pub(super) fn name(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

/// `host`, `host:port`, `[v6]` or `[v6]:port`, taken apart.
fn split_port(place: &str) -> (&str, Option<&str>) {
    match place.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, Some(port)),
        _ => (place, None),
    }
}

fn is_host(host: &str) -> bool {
    if let Some(inside) = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        return inside.parse::<std::net::Ipv6Addr>().is_ok();
    }
    (1..=253).contains(&host.len())
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
}

/// `user:password`, percent-encoded, as a header.
fn basic(credentials: &str) -> Result<Secret> {
    let decode = |text: &str| Zeroizing::new(percent_decode_str(text).collect::<Vec<u8>>());
    let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
    let (user, password) = (decode(user), decode(password));
    let controls = user.iter().chain(password.iter()).any(u8::is_ascii_control);
    if controls || user.contains(&b':') {
        return Err(Error::invalid(
            "The user name or the password of the proxy has a character that it cannot have.",
        ));
    }
    let mut plain = Zeroizing::new(user.to_vec());
    plain.push(b':');
    plain.extend_from_slice(&password);
    Ok(Secret::new(format!("Basic {}", STANDARD.encode(&*plain))))
}

/// How to reach a host.
#[derive(Debug)]
pub(super) enum Route {
    Direct,
    Through(Arc<ProxyAddress>),
}

/// The choice of one client.
pub(super) enum Proxies {
    Direct,
    /// The client's own choice: for every host, whatever `NO_PROXY` says.
    Always(Arc<ProxyAddress>),
    /// What this computer says. Not for this computer itself.
    System {
        proxy: Result<Option<Arc<ProxyAddress>>>,
        exceptions: Exceptions,
    },
}

impl Proxies {
    /// What the environment says, or else the settings of Windows.
    pub(super) fn of_the_system() -> Self {
        let read = |name: &str| std::env::var(name).ok();
        if let Some(found) = Self::of_the_environment(&read) {
            return found;
        }
        #[cfg(windows)]
        if let Some((server, bypass)) = windows::settings() {
            return Self::of_windows(&server, &bypass, &read);
        }
        Proxies::Direct
    }

    fn of_the_environment(read: &dyn Fn(&str) -> Option<String>) -> Option<Self> {
        let (name, value) = VARIABLES
            .iter()
            .find_map(|name| Some((*name, variable(read, name)?)))?;
        // Not an error of the client: it may never leave this computer.
        let proxy = ProxyAddress::parse(&value)
            .map(|proxy| Some(Arc::new(proxy)))
            .map_err(|error| {
                Error::new(
                    ErrorKind::Proxy,
                    format!(
                        "The environment variable {name} cannot be used: {}",
                        error.message()
                    ),
                )
            });
        Some(Proxies::System {
            proxy,
            exceptions: Exceptions::parse(&variable(read, "NO_PROXY").unwrap_or_default()),
        })
    }

    /// `server` is one proxy for everything, or `http=…;https=…;socks=…`.
    #[cfg_attr(not(windows), allow(dead_code))]
    fn of_windows(server: &str, bypass: &str, read: &dyn Fn(&str) -> Option<String>) -> Self {
        let wanted = match server.contains('=') {
            false => Some(server),
            true => server
                .split(';')
                .filter_map(|entry| entry.trim().split_once('='))
                .find(|(scheme, _)| scheme.trim().eq_ignore_ascii_case("https"))
                .map(|(_, place)| place),
        };
        let proxy = wanted
            .filter(|place| !place.trim().is_empty())
            .map(|place| ProxyAddress::parse(place).map(Arc::new))
            .transpose()
            .map_err(|error| {
                Error::new(
                    ErrorKind::Proxy,
                    format!(
                        "The proxy in the settings of Windows cannot be used: {}",
                        error.message()
                    ),
                )
            });
        let bypass = match variable(read, "NO_PROXY") {
            Some(more) => format!("{bypass};{more}"),
            None => bypass.to_owned(),
        };
        Proxies::System {
            proxy,
            exceptions: Exceptions::parse(&bypass),
        }
    }

    /// How to reach `host`, which is in brackets if it is an IPv6 address.
    pub(super) fn route(&self, host: &str, port: u16) -> Result<Route> {
        match self {
            Proxies::Direct => Ok(Route::Direct),
            Proxies::Always(proxy) => Ok(Route::Through(proxy.clone())),
            Proxies::System { proxy, exceptions } => {
                if is_loopback(host) || exceptions.cover(host, port) {
                    return Ok(Route::Direct);
                }
                Ok(match proxy.clone()? {
                    Some(proxy) => Route::Through(proxy),
                    None => Route::Direct,
                })
            }
        }
    }
}

/// A variable that is set and not empty.
fn variable(read: &dyn Fn(&str) -> Option<String>, name: &str) -> Option<String> {
    [name.to_ascii_lowercase(), name.to_owned()]
        .iter()
        .filter_map(|name| read(name))
        .find(|value| !value.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(proxy: &ProxyAddress) -> Option<String> {
        let header = proxy.authorization.as_ref()?.expose().to_owned();
        let bytes = STANDARD.decode(header.strip_prefix("Basic ")?).unwrap();
        Some(String::from_utf8(bytes).unwrap())
    }

    fn environment(pairs: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        |name| {
            let found = pairs.iter().find(|(known, _)| *known == name)?;
            Some(found.1.to_owned())
        }
    }

    fn route(pairs: &'static [(&str, &str)], host: &str) -> Result<Option<String>> {
        let Some(proxies) = Proxies::of_the_environment(&environment(pairs)) else {
            return Ok(None);
        };
        Ok(match proxies.route(host, 443)? {
            Route::Direct => None,
            Route::Through(proxy) => Some(proxy.name()),
        })
    }

    #[test]
    fn addresses_of_every_form() {
        for (text, https, name, credentials) in [
            ("http://proxy.firm:8080", false, "proxy.firm:8080", None),
            ("proxy.firm:8080", false, "proxy.firm:8080", None),
            (" HTTP://Proxy.Firm/ ", false, "proxy.firm:80", None),
            ("https://proxy", true, "proxy:443", None),
            ("http://[::1]:3128", false, "[::1]:3128", None),
            ("http://[::1]", false, "[::1]:80", None),
            ("http://u:p@h:1", false, "h:1", Some("u:p")),
            ("http://u@h:1", false, "h:1", Some("u:")),
            (
                "http://f%C3%BC%40firm:p%3Ass%2F%25@h:1",
                false,
                "h:1",
                Some("fü@firm:p:ss/%"),
            ),
            ("http://u:p@ss@h:1", false, "h:1", Some("u:p@ss")),
            ("http://u:100%@h:1", false, "h:1", Some("u:100%")),
        ] {
            let proxy = ProxyAddress::parse(text).unwrap();
            assert_eq!((proxy.https, proxy.name().as_str()), (https, name));
            assert_eq!(plain(&proxy).as_deref(), credentials, "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_without_being_shown() {
        for text in [
            "http://u:hunter2@",
            "http://u:hunter2@h:0",
            "http://u:hunter2@h:65536",
            "http://u:hunter2@h:port",
            "http://u:hunter2@h/path",
            "http://u:hunter2@exa mple:1",
            "ftp://u:hunter2@h:1",
            "http://u:hunter2%0d%0aX@h:1",
            "http://u%3A:hunter2@h:1",
            "http://u:hunter2@::1:3128",
            "",
        ] {
            let error = ProxyAddress::parse(text).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        }
        let socks = ProxyAddress::parse("socks5://h:1").unwrap_err();
        assert!(socks.message().contains("SOCKS"), "{socks}");
        let shown = format!("{:?}", ProxyAddress::parse("http://u:hunter2@h:1").unwrap());
        assert!(
            !shown.contains("hunter2") && !shown.contains("Basic"),
            "{shown}"
        );
    }

    #[test]
    fn the_environment_decides_for_other_computers() {
        let https: &[_] = &[("HTTPS_PROXY", "http://a:1"), ("ALL_PROXY", "http://b:2")];
        assert_eq!(route(https, "host").unwrap().as_deref(), Some("a:1"));
        for here in ["127.0.0.1", "localhost", "[::1]"] {
            assert_eq!(route(https, here).unwrap(), None);
        }
        let lower: &[_] = &[("https_proxy", "c:3"), ("HTTPS_PROXY", "d:4")];
        assert_eq!(route(lower, "host").unwrap().as_deref(), Some("c:3"));
        let all: &[_] = &[("ALL_PROXY", "b:2"), ("HTTP_PROXY", "e:5")];
        assert_eq!(route(all, "host").unwrap().as_deref(), Some("b:2"));
        let http: &[_] = &[("HTTPS_PROXY", " "), ("HTTP_PROXY", "e:5")];
        assert_eq!(route(http, "host").unwrap().as_deref(), Some("e:5"));
        assert_eq!(route(&[], "host").unwrap(), None);
        let but: &[_] = &[("HTTPS_PROXY", "a:1"), ("no_proxy", "firm.example")];
        assert_eq!(route(but, "x.firm.example").unwrap(), None);
        assert_eq!(route(but, "host").unwrap().as_deref(), Some("a:1"));
    }

    #[test]
    fn an_environment_that_cannot_be_used_is_told_when_it_is_needed() {
        let socks: &[_] = &[("ALL_PROXY", "socks5://u:hunter2@h:1")];
        assert_eq!(route(socks, "127.0.0.1").unwrap(), None);
        let error = route(socks, "host").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Proxy);
        assert!(error.message().contains("ALL_PROXY"), "{error}");
        assert!(!error.message().contains("hunter2"), "{error}");
    }

    #[test]
    fn the_clients_own_proxy_is_for_every_host() {
        let proxies = Proxies::Always(Arc::new(ProxyAddress::parse("h:1").unwrap()));
        for host in ["host", "127.0.0.1", "localhost"] {
            assert!(matches!(proxies.route(host, 80), Ok(Route::Through(_))));
        }
    }

    #[test]
    fn the_forms_of_the_settings_of_windows() {
        let none = environment(&[]);
        let through = |server: &str, host: &str| {
            let proxies = Proxies::of_windows(server, "<local>;10.*;*.firm.example", &none);
            match proxies.route(host, 443).unwrap() {
                Route::Direct => None,
                Route::Through(proxy) => Some(proxy.name()),
            }
        };
        assert_eq!(through("p:8080", "aps.example").as_deref(), Some("p:8080"));
        let each = "http=a:1;https=b:2;socks=c:3";
        assert_eq!(through(each, "aps.example").as_deref(), Some("b:2"));
        assert_eq!(through("http=a:1;socks=c:3", "aps.example"), None);
        for direct in ["intranet", "10.1.2.3", "x.firm.example"] {
            assert_eq!(through("p:8080", direct), None, "{direct}");
        }
        let more = environment(&[("NO_PROXY", "aps.example")]);
        let proxies = Proxies::of_windows("p:1", "", &more);
        assert!(matches!(
            proxies.route("aps.example", 443),
            Ok(Route::Direct)
        ));
    }
}
