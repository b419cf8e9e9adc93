//! A case as a picture: a bar for each contestant, the fastest first, with its slowest and its fastest round.

use std::fmt::Write as _;

use super::{Entry, Measured};
use crate::contestants::Setup;

const WIDTH: f64 = 860.0;
/// Where bars begin and where the longest ends.
const LEFT: f64 = 290.0;
const RIGHT: f64 = 730.0;
const TOP: f64 = 78.0;
const STEP: f64 = 22.0;

impl Measured {
    pub(crate) fn plot(&self) -> String {
        let mut bars: Vec<(&Entry, [f64; 3])> = self
            .entries
            .iter()
            .filter_map(|entry| {
                let seconds = entry.spread(|cost| cost.seconds)?;
                let speeds = [seconds.most, seconds.median, seconds.least];
                Some((entry, speeds.map(|seconds| self.speed(seconds))))
            })
            .collect();
        bars.sort_by(|(_, one), (_, other)| other[1].total_cmp(&one[1]));
        let most = bars.iter().map(|(_, speeds)| speeds[2]).fold(1.0, f64::max);
        let height = TOP + STEP * bars.len() as f64 + 24.0;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
             font-family=\"system-ui, -apple-system, Segoe UI, sans-serif\" font-size=\"13\" fill=\"#1f2933\" role=\"img\">\n\
             <title>{title}</title>\n\
             <rect x=\"1\" y=\"1\" width=\"{}\" height=\"{}\" rx=\"10\" fill=\"#fbfcfd\" stroke=\"#cbd2d9\"/>\n\
             <text x=\"24\" y=\"32\" font-size=\"16\" font-weight=\"600\">{title}</text>\n",
            WIDTH - 2.0,
            height - 2.0,
            title = escaped(&format!("({}) {}, in {}", self.id, self.title, self.unit())),
        );
        legend(&mut svg);
        let scale = (RIGHT - LEFT) / most;
        for (number, (entry, [least, median, best])) in bars.iter().enumerate() {
            let top = TOP + STEP * number as f64;
            let middle = top + 7.0;
            let weight = match entry.setup {
                Setup::Ours => " font-weight=\"600\"",
                _ => "",
            };
            let _ = writeln!(
                svg,
                "<text x=\"{}\" y=\"{}\" text-anchor=\"end\"{weight}>{}</text>\n\
                 <rect x=\"{LEFT}\" y=\"{top}\" width=\"{:.1}\" height=\"14\" rx=\"2\" fill=\"{}\"/>\n\
                 <path d=\"M{:.1} {middle}H{:.1}\" stroke=\"#1f2933\" stroke-width=\"1.2\"/>\n\
                 <text x=\"{:.1}\" y=\"{}\"{weight}>{}</text>",
                LEFT - 10.0,
                top + 12.0,
                escaped(&entry.name),
                median * scale,
                colour(entry.setup),
                LEFT + least * scale,
                LEFT + best * scale,
                LEFT + best.max(*median) * scale + 8.0,
                top + 12.0,
                number_text(*median),
            );
        }
        svg.push_str("</svg>\n");
        svg
    }

    /// What the bars are: files where there are many, bytes otherwise.
    fn speed(&self, seconds: f64) -> f64 {
        match self.files {
            1 => self.bytes as f64 / 1e6 / seconds,
            files => files as f64 / seconds,
        }
    }

    fn unit(&self) -> &'static str {
        match self.files {
            1 => "MB/s",
            _ => "files/s",
        }
    }
}

fn legend(svg: &mut String) {
    let entries = [
        (Setup::Ours, "this library, default settings"),
        (Setup::Defaults, "others, default settings"),
        (Setup::ByHand, "others, connections set by hand"),
        (Setup::Floor, "what the machine can do"),
    ];
    let mut left = 24.0;
    for (setup, text) in entries {
        let _ = writeln!(
            svg,
            "<rect x=\"{left}\" y=\"45\" width=\"12\" height=\"12\" rx=\"2\" fill=\"{}\"/>\n\
             <text x=\"{}\" y=\"55\" font-size=\"12\">{text}</text>",
            colour(setup),
            left + 18.0,
        );
        left += 34.0 + 6.3 * text.len() as f64;
    }
}

fn colour(setup: Setup) -> &'static str {
    match setup {
        Setup::Ours => "#2563eb",
        Setup::Defaults => "#9aa5b1",
        Setup::ByHand => "#d6b656",
        Setup::Floor => "#cbd2d9",
    }
}

fn number_text(value: f64) -> String {
    match value {
        value if value < 10.0 => format!("{value:.1}"),
        value => format!("{value:.0}"),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use crate::contestants::Setup;
    use crate::process::Cost;
    use crate::report::{Entry, Measured, Run};

    #[test]
    fn the_fastest_comes_first_and_failures_have_no_bar() {
        let entry = |name: &str, setup, seconds, fault: Option<&str>| Entry {
            name: name.to_owned(),
            family: name.to_owned(),
            setup,
            runs: vec![Run {
                cost: Some(Cost {
                    seconds,
                    cpu_seconds: 1.0,
                    peak_bytes: 1,
                }),
                fault: fault.map(str::to_owned),
                road_cpu_seconds: None,
                load: 0.0,
            }],
        };
        let case = Measured {
            id: "x".to_owned(),
            title: "a < b & c".to_owned(),
            when: String::new(),
            limit: String::new(),
            size_told: false,
            bytes: 1_000_000_000,
            files: 1,
            entries: vec![
                entry("slow", Setup::Defaults, 4.0, None),
                entry("ours", Setup::Ours, 2.0, None),
                entry("wrong", Setup::Defaults, 1.0, Some("wrong bytes")),
            ],
        };
        let svg = case.plot();
        assert!(
            svg.contains("<title>(x) a &lt; b &amp; c, in MB/s</title>"),
            "{svg}"
        );
        assert!(svg.find(">ours<").unwrap() < svg.find(">slow<").unwrap());
        assert!(svg.contains(">500<") && svg.contains(">250<") && !svg.contains("wrong"));
        assert_eq!(svg.matches("<rect").count(), 1 + 4 + 2);
    }
}
