//! The sandbox's own clock: real time plus a jump that tests choose, so that nothing needs to sleep until it expires.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

#[derive(Debug, Default)]
pub(crate) struct Clock {
    offset_ms: AtomicI64,
}

impl Clock {
    pub(crate) fn now(&self) -> SystemTime {
        let offset = self.offset_ms.load(Ordering::SeqCst);
        let distance = Duration::from_millis(offset.unsigned_abs());
        if offset >= 0 {
            SystemTime::now() + distance
        } else {
            SystemTime::now() - distance
        }
    }

    /// Moves the clock; `ms` may be negative (clients must survive a server whose clock is behind).
    pub(crate) fn advance_ms(&self, ms: i64) {
        self.offset_ms.fetch_add(ms, Ordering::SeqCst);
    }

    pub(crate) fn http_date(&self) -> String {
        httpdate::fmt_http_date(self.now())
    }
}

pub(crate) fn epoch_secs(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs()
}

pub(crate) fn epoch_ms(time: SystemTime) -> u64 {
    u64::try_from(
        time.duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_millis(),
    )
    .unwrap_or(u64::MAX)
}

/// `2026-11-21T09:32:24Z`, the form of S3's error bodies and of listings.
pub(crate) fn iso8601(time: SystemTime) -> String {
    let (year, month, day, rest) = civil(time);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        rest / 3600,
        rest / 60 % 60,
        rest % 60
    )
}

/// `20261121T093224Z`, the form of `X-Amz-Date`.
pub(crate) fn parse_amz_date(text: &str) -> Option<SystemTime> {
    let bytes = text.as_bytes();
    if bytes.len() != 16 || bytes[8] != b'T' || bytes[15] != b'Z' {
        return None;
    }
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<i64>().ok();
    let (year, month, day) = (number(0..4)?, number(4..6)?, number(6..8)?);
    let (hour, minute, second) = (number(9..11)?, number(11..13)?, number(13..15)?);
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let seconds = days_from_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
    Some(UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).ok()?))
}

/// `Wed May 11 14:03:54 UTC 2016`, the form of `x-ads-startup-time`.
pub(crate) fn java_date(time: SystemTime) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let (year, month, day, rest) = civil(time);
    let weekday = DAYS[(epoch_secs(time) / 86_400 % 7) as usize];
    let month = MONTHS[(month - 1) as usize];
    format!(
        "{weekday} {month} {day:02} {:02}:{:02}:{:02} UTC {year}",
        rest / 3600,
        rest / 60 % 60,
        rest % 60
    )
}

/// Year, month, day, and the second of the day.
fn civil(time: SystemTime) -> (i64, i64, i64, u64) {
    let seconds = epoch_secs(time);
    let z = (seconds / 86_400) as i64 + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day, seconds % 86_400)
}

fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_the_services_write_them() {
        let time = UNIX_EPOCH + Duration::from_secs(1_462_946_634);
        assert_eq!(iso8601(time), "2016-05-11T06:03:54Z");
        assert_eq!(java_date(time), "Wed May 11 06:03:54 UTC 2016");
        assert_eq!(parse_amz_date("20160511T060354Z"), Some(time));
        assert_eq!(parse_amz_date("20160511 060354Z"), None);
        assert_eq!(parse_amz_date("20161311T060354Z"), None);
    }

    #[test]
    fn the_clock_jumps_both_ways() {
        let clock = Clock::default();
        clock.advance_ms(3_600_000);
        assert!(clock.now() > SystemTime::now() + Duration::from_secs(3500));
        clock.advance_ms(-7_200_000);
        assert!(clock.now() < SystemTime::now() - Duration::from_secs(3500));
    }
}
