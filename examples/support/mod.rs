//! What the examples share: progress bars and a table of results.

use std::time::Duration;

use apsfetch::{Job, JobState, Verification};
use indicatif::{ProgressBar, ProgressStyle};

/// Draws progress bars until the job is over.
pub fn show_progress(job: &Job) -> Result<(), indicatif::style::TemplateError> {
    let style = "{msg:>10} [{bar:40.cyan/blue}] {bytes:>11} of {total_bytes:<11} {bytes_per_sec:>13}";
    let bar = ProgressBar::new(0)
        .with_style(ProgressStyle::with_template(style)?.progress_chars("█▉▊▋▌▍▎▏ "));
    loop {
        let finished = job.wait(Duration::from_millis(50));
        let progress = job.progress();
        bar.set_length(progress.bytes_total);
        bar.set_position(progress.bytes_done);
        bar.set_message(match progress.state {
            JobState::WaitingForToken => "token?".to_owned(),
            _ => format!("{}/{} files", progress.items_finished, progress.items_total),
        });
        if finished {
            bar.finish();
            return Ok(());
        }
    }
}

/// Prints a line for each item. Whether all were downloaded.
pub fn print_results(job: &Job) -> bool {
    println!(
        "\n{:<28} {:>13} {:>6} {:>8}  verified by",
        "file", "bytes", "parts", "MB/s"
    );
    let mut all_good = true;
    for result in job.results() {
        match result {
            Ok(item) => {
                let name = item
                    .path
                    .as_deref()
                    .and_then(|path| path.file_name())
                    .map_or_else(|| "in memory".to_owned(), |name| name.display().to_string());
                let seconds = item.elapsed.as_secs_f64().max(1e-6);
                println!(
                    "{name:<28} {:>13} {:>6} {:>8.1}  {}",
                    item.bytes,
                    item.parts,
                    item.bytes as f64 / 1e6 / seconds,
                    match item.verification {
                        Verification::Sha1 => "size, version and SHA-1",
                        Verification::Size => "size and version",
                        _ => "nothing: it was there already",
                    }
                );
            }
            Err(error) => {
                all_good = false;
                println!("FAILED: {error}");
            }
        }
    }
    all_good
}
