//! How far away the servers are: a round trip, as the TLS handshakes of new connections and the first replies show it.
//!
//! On a far road each connection begins slowly and idles for a round trip between requests, so all of them are wanted at
//! once; next door a few are enough. A handshake that is not answered yet tells it as well as one that is over, so this
//! is known some milliseconds after the first connection, and that it may be so still earlier.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// A handshake that takes longer may go to another town: one on the same network has mostly done its computing by then.
const AWAY: Duration = Duration::from_millis(5);
/// One that takes longer goes far, however busy the computers are.
const FAR: Duration = Duration::from_millis(15);
/// A reply that takes longer comes from afar, unless the handshake was quick: then it comes from a server that has to think,
/// and whether more connections help there, only trying can show.
const FAR_REPLY: Duration = Duration::from_millis(25);
/// One can take long for other reasons, so several are looked at where several are made.
const ENOUGH: usize = 3;
/// Hosts to keep in mind at the most.
const MOST_HOSTS: usize = 64;

/// What a road turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Road {
    /// A round trip takes so long or longer, as far as the first handshakes can tell.
    Away(Duration),
    Far,
}

#[derive(Default)]
pub(crate) struct Distance {
    seen: Mutex<Places>,
    away: OnceLock<()>,
    far: OnceLock<()>,
    told: OnceLock<Box<dyn Fn(Road) + Send + Sync>>,
}

#[derive(Default)]
struct Places {
    /// The handshakes with each host and port: the service may be near and the files far.
    hosts: HashMap<String, Handshakes>,
    /// The replies with data, of whatever host.
    replies: Seen,
}

#[derive(Debug, Default)]
struct Handshakes {
    away: Seen,
    far: Seen,
}

/// What the first of them took.
#[derive(Debug, Default)]
struct Seen {
    begun: usize,
    /// So many took, or are taking, longer than the limit.
    late: usize,
    /// One did not.
    quick: bool,
}

impl Seen {
    /// One took so long, or is taking so long already. Whether all of this is far, once that is known.
    fn note(&mut self, took: Duration, limit: Duration, counted: &mut bool) -> bool {
        if took < limit {
            self.quick = true;
            return false;
        }
        if !*counted {
            *counted = true;
            self.late = self.late.saturating_add(1);
        }
        let enough = self.late >= ENOUGH.min(self.begun);
        // One alone must be clear.
        !self.quick && enough && (self.late > 1 || took >= limit.saturating_mul(2))
    }

    fn is_open(&self) -> bool {
        !self.quick && self.late < ENOUGH
    }
}

impl Distance {
    /// What is to happen when it turns out how far away the servers are. Only the first one counts.
    pub(crate) fn when_known(&self, tell: impl Fn(Road) + Send + Sync + 'static) {
        let _ = self.told.set(Box::new(tell));
    }

    /// Whether they turned out to be far away.
    pub(crate) fn is_far(&self) -> bool {
        self.far.get().is_some()
    }

    fn lock(&self) -> MutexGuard<'_, Places> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn conclude(&self, road: Road) {
        let known = match road {
            Road::Away(_) => &self.away,
            Road::Far => &self.far,
        };
        if known.set(()).is_ok()
            && let Some(tell) = self.told.get()
        {
            tell(road);
        }
    }

    /// A handshake begins with `host:port`.
    pub(super) fn begin<'a>(&'a self, host: &'a str) -> Handshake<'a> {
        if !self.is_far() {
            let mut places = self.lock();
            if places.hosts.len() >= MOST_HOSTS && !places.hosts.contains_key(host) {
                places.hosts.clear();
            }
            let seen = places.hosts.entry(host.to_owned()).or_default();
            for seen in [&mut seen.away, &mut seen.far] {
                seen.begun = seen.begun.saturating_add(1);
            }
        }
        Handshake {
            distance: self,
            host,
            begun: Instant::now(),
            away_counted: false,
            far_counted: false,
        }
    }

    /// A request for data goes out.
    pub(crate) fn ask(&self) {
        if self.far.get().is_none() {
            let mut places = self.lock();
            places.replies.begun = places.replies.begun.saturating_add(1);
        }
    }

    /// The reply has come.
    pub(crate) fn answered(&self, host: &str, port: u16, took: Duration) {
        if self.far.get().is_none() {
            let far = {
                let mut places = self.lock();
                let near = || {
                    places
                        .hosts
                        .get(&place(host, port))
                        .is_some_and(|seen| seen.far.quick)
                };
                let thinks = took >= FAR_REPLY && near();
                !thinks && places.replies.note(took, FAR_REPLY, &mut false)
            };
            if far {
                self.conclude(Road::Far);
            }
        }
    }
}

/// Under which name a server is kept.
pub(super) fn place(host: &str, port: u16) -> String {
    format!("{}:{port}", host.to_ascii_lowercase())
}

/// One handshake, while it lasts.
pub(super) struct Handshake<'a> {
    distance: &'a Distance,
    host: &'a str,
    begun: Instant,
    away_counted: bool,
    far_counted: bool,
}

