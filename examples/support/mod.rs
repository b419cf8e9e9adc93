//! What the examples share: progress bars and a table of results.

use std::time::Duration;

use apsfetch::{Job, JobState, Verification};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// Draws a bar for each file, and one for all of them, until the job is over.
pub(crate) fn show_progress(
    job: &Job,
    names: &[String],
) -> Result<(), indicatif::style::TemplateError> {
    let style = ProgressStyle::with_template(
        "{msg:<29} [{bar:28.cyan/blue}] {bytes:>11} of {total_bytes:<11} {bytes_per_sec:>13}",
    )?
    .progress_chars("#>-");
    let bars = MultiProgress::new();
    let add = |name: &str| {
        let bar = bars.add(ProgressBar::no_length().with_style(style.clone()));
        bar.set_message(name.to_owned());
        bar
    };
    let items: Vec<ProgressBar> = names.iter().map(|name| add(name)).collect();
    let all = add("all");
    loop {
        let finished = job.wait(Duration::from_millis(50));
        for (index, bar) in items.iter().enumerate() {
            if let Some(item) = job.item_progress(index) {
                if let Some(size) = item.bytes_total {
                    bar.set_length(size);
                }
                bar.set_position(item.bytes_done);
                if item.finished && !bar.is_finished() {
                    bar.abandon();
                }
            }
        }
        let progress = job.progress();
        // A bar of nothing would be a full one.
        if progress.bytes_total > 0 {
            all.set_length(progress.bytes_total);
        }
        all.set_position(progress.bytes_done);
        if progress.state == JobState::WaitingForToken {
            all.set_message("waiting for a token");
        } else {
            all.set_message(format!(
                "{} of {} files, {} connections",
                progress.items_finished, progress.items_total, progress.connections
            ));
        }
        if finished {
            all.abandon();
            return Ok(());
        }
    }
}

/// Prints a line for each item. Whether all were downloaded.
pub(crate) fn print_results(job: &Job) -> bool {
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
