use super::*;

/// Runs the controller on a road where `rate(connections)` bytes a second arrive.
fn settle(max: usize, rate: impl Fn(usize) -> f64, seconds: u64) -> usize {
    let start = Instant::now();
    let mut speed = Speed::new(max, max, start);
    let mut bytes = 0.0;
    let mut used = Vec::new();
    for step in 1..=seconds * 20 {
        bytes += rate(speed.permits()) * 0.05;
        let now = start + Duration::from_millis(step * 50);
        speed.tick(now, bytes as u64, || true, || true, |_| false);
        used.push(speed.permits());
    }
    used.sort_unstable();
    used[used.len() / 2]
}

#[test]
fn grows_where_each_connection_is_capped_and_stays_where_it_does_not_help() {
    assert_eq!(settle(64, |n| n as f64 * 8e6, 20), 64);
    // So many that the computer has enough to do.
    assert_eq!(settle(64, |n| n as f64 * 3e7, 20), 32);
    assert_eq!(settle(64, |_| 1e9, 20), 4);
    assert_eq!(settle(64, |_| 1e7, 20), 4);
    // More would help, but the computer has other things to do.
    assert_eq!(settle(64, |n| n as f64 * 2.1e8, 20), 4);
    assert_eq!(settle(64, |n| n.min(16) as f64 * 1e7, 20), 16);
    assert_eq!(settle(2, |n| n as f64, 20), 2);
}

#[test]
fn all_connections_of_a_capped_road_are_there_a_tenth_of_a_second_after_its_first_bytes() {
    let start = Instant::now();
    let mut speed = Speed::new(64, 64, start);
    let mut bytes = 0.0;
    for step in 1..=3 {
        bytes += speed.permits() as f64 * 1e6 * 0.05;
        speed.tick(
            start + Duration::from_millis(step * 50),
            bytes as u64,
            || true,
            || true,
            |_| false,
        );
    }
    assert_eq!(speed.permits(), 64);
}

/// How many connections there are so many milliseconds after the first bytes, where so many come in each one.
fn early(milliseconds: u64, rate: impl Fn(usize, u64) -> f64) -> usize {
    let start = Instant::now();
    let mut speed = Speed::new(64, 64, start);
    speed.wake(start, 0, 1);
    let mut bytes = 1.0;
    for step in 0..=milliseconds {
        speed.tick(
            start + Duration::from_millis(step),
            bytes as u64,
            || true,
            || true,
            |_| false,
        );
        bytes += rate(speed.permits(), step);
    }
    speed.permits()
}

#[test]
fn a_rate_that_stays_is_acted_upon_after_half_of_the_time_and_one_that_grows_is_not() {
    let capped = |connections, _| connections as f64 * 8e3;
    assert_eq!(early(24, capped), 4);
    assert_eq!(early(25, capped), 16);
    assert_eq!(early(50, capped), 64);
    // Slow start, from 5 ms away.
    let growing = |_, step| 2_f64.powi((step / 5) as i32) * 1e3;
    assert_eq!(early(49, growing), 4);
    assert_eq!(early(50, growing), 16);
    // More that do not help are kept for all of the time.
    assert_eq!(early(70, |_, _| 1e5), 16);
    // What is nearly enough is looked at for longer.
    assert_eq!(early(49, |_, _| 4.1e5), 4);
}

#[test]
fn only_the_first_decisions_come_early() {
    let start = Instant::now();
    let mut speed = Speed::new(64, 64, start);
    let mut decisions = Vec::new();
    for step in 0..=300_u64 {
        let now = start + Duration::from_millis(step);
        if speed.tick(
            now,
            step.saturating_mul(100_000).max(1),
            || true,
            || true,
            |_| false,
        ) {
            decisions.push(step);
        }
    }
    assert_eq!(decisions, [25, 75, 125, 175, 225, 275]);
}

#[test]
fn before_the_first_bytes_there_is_more_patience_and_then_more_connections() {
    let start = Instant::now();
    let at = |milliseconds| start + Duration::from_millis(milliseconds);
    let mut speed = Speed::new(64, 64, start);
    assert!(!speed.tick(at(99), 0, || true, || true, |_| false));
    assert!(speed.tick(at(100), 0, || true, || true, |_| false));
    assert_eq!(speed.permits(), 16, "a server that thinks");
    let mut speed = Speed::new(64, 64, start);
    // The rate is that of the time since they came: 19 MB in 20 ms.
    assert!(!speed.tick(at(90), 1000, || true, || true, |_| false));
    assert!(!speed.tick(at(109), 19_000_000, || true, || true, |_| false));
    assert!(speed.tick(at(110), 20_001_000, || true, || true, |_| false));
    assert_eq!(speed.permits(), 4);
}

