//! The roads and the files of each case.

use std::time::Duration;

use crate::contestants::Kind;
use crate::road::{Road, Stragglers};
use crate::servers;

pub(crate) struct Case {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) files: Files,
    pub(crate) way: Way,
    /// Only when it is asked for by name.
    pub(crate) extra: bool,
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
    /// https, below this path.
    Https(&'static str),
    /// https through a proxy.
    Road(Road),
    /// Signed and served by the sandbox.
    Sandbox,
}

impl Case {
    pub(crate) fn kind(&self) -> Kind {
        match (self.way, self.files) {
            (Way::Sandbox, _) => Kind::Objects,
            (_, Files::Small(_)) => Kind::Files,
            (Way::Http, _) => Kind::HttpFile,
            _ => Kind::File,
        }
    }
}

const MIB: u64 = 1 << 20;
const MACHINE: &str = "what two programs and the kernel's copying leave of the processors";

const fn far(milliseconds: u64) -> Way {
    Way::Road(Road {
        round_trip: Duration::from_millis(milliseconds),
        rate: Some(85 * MIB),
        stragglers: None,
    })
}

const fn near(rate: u64, stragglers: Option<Stragglers>) -> Way {
    Way::Road(Road {
        round_trip: Duration::ZERO,
        rate: Some(rate),
        stragglers,
    })
}

const fn case(id: &'static str, title: &'static str, files: Files, way: Way) -> Case {
    Case {
        id,
        title,
        files,
        way,
        connections: 16,
        extra: false,
        size_told: false,
        limit: MACHINE,
    }
}

pub(crate) const ALL: &[Case] = &[
    Case {
        connections: 4,
        limit: "the floors, which have one connection each",
        ..case("a", "1 GiB, http, loopback", Files::Large, Way::Http)
    },
    Case {
        connections: 4,
        ..case(
            "b",
            "1 GiB, https, loopback",
            Files::Large,
            Way::Https(servers::PLAIN),
        )
    },
    Case {
        connections: 32,
        limit: "33.6 s for one connection, 1.05 s for 32",
        ..case(
            "c",
            "256 MiB, https, 8 MB/s a connection",
            Files::Medium,
            near(8_000_000, None),
        )
    },
    Case {
        connections: 32,
        extra: true,
        limit: "nginx lets the first second of each answer pass at once, so small ranges are not limited at all",
        ..case(
            "cn",
            "256 MiB, https, nginx's limit_rate of 8 MB/s an answer",
            Files::Medium,
            Way::Https(servers::LIMITED),
        )
    },
    Case {
        connections: 64,
        ..case(
            "d",
            "2,000 small files, https, loopback",
            Files::Small(2000),
            Way::Https(servers::PLAIN),
        )
    },
    Case {
        ..case(
            "e",
            "1 GiB, https, 50 ms to the first byte of each answer",
            Files::Large,
            Way::Https(servers::DELAYED),
        )
    },
    Case {
        connections: 64,
        size_told: true,
        ..case(
            "f20",
            "256 MiB, https, 20 ms round trip, slow start, 85 MiB/s a connection",
            Files::Medium,
            far(20),
        )
    },
    Case {
        connections: 64,
        size_told: true,
        ..case(
            "f",
            "256 MiB, https, 50 ms round trip, slow start, 85 MiB/s a connection",
            Files::Medium,
            far(50),
        )
    },
    Case {
        connections: 64,
        size_told: true,
        ..case(
            "f150",
            "256 MiB, https, 150 ms round trip, slow start, 85 MiB/s a connection",
            Files::Medium,
            far(150),
        )
    },
    Case {
        connections: 64,
        limit: "with 64 connections eight files each, so 10 round trips with those to connect: 0.5 s",
        ..case(
            "g",
            "500 small files, https, 50 ms round trip, slow start",
            Files::Small(500),
            far(50),
        )
    },
    Case {
        connections: 64,
        ..case(
            "h",
            "1,000 objects through the sandbox, signing included",
            Files::Small(1000),
            Way::Sandbox,
        )
    },
    Case {
        size_told: true,
        limit: "0.52 s for 16 connections, of which 4 are slow",
        ..case(
            "i",
            "256 MiB, https, 40 MiB/s a connection, but 2.5 MiB/s every fourth one",
            Files::Medium,
            near(
                40 * MIB,
                Some(Stragglers {
                    every: 4,
                    rate: 5 * MIB / 2,
                }),
            ),
        )
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
        .filter(|case| {
            (names.is_empty() && !case.extra) || names.iter().any(|name| name == case.id)
        })
        .collect())
}
