//! The fault language: rules that say which requests go wrong, and how.

mod plan;
mod rule;

pub(crate) use plan::{BodyFaults, Cut, Plan};
pub use rule::{Fault, Match, Rule};

use crate::server::Call;

/// A rule and how often it has been met.
struct Counted {
    id: u64,
    rule: Rule,
    matched: u64,
    applied: u64,
}

/// The rules in force, in the order they were given.
#[derive(Default)]
pub(crate) struct Faults {
    rules: Vec<Counted>,
    last_id: u64,
}

impl Faults {
    pub(crate) fn add(&mut self, rule: Rule) -> u64 {
        self.last_id += 1;
        self.rules.push(Counted {
            id: self.last_id,
            rule,
            matched: 0,
            applied: 0,
        });
        self.last_id
    }

    /// True when there was such a rule.
    pub(crate) fn remove(&mut self, id: u64) -> bool {
        let before = self.rules.len();
        self.rules.retain(|rule| rule.id != id);
        self.rules.len() != before
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }

    /// How often a rule was applied.
    pub(crate) fn applied(&self, id: u64) -> Option<u64> {
        self.rules
            .iter()
            .find(|rule| rule.id == id)
            .map(|rule| rule.applied)
    }

    pub(crate) fn list(&self) -> serde_json::Value {
        let rules = self.rules.iter().map(|counted| {
            serde_json::json!({
                "id": counted.id, "rule": counted.rule, "matched": counted.matched, "applied": counted.applied,
            })
        });
        rules.collect()
    }

    /// What shall go wrong with this request: every matching rule adds its fault.
    pub(crate) fn plan(&mut self, call: &Call) -> Plan {
        let mut plan = Plan::default();
        for counted in &mut self.rules {
            if !counted.rule.matching.covers(call) {
                continue;
            }
            counted.matched += 1;
            if counted
                .rule
                .matching
                .is_turn(counted.matched, counted.applied)
            {
                counted.applied += 1;
                plan.add(&counted.rule.fault);
            }
        }
        plan
    }
}
