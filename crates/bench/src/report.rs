//! The result: a table for people, one JSON value for programs.

use serde::Serialize;

use crate::{ledger::Difference, load::Outcome, machine::Machine};

/// What one run of one side showed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Run {
    /// What was counted.
    pub(crate) count: u64,
    /// How many of it in a second.
    pub(crate) rate: f64,
    /// Half of it took no longer.
    pub(crate) p50_ms: Option<f64>,
    /// All but a hundredth of it took no longer.
    pub(crate) p99_ms: Option<f64>,
}

impl From<&Outcome> for Run {
    fn from(outcome: &Outcome) -> Self {
        let latencies = &outcome.latencies;
        let within = |share| (latencies.count() > 0).then(|| latencies.percentile_ms(share));
        Self {
            count: outcome.count,
            rate: rounded(outcome.rate()),
            p50_ms: within(0.5),
            p99_ms: within(0.99),
        }
    }
}

/// One line of the table: the medians of the runs, and the runs.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Line {
    scenario: String,
    connections: usize,
    rate: f64,
    p50_ms: Option<f64>,
    p99_ms: Option<f64>,
    /// What the server is compared with, `floor` or `empty`, where there is something.
    beside: Option<&'static str>,
    beside_rate: Option<f64>,
    beside_p99_ms: Option<f64>,
    /// How many times as fast the other is.
    ratio: Option<f64>,
    lost: u64,
    doubled: u64,
    holes: u64,
    memory_mib: Option<f64>,
    runs: Vec<Run>,
    beside_runs: Vec<Run>,
    figures: Vec<Figure>,
}

/// A figure that has no column: its name with the unit, and its value.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Figure {
    pub(crate) name: &'static str,
    pub(crate) value: f64,
}

/// What a line is compared with.
pub(crate) struct Beside {
    /// `floor`, or `empty` for a database without messages.
    pub(crate) name: &'static str,
    /// Its runs, of the same minutes.
    pub(crate) runs: Vec<Run>,
}

/// What a line says of the server.
pub(crate) struct Measured {
    /// The scenario, and which part of it.
    pub(crate) scenario: String,
    /// How many asked at the same time.
    pub(crate) connections: usize,
    /// The runs.
    pub(crate) runs: Vec<Run>,
    /// What the ledger says.
    pub(crate) difference: Difference,
    /// Resident memory at the end.
    pub(crate) memory_mib: Option<f64>,
}

impl Line {
    pub(crate) fn new(measured: Measured, beside: Option<Beside>) -> Self {
        let rate = median_rate(&measured.runs).unwrap_or(0.0);
        let beside_rate = beside.as_ref().and_then(|beside| median_rate(&beside.runs));
        Self {
            scenario: measured.scenario,
            connections: measured.connections,
            rate,
            p50_ms: median(measured.runs.iter().filter_map(|run| run.p50_ms)),
            p99_ms: median(measured.runs.iter().filter_map(|run| run.p99_ms)),
            beside: beside.as_ref().map(|beside| beside.name),
            beside_rate,
            beside_p99_ms: beside
                .as_ref()
                .and_then(|beside| median(beside.runs.iter().filter_map(|run| run.p99_ms))),
            ratio: beside_rate
                .filter(|_| rate > 0.0)
                .map(|other| hundredths(other / rate)),
            lost: measured.difference.lost,
            doubled: measured.difference.doubled,
            holes: measured.difference.holes,
            memory_mib: measured.memory_mib.map(rounded),
            runs: measured.runs,
            beside_runs: beside.map(|beside| beside.runs).unwrap_or_default(),
            figures: Vec::new(),
        }
    }

    /// With a figure that has no column.
    pub(crate) fn with(mut self, name: &'static str, value: f64) -> Self {
        self.figures.push(Figure {
            name,
            value: hundredths(value),
        });
        self
    }

    /// Whether nothing was lost, doubled or misplaced.
    pub(crate) fn is_whole(&self) -> bool {
        self.lost + self.doubled + self.holes == 0
    }
}

fn median_rate(runs: &[Run]) -> Option<f64> {
    median(runs.iter().map(|run| run.rate))
}

