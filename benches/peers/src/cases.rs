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
    /// One of so many MiB.
    Own(u64),
    /// The first so many of the small ones.
    Small(usize),
}

/// How contestants come to the server.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Way {
    Http,
    /// https, below this path.
    Https(&'static str),
    /// Through a proxy, https or not.
    Road {
        road: Road,
        tls: bool,
    },
    /// Signed and served by the sandbox.
    Sandbox,
}

impl Case {
    pub(crate) fn kind(&self) -> Kind {
        match (self.way, self.files) {
            (Way::Sandbox, _) => Kind::Objects,
            (_, Files::Small(_)) => Kind::Files,
            (Way::Http | Way::Road { tls: false, .. }, _) => Kind::HttpFile,
            _ => Kind::File,
        }
    }
}

const MIB: u64 = 1 << 20;
const MACHINE: &str = "what two programs and the kernel's copying leave of the processors";

const fn far(milliseconds: u64) -> Way {
    Way::Road {
        road: Road {
            round_trip: Duration::from_millis(milliseconds),
            rate: Some(85 * MIB),
            stragglers: None,
        },
        tls: true,
    }
}

const fn near(rate: u64, stragglers: Option<Stragglers>) -> Way {
    Way::Road {
        road: Road {
            round_trip: Duration::ZERO,
            rate: Some(rate),
            stragglers,
        },
        tls: true,
    }
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
        limit: "with 64 connections eight files each, so 10 round trips with those to connect: 0.5 s; with 128, 6 of them: 0.3 s",
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

/// Parses a road of the user's own: see the help of the command line.
pub(crate) fn own(words: &str) -> anyhow::Result<Case> {
    use anyhow::{Context as _, bail, ensure};

    let mut road = Road::default();
    let mut tls = true;
    let mut files = Files::Own(256);
    let mut connections = 64;
    for word in words.split(',').map(str::trim) {
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        let number = |text: &str| -> anyhow::Result<f64> {
            let number = text.parse::<f64>().ok().filter(|number| *number > 0.0);
            number.with_context(|| format!("`{word}` wants a number above zero"))
        };
        let rate = |text: &str| Ok::<_, anyhow::Error>((number(text)? * 1e6) as u64);
        match name {
            "http" => tls = false,
            "rtt" => road.round_trip = Duration::from_secs_f64(number(value)? / 1000.0),
            "rate" => road.rate = Some(rate(value)?),
            "slow" => {
                let (every, slow) = value.split_once(':').context("slow=EVERY:MB/s")?;
                let every = number(every)? as u64;
                ensure!(every > 1, "`{word}`: every connection would be slow");
                let rate = rate(slow)?;
                road.stragglers = Some(Stragglers { every, rate });
            }
            "size" => files = Files::Own(number(value)? as u64),
            "files" => files = Files::Small(number(value)? as usize),
            "connections" => connections = number(value)? as u64,
            _ => bail!("`{word}` says nothing of a road; `--help` has what does"),
        }
    }
    let text: &'static str = String::leak(words.to_owned());
    Ok(Case {
        connections,
        size_told: true,
        ..case(text, text, files, Way::Road { road, tls })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_road_of_ones_own_is_what_the_words_say_and_errors_name_the_word() {
        let case = own("rtt=30,rate=2.5,slow=4:0.5,files=100,connections=8,http").unwrap();
        let Way::Road { road, tls } = case.way else {
            panic!("{:?}", case.way);
        };
        assert!(!tls);
        assert_eq!(road.round_trip, Duration::from_millis(30));
        assert_eq!(road.rate, Some(2_500_000));
        assert_eq!(road.stragglers.unwrap().rate, 500_000);
        assert_eq!((case.files, case.connections), (Files::Small(100), 8));
        assert_eq!(own("size=1").unwrap().files, Files::Own(1));
        for wrong in ["rtt=0", "rate=x", "slow=4", "slow=1:2", "speed=3", ""] {
            let error = own(wrong).err().unwrap().to_string();
            assert!(error.contains(wrong) || error.contains("slow="), "{error}");
        }
    }

    #[test]
    fn extra_cases_are_run_when_asked_for_and_unknown_ones_are_an_error() {
        let ids = |names: &[&str]| -> anyhow::Result<Vec<&str>> {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            Ok(select(&names)?.iter().map(|case| case.id).collect())
        };
        assert!(!ids(&[]).unwrap().contains(&"cn"));
        assert_eq!(ids(&["f", "cn"]).unwrap(), ["cn", "f"]);
        assert!(ids(&["z"]).unwrap_err().to_string().contains("`z`"));
    }

    #[test]
    fn no_two_cases_have_one_name() {
        for (number, case) in ALL.iter().enumerate() {
            assert!(ALL[..number].iter().all(|other| other.id != case.id));
        }
    }
}
