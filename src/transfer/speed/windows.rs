//! What the last windows brought, with this number of connections and with the one before.

/// So many windows tell a rate that swings.
const RECENT: usize = 3;
/// Rates that differ by less than this part have no reason to.
const STEADY: f64 = 0.1;

/// Another number of connections than before.
pub(super) struct Step {
    pub(super) rate_before: f64,
    pub(super) permits_before: usize,
    /// How many are worth having was known.
    pub(super) weighed: bool,
    pub(super) windows: u32,
    /// The rates of all windows but the first, added up.
    rates: f64,
}

impl Step {
    pub(super) fn new(rate_before: f64, permits_before: usize) -> Self {
        Step {
            rate_before,
            permits_before,
            weighed: false,
            windows: 0,
            rates: 0.0,
        }
    }

    /// To a number that is known to be worth having.
    pub(super) fn weighed(rate_before: f64, permits_before: usize) -> Self {
        Step {
            weighed: true,
            ..Step::new(rate_before, permits_before)
        }
    }

    pub(super) fn note(&mut self, rate: f64) {
        self.windows = self.windows.saturating_add(1);
        self.rates += if self.windows > 1 { rate } else { 0.0 };
    }

    pub(super) fn average(&self) -> f64 {
        self.rates / f64::from(self.windows.saturating_sub(1).max(1))
    }
}

/// The rates of the last windows with the same number of connections. A single one says little: where others use the computer
/// as well, it swings by a third, and whoever compares with one of the low ones finds that everything helps.
#[derive(Default)]
pub(super) struct Recent {
    permits: usize,
    rates: [f64; RECENT],
    count: usize,
}

impl Recent {
    pub(super) fn note(&mut self, rate: f64, permits: usize) {
        if self.permits != permits {
            (self.permits, self.count) = (permits, 0);
        }
        self.rates.rotate_right(1);
        if let Some(latest) = self.rates.first_mut() {
            *latest = rate;
        }
        self.count = self.count.saturating_add(1).min(RECENT);
    }

    pub(super) fn average(&self) -> f64 {
        self.rates.iter().take(self.count).sum::<f64>() / self.count.max(1) as f64
    }

    pub(super) fn is_full(&self) -> bool {
        self.count >= RECENT
    }

    /// The last two brought nothing.
    pub(super) fn is_nothing(&self) -> bool {
        let [last, before, ..] = self.rates;
        self.count > 1 && last + before <= 0.0
    }

    /// The last two hardly differ.
    pub(super) fn is_steady(&self) -> bool {
        let [last, before, ..] = self.rates;
        self.count > 1 && (last - before).abs() < last * STEADY
    }
}
