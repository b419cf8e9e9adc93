//! How the connections are shared by the jobs: evenly by number, and evened out by what each job has got with them.
//!
//! Connections differ, and three of them cannot be halved. So whoever is behind gets one more, until it is ahead.

/// A lead below this, in bytes, is not worth a broken connection.
const SMALLEST_LEAD: u64 = 4 * 1024 * 1024;
/// Nor is one below this part of what a job has got: a thirty-second is 3 %.
const PART: u64 = 32;

/// One job among those that share.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sharer {
    /// Bytes it has got, counted from what the others had when it came.
    pub(super) served: u64,
    /// What it was given last.
    pub(super) share: usize,
}

/// What each job may have of `permits` connections; one at the least.
pub(super) fn shares(permits: usize, jobs: &[Sharer]) -> Vec<usize> {
    let count = jobs.len().max(1);
    let even = permits.checked_div(count).unwrap_or(permits).max(1);
    let mut left = permits.saturating_sub(even.saturating_mul(count));
    let mut shares = vec![even; jobs.len()];
    // Those behind come first. Within a lead that does not matter, whoever has more already keeps it.
    let mut order: Vec<usize> = (0..jobs.len()).collect();
    let most = jobs.iter().map(|job| job.served).max().unwrap_or(0);
    let least = jobs.iter().map(|job| job.served).min().unwrap_or(0);
    let lead = most.saturating_sub(least);
    let matters = lead > SMALLEST_LEAD.max(least / PART);
    order.sort_by_key(|index| {
        jobs.get(*index).map(|job| match matters {
            true => (job.served, 0),
            false => (0, usize::MAX.saturating_sub(job.share)),
        })
    });
    for index in &order {
        if left == 0 {
            break;
        }
        if let Some(share) = shares.get_mut(*index) {
            *share = share.saturating_add(1);
            left = left.saturating_sub(1);
        }
    }
    // An even number for each, and yet one is ahead: its connections are the better ones.
    if let (true, Some(first), Some(last)) = (matters, order.first(), order.last())
        && permits.is_multiple_of(count)
        && even > 1
    {
        if let Some(share) = shares.get_mut(*first) {
            *share = share.saturating_add(1);
        }
        if let Some(share) = shares.get_mut(*last) {
            *share = share.saturating_sub(1);
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    fn jobs(served: &[u64]) -> Vec<Sharer> {
        let job = |served: &u64| Sharer {
            served: *served,
            share: 0,
        };
        served.iter().map(job).collect()
    }

    #[test]
    fn each_gets_the_same_and_nobody_nothing() {
        assert_eq!(shares(8, &jobs(&[0, 0])), [4, 4]);
        assert_eq!(shares(2, &jobs(&[0, 0, 0])), [1, 1, 1]);
        assert_eq!(shares(7, &jobs(&[0])), [7]);
        assert_eq!(shares(8, &jobs(&[100 * MIB, 0])), [3, 5]);
        assert_eq!(shares(3, &jobs(&[100 * MIB, 0])), [1, 2]);
        assert!(shares(3, &[]).is_empty());
    }

    #[test]
    fn what_does_not_matter_changes_nothing() {
        let mut two = jobs(&[MIB, 2 * MIB]);
        two[1].share = 2;
        assert_eq!(shares(3, &two), [1, 2]);
        two[0].share = 3;
        assert_eq!(shares(3, &two), [2, 1]);
    }

    /// Jobs of one size that begin together, on connections that make so many bytes in a step. How much each has when the
    /// first one ends, and how often a connection changed hands.
    fn run(permits: usize, speeds: &[u64], size: u64) -> (Vec<u64>, usize) {
        let mut sharers = jobs(&vec![0; speeds.len()]);
        let mut changes = 0;
        loop {
            let now = shares(permits, &sharers);
            for ((job, share), speed) in sharers.iter_mut().zip(now).zip(speeds) {
                changes += job.share.abs_diff(share);
                job.share = share;
                job.served += share as u64 * speed;
            }
            if sharers.iter().any(|job| job.served >= size) {
                return (sharers.iter().map(|job| job.served).collect(), changes);
            }
        }
    }

    #[test]
    fn jobs_that_begin_together_are_close_at_the_end() {
        for permits in 1..=32 {
            for speeds in [&[MIB, MIB][..], &[MIB, MIB, MIB], &[MIB, MIB * 9 / 10]] {
                let (served, changes) = run(permits, speeds, 1024 * MIB);
                let (most, least) = (served.iter().max().unwrap(), served.iter().min().unwrap());
                assert!(least * 100 >= most * 89, "{permits} {speeds:?}: {served:?}");
                assert!(changes <= 200, "{permits} {speeds:?}: {changes} changes");
            }
        }
    }
}