/// The whole result.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report {
    pub(crate) version: &'static str,
    pub(crate) date: String,
    pub(crate) command: String,
    pub(crate) machine: Machine,
    pub(crate) rounds: u32,
    pub(crate) seconds: u64,
    pub(crate) lines: Vec<Line>,
}

/// The columns of the table; those of words come first.
const COLUMNS: [&str; 11] = [
    "scenario",
    "beside",
    "connections",
    "per second",
    "p50 ms",
    "p99 ms",
    "beside/s",
    "beside p99",
    "ratio",
    "lost+doubled",
    "MiB",
];

/// Columns that are words, to the left.
const WORDS: usize = 2;

impl Report {
    /// The result as one JSON value.
    pub(crate) fn json(&self) -> String {
        serde_json::to_string(self).expect("a report has no maps with keys other than text")
    }

    /// The result as a table of plain text.
    pub(crate) fn table(&self) -> String {
        let Machine {
            cores,
            processor,
            memory_mib,
            kernel,
            filesystem,
        } = &self.machine;
        let rows: Vec<[String; COLUMNS.len()]> = std::iter::once(COLUMNS.map(str::to_owned))
            .chain(self.lines.iter().map(cells))
            .collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
        let widths: Vec<usize> = (0..COLUMNS.len())
            .map(|column| width(column).unwrap_or(0))
            .collect();
        let mut text = format!(
            "parlour {} on {}: {}\n{cores} cores of {processor}, {memory_mib} MiB, Linux {kernel}, data on {filesystem}\n\
             median of {} x {} s\n\n",
            self.version, self.date, self.command, self.rounds, self.seconds
        );
        for row in &rows {
            let padded = row
                .iter()
                .zip(&widths)
                .enumerate()
                .map(|(column, (cell, width))| {
                    if column < WORDS {
                        format!("{cell:<width$}")
                    } else {
                        format!("{cell:>width$}")
                    }
                });
            text.push_str(padded.collect::<Vec<_>>().join("  ").trim_end());
            text.push('\n');
        }
        for line in self.lines.iter().filter(|line| !line.figures.is_empty()) {
            let figures = line.figures.iter();
            let figures = figures.map(|figure| format!("{} {}", figure.name, figure.value));
            let figures = figures.collect::<Vec<_>>().join(", ");
            text.push_str(&format!("\n{}: {figures}", line.scenario));
        }
        if !text.ends_with('\n') {
            text.push('\n');
        }
        text
    }

    /// What must not be, in one line; none where everything that was acknowledged is there once.
    pub(crate) fn failure(&self) -> Option<String> {
        let broken: Vec<_> = self.lines.iter().filter(|line| !line.is_whole()).collect();
        let said = broken.iter().map(|line| {
            format!(
                "{} at {}: {} lost, {} doubled, {} holes",
                line.scenario, line.connections, line.lost, line.doubled, line.holes
            )
        });
        (!broken.is_empty()).then(|| said.collect::<Vec<_>>().join("; "))
    }
}

fn cells(line: &Line) -> [String; COLUMNS.len()] {
    let number = |number: Option<f64>, decimals: usize| {
        number.map_or("-".to_owned(), |number| format!("{number:.decimals$}"))
    };
    [
        line.scenario.clone(),
        line.beside.unwrap_or("-").to_owned(),
        line.connections.to_string(),
        number(Some(line.rate), 0),
        number(line.p50_ms, 2),
        number(line.p99_ms, 2),
        number(line.beside_rate, 0),
        number(line.beside_p99_ms, 2),
        number(line.ratio, 2),
        format!("{}+{}", line.lost + line.holes, line.doubled),
        number(line.memory_mib, 0),
    ]
}

/// The middle one, or the mean of the two in the middle; none of none.
fn median(numbers: impl Iterator<Item = f64>) -> Option<f64> {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_unstable_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    match numbers.len() {
        0 => None,
        length if length % 2 == 1 => Some(numbers[middle]),
        _ => Some((numbers[middle - 1] + numbers[middle]) / 2.0),
    }
}