#[test]
fn one_window_that_is_a_little_better_proves_nothing() {
    let start = Instant::now();
    let mut speed = Speed::new(64, 64, start);
    let mut bytes = 1;
    let mut window = 0;
    let mut permits = |rate: u64| {
        window += 1;
        bytes += rate / 20;
        speed.tick(
            start + Duration::from_millis(50 * window),
            bytes,
            || true,
            || true,
            |_| false,
        );
        speed.permits()
    };
    permits(0);
    assert_eq!(permits(100_000_000), 16);
    for rate in [70, 130, 90, 110, 100].map(|rate| rate * 1_000_000) {
        assert_eq!(permits(rate), 16, "still trying");
    }
    assert_eq!(permits(100_000_000), 4);
}

/// What remains of the connections to a server that is as fast as the computer, after two seconds.
fn alone(files: usize, prompt: bool, rate: impl Fn(usize) -> f64) -> usize {
    let start = Instant::now();
    let mut speed = Speed::new(64, 64, start);
    speed.wake(start, 0, files);
    if prompt {
        speed.prompt();
    }
    let mut bytes = 1.0;
    for step in 1..=400 {
        let now = start + Duration::from_millis(step * 5);
        bytes += rate(speed.permits()) * 0.005;
        speed.tick(now, bytes as u64, || true, || true, |_| false);
    }
    speed.permits()
}

#[test]
fn one_connection_stays_where_it_does_as_much_as_several() {
    assert_eq!(alone(1, true, |_| 2e9), 1);
    let nearly = |n| if n == 1 { 1.85e9 } else { 2e9 };
    assert_eq!(alone(1, true, nearly), 1);
    // One of them does less.
    let half = |n: usize| n.min(2) as f64 * 1e9;
    assert_eq!(alone(1, true, half), 4);
    assert_eq!(alone(1, true, |n| n.min(16) as f64 * 1.1e8), 8);
    // Each file and each range is waited for.
    assert_eq!(alone(MANY_FILES, true, |_| 2e9), 8);
    assert_eq!(alone(1, false, |_| 2e9), 4);
    // The computer is not what limits.
    assert_eq!(alone(1, true, |n| n as f64 * 3e7), 32);
}

#[test]
fn several_come_back_when_one_connection_does_much_less_than_it_did() {
    let start = Instant::now();
    let mut speed = Speed::new(64, 64, start);
    speed.wake(start, 0, 1);
    speed.prompt();
    let mut bytes = 1.0;
    for step in 1..=200 {
        // Half a second of memory that is at hand, and then some that has to be fetched first.
        let rate = match (step < 100, speed.permits().min(4) as f64) {
            (true, _) => 1.6e9,
            (false, permits) => permits * 3.4e8,
        };
        bytes += rate * 0.005;
        let now = start + Duration::from_millis(step * 5);
        speed.tick(now, bytes as u64, || true, || true, |_| false);
    }
    assert_eq!(speed.permits(), 4);
}

#[test]
fn a_rate_that_is_nearly_enough_gets_another_window() {
    let used = |rates: [u64; 2]| {
        let start = Instant::now();
        let mut speed = Speed::new(64, 64, start);
        // What an earlier job hesitated about does not count.
        speed.tick(start, 1, || true, || true, |_| false);
        let earlier = start + Duration::from_millis(50);
        speed.tick(earlier, 30_000_001, || true, || true, |_| false);
        let start = earlier + Duration::from_secs(1);
        speed.wake(start, 0, 1);
        let mut now = start + Duration::from_millis(50);
        let mut bytes = 1;
        speed.tick(now, bytes, || true, || true, |_| false);
        for rate in rates {
            now += Duration::from_millis(50);
            bytes += rate / 20;
            speed.tick(now, bytes, || true, || true, |_| false);
        }
        speed.permits()
    };
    assert_eq!(used([600_000_000, 1_000_000_000]), 4, "it was growing");
    assert_eq!(used([600_000_000, 600_000_000]), 8);
    assert_eq!(used([300_000_000, 600_000_000]), 8, "a step is being tried");
}

