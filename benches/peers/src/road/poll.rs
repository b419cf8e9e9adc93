//! The system calls of the proxy: epoll, pipes and splice, which moves bytes without looking at them.

use std::io;
use std::net::TcpStream;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::time::Duration;

use anyhow::{Context as _, Result};

/// Which descriptors became readable or writable since the last look.
pub(super) struct Poll(OwnedFd);

pub(super) struct Event {
    pub(super) token: u64,
    pub(super) readable: bool,
    pub(super) writable: bool,
}

impl Poll {
    pub(super) fn new() -> Result<Self> {
        // SAFETY: takes no pointers.
        let number = unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) };
        Ok(Self(owned(number).context("epoll_create1")?))
    }

    /// Says once for each change, not for as long as it holds.
    pub(super) fn watch(&self, descriptor: RawFd, token: u64) -> Result<()> {
        let mut event = libc::epoll_event {
            events: (libc::EPOLLIN | libc::EPOLLOUT | libc::EPOLLRDHUP | libc::EPOLLET) as u32,
            u64: token,
        };
        // SAFETY: `event` lives during the call.
        let answer = unsafe {
            libc::epoll_ctl(
                self.0.as_raw_fd(),
                libc::EPOLL_CTL_ADD,
                descriptor,
                &mut event,
            )
        };
        check(answer as isize).context("epoll_ctl")?;
        Ok(())
    }

    pub(super) fn wait(&self, timeout: Option<Duration>, events: &mut Vec<Event>) -> Result<()> {
        // SAFETY: a plain structure for which zeroes are valid.
        let mut raw: [libc::epoll_event; 256] = unsafe { std::mem::zeroed() };
        let milliseconds = timeout.map_or(-1, |timeout| {
            i32::try_from(timeout.as_micros().div_ceil(1000)).unwrap_or(i32::MAX)
        });
        // SAFETY: `raw` has room for as many events as are asked for.
        let count = unsafe {
            libc::epoll_wait(
                self.0.as_raw_fd(),
                raw.as_mut_ptr(),
                raw.len() as i32,
                milliseconds,
            )
        };
        events.clear();
        let count = match check(count as isize) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(()),
            Err(error) => return Err(error).context("epoll_wait"),
        };
        let ended = (libc::EPOLLHUP | libc::EPOLLERR | libc::EPOLLRDHUP) as u32;
        events.extend(raw.iter().take(count).map(|event| Event {
            token: event.u64,
            readable: event.events & (libc::EPOLLIN as u32 | ended) != 0,
            writable: event.events & (libc::EPOLLOUT as u32 | ended) != 0,
        }));
        Ok(())
    }
}

/// What holds bytes between two sockets, in the kernel.
pub(super) struct Pipe {
    output: OwnedFd,
    input: OwnedFd,
    pub(super) held: usize,
}

/// As much as a user without privileges may ask for.
pub(super) const PIPE_SIZE: usize = 1 << 20;

impl Pipe {
    pub(super) fn new() -> Result<Self> {
        let mut both = [0; 2];
        // SAFETY: `both` has room for two descriptors.
        let answer = unsafe { libc::pipe2(both.as_mut_ptr(), libc::O_NONBLOCK | libc::O_CLOEXEC) };
        check(answer as isize).context("pipe2")?;
        let (output, input) = (owned(both[0])?, owned(both[1])?);
        // SAFETY: takes no pointers. A smaller pipe only takes more calls, so a refusal does not matter.
        unsafe { libc::fcntl(input.as_raw_fd(), libc::F_SETPIPE_SZ, PIPE_SIZE as i32) };
        Ok(Self {
            output,
            input,
            held: 0,
        })
    }

    /// From a socket; 0 at its end.
    pub(super) fn fill(&mut self, from: &TcpStream, most: usize) -> io::Result<usize> {
        let moved = splice(from.as_raw_fd(), self.input.as_raw_fd(), most)?;
        self.held += moved;
        Ok(moved)
    }

    pub(super) fn drain(&mut self, to: &TcpStream, most: usize) -> io::Result<usize> {
        let most = most.min(self.held);
        let moved = splice(self.output.as_raw_fd(), to.as_raw_fd(), most)?;
        self.held -= moved;
        Ok(moved)
    }
}

fn splice(from: RawFd, to: RawFd, most: usize) -> io::Result<usize> {
    // SAFETY: the offsets may be null for sockets and pipes.
    let moved = unsafe {
        libc::splice(
            from,
            std::ptr::null_mut(),
            to,
            std::ptr::null_mut(),
            most,
            libc::SPLICE_F_MOVE | libc::SPLICE_F_NONBLOCK,
        )
    };
    check(moved)
}

/// What wakes a `Poll` from another thread.
pub(super) struct Alarm(OwnedFd);

impl Alarm {
    pub(super) fn new() -> Result<Self> {
        // SAFETY: takes no pointers.
        let number = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) };
        Ok(Self(owned(number).context("eventfd")?))
    }

    pub(super) fn descriptor(&self) -> RawFd {
        self.0.as_raw_fd()
    }

    pub(super) fn ring(&self) {
        let one = 1_u64.to_ne_bytes();
        // SAFETY: eight bytes are what an eventfd takes. It can only fail when it rings already.
        unsafe { libc::write(self.0.as_raw_fd(), one.as_ptr().cast(), one.len()) };
    }
}

/// The kernel holds no more than about this for us, so that a server does not run far ahead of the road.
pub(super) fn limit_receive_buffer(stream: &TcpStream, bytes: i32) {
    // SAFETY: the option's value is an int, and its size is given. It is no loss if the system refuses.
    unsafe {
        libc::setsockopt(
            stream.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_RCVBUF,
            std::ptr::from_ref(&bytes).cast(),
            size_of::<i32>() as u32,
        )
    };
}

pub(super) fn cpu_seconds_of_this_thread() -> f64 {
    // SAFETY: a plain structure for which zeroes are valid.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: `usage` is ours.
    unsafe { libc::getrusage(libc::RUSAGE_THREAD, &mut usage) };
    [usage.ru_utime, usage.ru_stime]
        .iter()
        .map(|time| time.tv_sec as f64 + time.tv_usec as f64 / 1e6)
        .sum()
}

fn owned(number: RawFd) -> io::Result<OwnedFd> {
    check(number as isize)?;
    // SAFETY: the kernel has just made it, and nobody else knows it.
    Ok(unsafe { OwnedFd::from_raw_fd(number) })
}

fn check(answer: isize) -> io::Result<usize> {
    usize::try_from(answer).map_err(|_| io::Error::last_os_error())
}