impl Handshake<'_> {
    /// When to look the next time while nothing has come, if that would tell anything new.
    pub(super) fn next_look(&self) -> Option<Duration> {
        if self.distance.is_far() {
            return None;
        }
        let (away, far) = {
            let places = self.distance.lock();
            let seen = places.hosts.get(self.host)?;
            (seen.away.is_open(), seen.far.is_open())
        };
        let away = away && self.distance.away.get().is_none();
        let taken = self.begun.elapsed();
        [(away, AWAY), (far, FAR)]
            .into_iter()
            .filter(|(open, _)| *open)
            .flat_map(|(_, limit)| [limit, limit.saturating_mul(2)])
            .map(|look| look.saturating_sub(taken))
            .filter(|left| !left.is_zero())
            .min()
    }

    /// It is over.
    pub(super) fn end(mut self) {
        self.note(true);
    }

    /// It is still going on.
    pub(super) fn look(&mut self) {
        self.note(false);
    }

    fn note(&mut self, over: bool) {
        if self.distance.is_far() {
            return;
        }
        let took = self.begun.elapsed();
        let (away, far) = {
            let mut places = self.distance.lock();
            let Some(seen) = places.hosts.get_mut(self.host) else {
                return;
            };
            let tells = |limit| over || took >= limit;
            let away = tells(AWAY) && seen.away.note(took, AWAY, &mut self.away_counted);
            let far = tells(FAR) && seen.far.note(took, FAR, &mut self.far_counted);
            (away, far)
        };
        if far {
            self.distance.conclude(Road::Far);
        } else if away {
            self.distance.conclude(Road::Away(AWAY));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(begun: usize, took: &[u64]) -> bool {
        let mut seen = Seen {
            begun,
            ..Seen::default()
        };
        took.iter()
            .map(|took| seen.note(Duration::from_millis(*took), FAR, &mut false))
            .fold(false, |before, far| before | far)
    }

    #[test]
    fn far_is_what_all_of_the_first_handshakes_say() {
        assert!(seen(1, &[50]), "a single one is believed");
        assert!(!seen(4, &[50, 50]), "others will tell more");
        assert!(seen(4, &[50, 50, 20]));
        assert!(!seen(4, &[50, 2, 50, 50]), "the quickest one is right");
        assert!(!seen(1, &[5]));
        assert!(!seen(1, &[20]), "one that is just busy");
    }

    #[test]
    fn one_that_goes_on_counts_once_and_gets_clearer() {
        let mut seen = Seen {
            begun: 2,
            ..Seen::default()
        };
        let mut counted = false;
        assert!(!seen.note(FAR, FAR, &mut counted));
        assert!(
            !seen.note(2 * FAR, FAR, &mut counted),
            "the other may be quick"
        );
        assert!(seen.note(FAR, FAR, &mut false));
    }

    fn listened_to() -> (Distance, std::sync::Arc<OnceLock<()>>) {
        let distance = Distance::default();
        let told = std::sync::Arc::new(OnceLock::new());
        let tell = told.clone();
        distance.when_known(move |road| {
            if road == Road::Far {
                let _ = tell.set(());
            }
        });
        (distance, told)
    }

    #[test]
    fn what_still_goes_on_tells_how_long_it_takes_at_the_least() {
        let distance = Distance::default();
        let roads = std::sync::Arc::new(Mutex::new(Vec::new()));
        let told = roads.clone();
        distance.when_known(move |road| told.lock().unwrap().push(road));
        let mut all = [(); 4].map(|()| distance.begin("files:443"));
        let mut later = |limit| {
            for one in &mut all {
                one.begun = Instant::now().checked_sub(limit).unwrap();
                assert!(one.next_look().is_none_or(|left| left <= FAR));
                one.look();
            }
            roads.lock().unwrap().clone()
        };
        assert_eq!(later(Duration::ZERO), []);
        assert_eq!(later(AWAY), [Road::Away(AWAY)]);
        // That they were not far at that time says nothing.
        assert_eq!(later(FAR), [Road::Away(AWAY), Road::Far]);
        assert_eq!(all.each_ref().map(Handshake::next_look), [None; 4]);
    }

    #[test]
    fn a_single_one_that_is_quick_shows_that_the_others_are_just_busy() {
        let distance = Distance::default();
        distance.when_known(|road| panic!("{road:?}"));
        let mut all = [(); 8].map(|()| distance.begin("files:443"));
        distance.begin("files:443").end();
        for one in &mut all {
            one.begun = Instant::now().checked_sub(FAR).unwrap();
            one.look();
            assert!(one.next_look().is_none());
        }
    }

    #[test]
    fn a_service_next_door_says_nothing_of_the_files() {
        let (distance, told) = listened_to();
        distance.begin("service:443").end();
        let mut files = distance.begin("files:443");
        assert!(files.next_look().is_some_and(|left| left <= AWAY));
        files.begun = files.begun.checked_sub(FAR).unwrap();
        files.look();
        assert!(told.get().is_none(), "one that is just busy");
        assert!(files.next_look().is_some_and(|left| left <= FAR));
        files.begun = files.begun.checked_sub(FAR).unwrap();
        files.look();
        assert!(told.get().is_some());
        assert!(files.next_look().is_none());
    }

    #[test]
    fn replies_that_take_long_count_as_well() {
        let (distance, told) = listened_to();
        let reply = || {
            distance.ask();
            distance.answered("files", 443, FAR_REPLY);
        };
        reply();
        assert!(told.get().is_none(), "one alone must be clear");
        reply();
        assert!(told.get().is_some());
    }

    #[test]
    fn a_server_next_door_that_thinks_is_not_far() {
        let (distance, told) = listened_to();
        distance.begin(&place("Files", 443)).end();
        for _ in 0..9 {
            distance.ask();
            distance.answered("files", 443, FAR_REPLY);
        }
        assert!(told.get().is_none());
        for _ in 0..9 {
            distance.ask();
            distance.answered("files", 444, FAR_REPLY);
        }
        assert!(told.get().is_some(), "of that one nothing was known");
    }
}
