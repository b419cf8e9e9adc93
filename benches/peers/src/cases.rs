//! The roads and the files of each case.

use std::time::Duration;

use crate::road::{Road, Stragglers};
use crate::servers;

pub(crate) struct Case {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) files: Files,
    pub(crate) way: Way,
    /// Whether the library is compared knowing the size, as it does when APS has signed.
    pub(crate) size_told: bool,
    /// How many connections a person who knows the road sets by hand.
    pub(crate) connections: u64,
    /// The most that anybody could reach, in words, with what it follows from.
    pub(crate) limit: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Files {
    Large,
    Medium,
    /// The first so many of the small ones.
    Small(usize),
}

/// How contestants come to the server.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Way {
    Http,
    Https,
    /// https, below this path.
    HttpsBelow(&'static str),
    /// https through a proxy.
    Road(Road),
}

const MIB: u64 = 1 << 20;

const fn far(milliseconds: u64) -> Way {
    Way::Road(Road {
        round_trip: Duration::from_millis(milliseconds),
        rate: Some(85 * MIB),
        stragglers: None,
    })
}

pub(crate) const ALL: &[Case] = &[
    Case {
        id: "b",
        title: "1 GiB, https, loopback",
        files: Files::Large,
        way: Way::Https,
        size_told: false,
        connections: 4,
        limit: "the machine: see the floors",
    },
    Case {
        id: "c",
        title: "256 MiB, https, 8 MB/s a connection",
        files: Files::Medium,
        way: Way::Road(Road {
            round_trip: Duration::ZERO,
            rate: Some(8_000_000),
            stragglers: None,
        }),
        size_told: false,
        connections: 32,
        limit: "1.05 s with 32 connections",
    },
    Case {
        id: "cn",
        title: "256 MiB, https, nginx's limit_rate of 8 MB/s an answer",
        files: Files::Medium,
        way: Way::HttpsBelow(servers::LIMITED),
        size_told: false,
        connections: 32,
        limit: "nginx lets the first second of each answer pass at once, so many small ranges are not limited at all",
    },
    Case {
        id: "f",
        title: "256 MiB, https, 50 ms round trip, slow start, 85 MiB/s a connection",
        files: Files::Medium,
        way: far(50),
        size_told: true,
        connections: 64,
        limit: "the machine: 64 connections would have 5.3 GiB/s after slow start",
    },
];

/// Those with these names, or all.
pub(crate) fn select(names: &[String]) -> anyhow::Result<Vec<&'static Case>> {
    for name in names {
        anyhow::ensure!(
            ALL.iter().any(|case| case.id == name),
            "there is no case `{name}`; the cases are {}",
            ALL.iter()
                .map(|case| case.id)
                .collect::<Vec<_>>()
                .join(", ")
        );
    }
    Ok(ALL
        .iter()
        .filter(|case| names.is_empty() || names.iter().any(|name| name == case.id))
        .collect())
}
