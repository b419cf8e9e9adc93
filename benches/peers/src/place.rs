//! Where files lie while they are measured: in memory, because a disk, and on a virtual machine even memory that was
//! not used lately, is ten times slower one time than the other.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use tempfile::TempDir;

/// Folders that are gone at the end.
pub(crate) struct Place {
    _all: TempDir,
    pub(crate) files: PathBuf,
    pub(crate) servers: PathBuf,
    pub(crate) programs: PathBuf,
    targets: PathBuf,
    work: PathBuf,
}

impl Place {
    pub(crate) fn new() -> Result<Self> {
        let shared_memory = Path::new("/dev/shm");
        let mut builder = tempfile::Builder::new();
        builder.prefix("apsfetch-bench-");
        let all = if shared_memory.is_dir() {
            builder.tempdir_in(shared_memory)
        } else {
            eprintln!("There is no /dev/shm: the disk is measured too.");
            builder.tempdir()
        }
        .context("a folder for the files")?;
        let folder = |name: &str| -> Result<PathBuf> {
            let folder = all.path().join(name);
            fs::create_dir(&folder)?;
            Ok(folder)
        };
        clean_up_when_told_to_end(all.path().to_owned());
        Ok(Self {
            files: folder("files")?,
            servers: folder("servers")?,
            programs: folder("programs")?,
            targets: folder("targets")?,
            work: folder("work")?,
            _all: all,
        })
    }

    /// Empty folders for one run: for results, and for what else a contestant needs.
    pub(crate) fn clear(&self) -> Result<(&Path, &Path)> {
        for folder in [&self.targets, &self.work] {
            fs::remove_dir_all(folder).with_context(|| folder.display().to_string())?;
            fs::create_dir(folder)?;
        }
        Ok((&self.targets, &self.work))
    }

    /// Uses as much memory as a run will, so that the host has it ready for everybody alike.
    pub(crate) fn warm(&self, bytes: u64) -> Result<()> {
        let path = self.work.join("warm");
        let mut file = fs::File::create(&path)?;
        let block = vec![1; 256 << 10];
        let mut left = bytes;
        while left > 0 {
            let length = left.min(block.len() as u64);
            file.write_all(&block[..length as usize])?;
            left -= length;
        }
        drop(file);
        Ok(fs::remove_file(path)?)
    }
}

/// Gigabytes of memory are not left behind by Ctrl-C. Must be called before other threads begin.
fn clean_up_when_told_to_end(folder: PathBuf) {
    // SAFETY: a plain structure, which is made valid by `sigemptyset`.
    let mut signals: libc::sigset_t = unsafe { std::mem::zeroed() };
    // SAFETY: `signals` is ours. Children get an empty mask from `Command`.
    unsafe {
        libc::sigemptyset(&mut signals);
        libc::sigaddset(&mut signals, libc::SIGINT);
        libc::sigaddset(&mut signals, libc::SIGTERM);
        libc::pthread_sigmask(libc::SIG_BLOCK, &signals, std::ptr::null_mut());
    }
    std::thread::spawn(move || {
        let mut signal = 0;
        // SAFETY: both are our own variables.
        if unsafe { libc::sigwait(&signals, &mut signal) } == 0 {
            let _ = fs::remove_dir_all(&folder);
            // What was started ends with this process.
            std::process::exit(128 + signal);
        }
    });
}
