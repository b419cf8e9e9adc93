//! The road to a far server, since this kernel has no netem: a proxy between a contestant and the server that passes
//! bytes on when a network would have.

mod connection;
mod link;
mod poll;
mod proxy;

use std::time::Duration;

pub(crate) use proxy::Proxy;

/// What every connection meets.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Road {
    /// From a byte sent to its answer, with a server that takes no time. Zero: no delay and no slow start.
    pub(crate) round_trip: Duration,
    /// Bytes per second of one connection.
    pub(crate) rate: Option<u64>,
    /// Every so many-th connection has another rate.
    pub(crate) stragglers: Option<Stragglers>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Stragglers {
    pub(crate) every: u64,
    pub(crate) rate: u64,
}

impl Road {
    /// The rate of the connection with this number, counted from 0 in the order of their beginning.
    fn rate_of(&self, number: u64) -> Option<u64> {
        match self.stragglers {
            Some(stragglers) if number % stragglers.every == stragglers.every - 1 => {
                Some(stragglers.rate)
            }
            _ => self.rate,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fourth_connection_is_a_straggler() {
        let road = Road {
            rate: Some(40),
            stragglers: Some(Stragglers { every: 4, rate: 2 }),
            ..Road::default()
        };
        let rates: Vec<_> = (0..8).filter_map(|number| road.rate_of(number)).collect();
        assert_eq!(rates, [40, 40, 40, 2, 40, 40, 40, 2]);
    }
}