fn rounded(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

fn hundredths(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn run(rate: f64, p99_ms: f64) -> Run {
        Run {
            count: 1_000,
            rate,
            p50_ms: Some(p99_ms / 4.0),
            p99_ms: Some(p99_ms),
        }
    }

    fn line(name: &str, difference: Difference) -> Line {
        let measured = Measured {
            scenario: name.to_owned(),
            connections: 64,
            runs: vec![run(9_000.0, 20.0), run(12_000.0, 16.0), run(10_000.0, 28.0)],
            difference,
            memory_mib: Some(41.26),
        };
        let beside = Beside {
            name: "floor",
            runs: vec![
                run(24_000.0, 10.0),
                run(20_000.0, 12.0),
                run(25_000.0, 11.0),
            ],
        };
        Line::new(measured, Some(beside))
    }

    fn report(lines: Vec<Line>) -> Report {
        Report {
            version: "0.1.0",
            date: "2026-11-22".to_owned(),
            command: "parlour bench send".to_owned(),
            machine: Machine {
                cores: 2,
                processor: "CPU".to_owned(),
                memory_mib: 4_096,
                kernel: "6.1".to_owned(),
                filesystem: "ext4".to_owned(),
            },
            rounds: 3,
            seconds: 5,
            lines,
        }
    }

    #[test]
    fn medians_are_the_middle_of_the_runs() {
        assert_eq!(median([3.0, 1.0, 2.0].into_iter()), Some(2.0));
        assert_eq!(median([4.0, 1.0].into_iter()), Some(2.5));
        assert_eq!(median(std::iter::empty()), None);
    }

    #[test]
    fn the_table_has_the_medians_in_columns() {
        let alone = Measured {
            scenario: "ping".to_owned(),
            connections: 1,
            runs: vec![run(500.0, 1.0)],
            difference: Difference::default(),
            memory_mib: None,
        };
        let report = report(vec![
            line("send", Difference::default()),
            Line::new(alone, None),
        ]);
        let expected = "\
parlour 0.1.0 on 2026-11-22: parlour bench send
2 cores of CPU, 4096 MiB, Linux 6.1, data on ext4
median of 3 x 5 s

scenario  beside  connections  per second  p50 ms  p99 ms  beside/s  beside p99  ratio  lost+doubled  MiB
send      floor            64       10000    5.00   20.00     24000       11.00   2.40           0+0   41
ping      -                 1         500    0.25    1.00         -           -      -           0+0    -
";
        assert_eq!(report.table(), expected);
        assert_eq!(report.failure(), None);
    }

    #[test]
    fn the_json_has_every_figure() {
        let report = report(vec![line("send", Difference::default())]);
        let json: Value = serde_json::from_str(&report.json()).expect("JSON");
        assert_eq!(json["machine"]["memoryMib"], 4_096);
        assert_eq!(json["rounds"], 3);
        let line = &json["lines"][0];
        let figures = json!([
            line["scenario"],
            line["connections"],
            line["rate"],
            line["p50Ms"],
            line["p99Ms"],
            line["beside"],
            line["besideRate"],
            line["besideP99Ms"],
            line["ratio"],
            line["lost"],
            line["doubled"],
            line["holes"],
            line["memoryMib"]
        ]);
        assert_eq!(
            figures,
            json!([
                "send", 64, 10_000.0, 5.0, 20.0, "floor", 24_000.0, 11.0, 2.4, 0, 0, 0, 41.3
            ])
        );
        assert_eq!(
            line["runs"][1],
            json!({"count": 1_000, "rate": 12_000.0, "p50Ms": 4.0, "p99Ms": 16.0})
        );
        assert_eq!(line["besideRuns"].as_array().map(Vec::len), Some(3));
    }

    #[test]
    fn what_was_lost_or_doubled_fails_the_bench() {
        let broken = Difference {
            lost: 1,
            doubled: 2,
            holes: 3,
        };
        let report = report(vec![
            line("ping", Difference::default()),
            line("send", broken),
        ]);
        assert_eq!(
            report.failure().as_deref(),
            Some("send at 64: 1 lost, 2 doubled, 3 holes")
        );
        assert!(report.table().contains("4+2"), "{}", report.table());
    }
}