#[test]
fn what_one_connection_is_tried_for_ends_when_more_is_wanted() {
    let start = Instant::now();
    let trying = || {
        let mut speed = Speed::new(64, 64, start);
        speed.prompt();
        speed.tick(
            start + Duration::from_millis(5),
            1,
            || true,
            || true,
            |_| false,
        );
        // 20 MB are enough for a decision. The first ones had been waiting.
        speed.tick(
            start + Duration::from_millis(10),
            20_000_001,
            || true,
            || true,
            |_| false,
        );
        assert_eq!(speed.permits(), 4);
        speed.tick(
            start + Duration::from_millis(20),
            40_000_001,
            || true,
            || true,
            |_| false,
        );
        assert_eq!(speed.permits(), 1);
        speed
    };
    let mut speed = trying();
    speed.join(MANY_FILES);
    assert_eq!(speed.permits(), 4);
    let mut speed = trying();
    speed.go_far(start, 1);
    assert_eq!(speed.permits(), 64);
    let mut speed = trying();
    speed.slow_down(start);
    assert_eq!(speed.permits(), 1, "not more than before");
}

#[test]
fn a_burst_and_a_stall_do_not_stop_the_growth() {
    let start = Instant::now();
    let mut speed = Speed::new(64, 64, start);
    // What a server gives to each new connection at once, before it makes it wait.
    let mut bytes = 0;
    let mut served = 0;
    for step in 1..=12 {
        let permits = speed.permits();
        bytes += (permits.saturating_sub(served) as u64) * 8_000_000;
        served = served.max(permits);
        speed.tick(
            start + Duration::from_millis(step * 100),
            bytes,
            || true,
            || true,
            |_| false,
        );
    }
    assert_eq!(speed.permits(), 64);
}

#[test]
fn a_pause_after_a_burst_ends_when_nothing_comes_any_more() {
    let after = |later: f64| {
        let start = Instant::now();
        let mut speed = Speed::new(64, 64, start);
        let mut bytes = 0.0;
        // Twice as many as at first bring a little more: reason enough to keep them, and to pause for a second.
        for window in 1..=16 {
            let rate = match (speed.permits(), window > 9) {
                (_, true) => later,
                (4, false) => 300e6,
                (_, false) => 360e6,
            };
            bytes += rate * 0.05;
            let now = start + Duration::from_millis(window * 50);
            speed.tick(now, bytes as u64, || true, || true, |_| false);
        }
        speed.permits()
    };
    assert_eq!(after(360e6), 8);
    assert_eq!(after(0.0), 64);
}

#[test]
fn a_far_road_gets_all_at_once_unless_the_service_complained() {
    let start = Instant::now();
    let mut speed = Speed::new(64, 64, start);
    speed.go_far(start, 1);
    assert_eq!(speed.permits(), 64);
    speed.slow_down(start);
    speed.go_far(start, 1);
    assert_eq!(speed.permits(), 32);
    speed.limit(4);
    assert_eq!(speed.permits(), 4);
}

#[test]
fn a_far_road_gets_more_for_many_files_than_for_a_few() {
    let start = Instant::now();
    let mut speed = Speed::new(128, 64, start);
    speed.wake(start, 0, 500);
    assert_eq!(speed.permits(), 8);
    speed.go_far(start, 500);
    assert_eq!(speed.permits(), 128);
    speed.wake(start, 0, 1);
    assert_eq!(speed.permits(), 64);
    speed.join(2);
    assert_eq!(speed.permits(), 64);
    speed.join(500);
    assert_eq!(speed.permits(), 128);
    speed.slow_down(start);
    speed.join(500);
    speed.wake(start, 0, 500);
    assert_eq!(speed.permits(), 64, "what the service asks for counts more");
    let mut near = Speed::new(128, 64, start);
    near.join(500);
    assert_eq!(near.permits(), 4);
}

#[test]
fn on_a_far_road_more_are_tried_only_where_each_connection_has_a_limit_of_its_own() {
    let most = |limited: bool| {
        let start = Instant::now();
        let mut speed = Speed::new(128, 64, start);
        speed.wake(start, 0, 1);
        speed.go_far(start, 1);
        let (mut most, mut bytes) = (0, 0);
        for step in 0..400 {
            bytes += 500_000;
            let now = start + Duration::from_millis(step * 50);
            speed.tick(now, bytes, || true, || limited, |_| false);
            most = most.max(speed.permits());
        }
        most
    };
    assert_eq!(most(true), 128);
    assert_eq!(most(false), 64);
}

