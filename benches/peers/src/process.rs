//! A contestant's process: how long it took, and what it cost.

use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

/// What a contestant took.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Cost {
    pub(crate) seconds: f64,
    pub(crate) cpu_seconds: f64,
    /// Peak memory of its largest process.
    pub(crate) peak_bytes: u64,
}

/// What a contestant that runs in an interpreter prints in its last line: its costs without those of its start.
#[derive(Deserialize)]
struct OwnWords {
    seconds: f64,
    cpu_seconds: f64,
}

/// Gives this program and all it starts a priority, so that others on the machine disturb less.
pub(crate) fn come_first(nice: Option<i32>) {
    // SAFETY: takes no pointers and cannot fail.
    let root = unsafe { libc::geteuid() } == 0;
    let Some(nice) = nice.or(root.then_some(-10)) else {
        return;
    };
    // SAFETY: these take no pointers. A session of our own is a scheduling group of our own, where the kernel makes
    // such groups: priorities of processes count within a group only.
    let refused = unsafe {
        libc::setsid();
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGTERM);
        libc::setpriority(libc::PRIO_PROCESS, 0, nice) != 0
    };
    if refused {
        eprintln!(
            "the priority stays as it is: {}",
            io::Error::last_os_error()
        );
    }
    // Not there in every kernel.
    let _ = std::fs::write("/proc/self/autogroup", nice.to_string());
}

/// Puts the calling thread before what `come_first` put first. Where that was not done, or is not allowed, nothing happens.
pub(crate) fn this_thread_comes_first() {
    // SAFETY: these take no pointers. On Linux the number 0 is the calling thread.
    unsafe {
        if libc::getpriority(libc::PRIO_PROCESS, 0) < 0 {
            libc::setpriority(libc::PRIO_PROCESS, 0, -20);
        }
    }
}

/// What this command starts does not outlive us, also if we are killed.
pub(crate) fn end_with_us(command: &mut Command) {
    // SAFETY: one system call, which may be made between fork and exec.
    unsafe {
        command.pre_exec(|| {
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGTERM);
            Ok(())
        });
    }
}

/// Runs to the end, or for no longer than the limit. What it prints goes to files in the folder.
pub(crate) fn run(command: &mut Command, folder: &Path, limit: Duration) -> Result<Cost> {
    let (output, errors) = (folder.join("stdout"), folder.join("stderr"));
    command
        .stdin(Stdio::null())
        .stdout(File::create(&output)?)
        .stderr(File::create(&errors)?)
        // A group of its own, so that all it started can be ended with it.
        .process_group(0);
    end_with_us(command);
    let shown = command.get_program().to_string_lossy().into_owned();
    let begun = Instant::now();
    // Not waited for by `Child`, which knows no rusage.
    let process = command
        .spawn()
        .with_context(|| format!("starting {shown}"))?
        .id() as libc::pid_t;
    let in_time = wait(process, limit);
    if !matches!(in_time, Ok(true)) {
        // SAFETY: takes no pointers; the group is that of our own child, which nobody has waited for yet.
        unsafe { libc::kill(-process, libc::SIGKILL) };
    }
    let mut status = 0;
    // SAFETY: a plain structure for which zeroes are valid.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are to our own variables.
    let waited = unsafe { libc::wait4(process, &mut status, 0, &mut usage) };
    let seconds = begun.elapsed().as_secs_f64();
    if waited != process {
        return Err(io::Error::last_os_error()).context("wait4");
    }
    if !in_time? {
        bail!("took longer than {} s", limit.as_secs());
    }
    if !(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0) {
        let words = std::fs::read(&errors).unwrap_or_default();
        let words = String::from_utf8_lossy(&words);
        let last = words.trim().lines().last().unwrap_or("it said nothing");
        let last: String = last.chars().take(200).collect();
        match libc::WIFEXITED(status) {
            true => bail!("ended with {}: {last}", libc::WEXITSTATUS(status)),
            false => bail!("ended by signal {}: {last}", libc::WTERMSIG(status)),
        }
    }
    let cpu = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    let cost = Cost {
        seconds,
        cpu_seconds: cpu(usage.ru_utime) + cpu(usage.ru_stime),
        peak_bytes: usage.ru_maxrss as u64 * 1024,
    };
    let printed = std::fs::read(&output).unwrap_or_default();
    let printed = String::from_utf8_lossy(&printed);
    let own = printed.trim().lines().last().unwrap_or_default();
    Ok(match serde_json::from_str::<OwnWords>(own) {
        Ok(own) => Cost {
            seconds: own.seconds,
            cpu_seconds: own.cpu_seconds,
            ..cost
        },
        Err(_) => cost,
    })
}

/// Whether it ended in time.
fn wait(process: libc::pid_t, limit: Duration) -> Result<bool> {
    // SAFETY: takes no pointers.
    let number = unsafe { libc::syscall(libc::SYS_pidfd_open, process, 0) };
    if number < 0 {
        return Err(io::Error::last_os_error()).context("pidfd_open");
    }
    // SAFETY: the kernel has just made it, and nobody else knows it.
    let descriptor = unsafe { OwnedFd::from_raw_fd(number as i32) };
    let mut entry = libc::pollfd {
        fd: descriptor.as_raw_fd(),
        events: libc::POLLIN,
        revents: 0,
    };
    let end = Instant::now() + limit;
    loop {
        let left = end.saturating_duration_since(Instant::now());
        let milliseconds = i32::try_from(left.as_millis()).unwrap_or(i32::MAX);
        // SAFETY: one entry, which lives during the call.
        match unsafe { libc::poll(&mut entry, 1, milliseconds) } {
            0 => return Ok(false),
            1.. => return Ok(true),
            _ if io::Error::last_os_error().kind() == io::ErrorKind::Interrupted => {}
            _ => return Err(io::Error::last_os_error()).context("poll"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, limit: Duration) -> Result<Cost> {
        let folder = tempfile::tempdir().unwrap();
        run(
            Command::new("sh").args(["-c", script]),
            folder.path(),
            limit,
        )
    }

    #[test]
    fn costs_are_those_of_the_child_and_its_own_words_come_first() {
        let plain = shell("exit 0", Duration::from_secs(20)).unwrap();
        assert!(plain.seconds > 0.0 && plain.seconds < 20.0 && plain.peak_bytes > 0);
        let script = r#"echo hello; echo '{"seconds": 7.5, "cpu_seconds": 2.5}'"#;
        let own = shell(script, Duration::from_secs(20)).unwrap();
        assert_eq!((own.seconds, own.cpu_seconds), (7.5, 2.5));
    }

    #[test]
    fn a_failure_comes_with_its_words() {
        let error = shell("echo broken >&2; exit 3", Duration::from_secs(20)).unwrap_err();
        assert!(error.to_string().contains("broken"), "{error}");
    }

    #[test]
    fn who_takes_too_long_is_ended_with_all_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let script = "sleep 60 & echo $!; wait";
        let limit = Duration::from_millis(200);
        let error = run(
            Command::new("sh").args(["-c", script]),
            folder.path(),
            limit,
        );
        assert!(error.unwrap_err().to_string().contains("longer"));
        let sleeper = std::fs::read_to_string(folder.path().join("stdout")).unwrap();
        let stat = format!("/proc/{}/stat", sleeper.trim());
        // Whoever inherits it may take a while to bury it.
        let alive = || std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z"));
        let end = Instant::now() + Duration::from_secs(10);
        while alive() && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(!sleeper.trim().is_empty() && !alive());
    }
}