#[test]
fn what_does_not_help_is_tried_less_and_less_often() {
    let start = Instant::now();
    let mut speed = Speed::new(64, 64, start);
    let mut tried = Vec::new();
    for step in 0..2000_u64 {
        let before = speed.permits();
        let now = start + Duration::from_millis(step * 50);
        speed.tick(now, step * 500_000, || true, || true, |_| false);
        if speed.permits() > before {
            tried.push(step / 20);
        }
    }
    assert_eq!(tried, [0, 5, 15, 36, 76], "seconds");
}

#[test]
fn many_files_begin_with_more_unless_the_service_complained() {
    let start = Instant::now();
    let mut speed = Speed::new(64, 64, start);
    speed.wake(start, 0, 2000);
    assert_eq!(speed.permits(), 8);
    speed.wake(start, 0, 1);
    assert_eq!(speed.permits(), 4);
    speed.go_far(start, 1);
    speed.wake(start, 0, 1);
    assert_eq!(speed.permits(), 64, "it is known that this is far");
    let mut few = Speed::new(2, 64, start);
    few.wake(start, 0, 2000);
    assert_eq!(few.permits(), 2);
    let mut slowed = Speed::new(64, 64, start);
    slowed.slow_down(start);
    slowed.wake(start, 0, 2000);
    assert_eq!(slowed.permits(), 2);
}

#[test]
fn halves_once_for_many_complaints() {
    let start = Instant::now();
    let mut speed = Speed::new(64, 64, start);
    for _ in 0..8 {
        speed.slow_down(start);
    }
    assert_eq!(speed.permits(), 2);
    for second in 1..5 {
        speed.slow_down(start + Duration::from_secs(second));
    }
    assert_eq!(speed.permits(), 2);
}

#[test]
fn grows_again_after_a_complaint() {
    let start = Instant::now();
    let mut speed = Speed::new(64, 64, start);
    speed.slow_down(start);
    let mut bytes = 0.0;
    for step in 1..200 {
        bytes += speed.permits() as f64 * 1e5;
        speed.tick(
            start + Duration::from_millis(step * 50),
            bytes as u64,
            || true,
            || true,
            |_| false,
        );
    }
    assert_eq!(speed.permits(), 64);
}

/// How many connections there are once the first replies for so many files have come after so long.
fn after_replies(files: usize, waits: impl Fn(u64) -> u64) -> usize {
    let start = Instant::now();
    let mut speed = Speed::new(128, 64, start);
    speed.wake(start, 0, files);
    for reply in 1..=8 {
        let waited = Duration::from_micros(waits(reply));
        let more = speed.replied(waited, false, start + waited, reply * 50_000);
        assert_eq!(more, speed.permits() > 8, "said once");
    }
    assert!(!speed.replied(Duration::from_secs(1), false, start, 9));
    speed.permits()
}

#[test]
fn how_long_the_first_replies_take_tells_how_many_small_files_to_wait_for_at_once() {
    assert_eq!(after_replies(500, |_| 3000), 50);
    assert_eq!(after_replies(500, |_| 20_000), 128);
    // One after the other, from a server that does nothing else.
    assert_eq!(after_replies(500, |reply| reply * 900), 8);
    assert_eq!(after_replies(500, |_| 300), 8);
    // The connections there are will be done before others could help.
    assert_eq!(after_replies(47, |_| 3000), 8);
}

#[test]
fn connections_for_waiting_are_taken_back_if_they_do_not_help() {
    let left = |rate: fn(usize) -> u64| {
        let start = Instant::now();
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        let mut speed = Speed::new(128, 64, start);
        speed.wake(start, 0, 500);
        let mut bytes = 0;
        for _ in 0..8 {
            bytes += 50_000;
            speed.replied(Duration::from_millis(4), false, at(8), bytes);
        }
        assert_eq!(speed.permits(), 66);
        for window in 1..=7 {
            bytes += rate(speed.permits()) / 20;
            speed.tick(at(8 + 50 * window), bytes, || true, || true, |_| false);
        }
        speed.permits()
    };
    assert_eq!(left(|_| 100_000_000), 8);
    assert_eq!(left(|connections| connections as u64 * 5_000_000), 66);
}

/// How many connections there are for so many files when the first handshakes take 5 ms, and when the first replies have come after
/// so long.
fn after_handshakes(files: usize, microseconds: u64) -> (usize, usize) {
    let start = Instant::now();
    let mut speed = Speed::new(128, 64, start);
    speed.wake(start, 0, files);
    speed.go_away(Duration::from_millis(5));
    let expected = speed.permits();
    let waited = Duration::from_micros(microseconds);
    for reply in 1..=8 {
        speed.replied(waited, true, start, reply * 50_000);
    }
    (expected, speed.permits())
}

#[test]
fn handshakes_that_are_waited_for_tell_how_many_small_files_to_wait_for_at_once() {
    assert_eq!(after_handshakes(300, 10_000), (77, 77));
    assert_eq!(after_handshakes(30, 10_000), (24, 24));
    assert_eq!(after_handshakes(100, 60_000), (44, 109));
    assert_eq!(after_handshakes(300, 300), (77, 8), "they were just busy");
    assert_eq!(after_handshakes(300, 5_000), (77, 54));
    assert_eq!(after_handshakes(1, 10_000), (4, 4));
}

#[test]
fn what_the_handshakes_told_is_not_tried_anew_at_once() {
    let start = Instant::now();
    let mut speed = Speed::new(128, 64, start);
    speed.wake(start, 0, 300);
    speed.go_away(Duration::from_millis(5));
    for _ in 0..8 {
        speed.replied(Duration::from_millis(10), true, start, 0);
    }
    let mut bytes = 0;
    let mut after = |milliseconds: u64| {
        bytes += speed.permits() as u64 * 10_000;
        let now = start + Duration::from_millis(milliseconds);
        speed.tick(now, bytes, || true, || true, |_| false);
        speed.permits()
    };
    for step in 0..20 {
        assert_eq!(after(step * 50), 77);
    }
    assert_eq!(after(1100), 128);
}

#[test]
fn a_service_that_complains_is_not_asked_by_more_because_it_is_far() {
    let start = Instant::now();
    let mut speed = Speed::new(128, 64, start);
    speed.wake(start, 0, 300);
    speed.slow_down(start);
    speed.go_away(Duration::from_millis(5));
    assert_eq!(speed.permits(), 4);
}

#[test]
fn what_will_be_there_at_once_gets_no_more_connections() {
    let left = |nearly_over: bool| {
        let start = Instant::now();
        let mut speed = Speed::new(64, 64, start);
        speed.tick(start, 1, || true, || true, |_| nearly_over);
        let now = start + Duration::from_millis(50);
        speed.tick(now, 5_000_001, || true, || true, |_| nearly_over);
        speed.permits()
    };
    assert_eq!(left(false), 16);
    assert_eq!(left(true), 4);
}

/// How many connections there are after two seconds of a rate that swings by such a part of it, in the median of 99 and at the most.
fn swinging(swing: f64, rate: impl Fn(usize) -> f64) -> (usize, usize) {
    let mut ends: Vec<usize> = (1..100_u64)
        .map(|seed| {
            let start = Instant::now();
            let mut speed = Speed::new(64, 64, start);
            speed.wake(start, 0, 1);
            let mut random = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let mut bytes = 1.0;
            for step in 0..400 {
                if step % 5 == 0 {
                    random ^= random << 13;
                    random ^= random >> 7;
                    random ^= random << 17;
                }
                let part = (random >> 11) as f64 / (1_u64 << 53) as f64;
                bytes += rate(speed.permits()) * (1.0 + swing * (2.0 * part - 1.0)) * 0.005;
                let now = start + Duration::from_millis(5 * step);
                speed.tick(now, bytes as u64, || true, || true, |_| false);
            }
            speed.permits()
        })
        .collect();
    ends.sort_unstable();
    (ends[49], ends[98])
}

#[test]
fn a_rate_that_swings_does_not_look_as_if_more_connections_helped() {
    // The computer limits, and others use it as well.
    for rate in [3e8, 5e8, 7e8, 9e8, 1.1e9] {
        let (usual, most) = swinging(0.2, |_| rate);
        assert!(usual <= 8 && most <= 16, "{rate}: {usual}, {most}");
    }
    for rate in [9e8, 1.1e9] {
        let (usual, most) = swinging(0.4, |_| rate);
        assert!(usual <= 16 && most <= 16, "{rate}: {usual}, {most}");
    }
    // And where they help, that is seen in spite of it.
    for rate in [1e6, 8e6] {
        let (usual, most) = swinging(0.4, |connections| connections as f64 * rate);
        assert_eq!((usual, most), (64, 64));
    }
    let (usual, _) = swinging(0.4, |connections| connections as f64 * 8e7);
    assert!((12..=32).contains(&usual), "{usual}");
}
