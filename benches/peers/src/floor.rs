//! What the machine can do at best with one stream of plain http: a reader that throws away, one that writes a file, and
//! the kernel moving bytes from the socket to the file. They are programs of their own, as the contestants are.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::os::fd::AsRawFd as _;

use anyhow::{Context as _, Result, bail, ensure};

const BLOCK: usize = 256 << 10;

/// The words after `floor`: what to do, host and port, path on the server, file.
pub(crate) fn run(words: &[String]) -> Result<()> {
    let [what, host, path, target] = words else {
        bail!("floor read|write|splice HOST:PORT PATH FILE");
    };
    let (mut stream, length) = ask(host, path)?;
    match what.as_str() {
        "read" => pass(&mut stream, length, &mut io::sink()),
        "write" => pass(&mut stream, length, &mut File::create(target)?),
        "splice" => splice(&stream, length, &File::create(target)?),
        other => bail!("there is no floor `{other}`"),
    }
}

/// The connection, and the length of what comes next. The head is read byte by byte, so that nothing of it is lost.
fn ask(host: &str, path: &str) -> Result<(TcpStream, u64)> {
    let mut stream = TcpStream::connect(host).with_context(|| host.to_owned())?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    )?;
    let mut reply = Vec::new();
    let mut byte = [0];
    while !reply.ends_with(b"\r\n\r\n") {
        ensure!(
            stream.read(&mut byte)? == 1 && reply.len() < 16 << 10,
            "no reply"
        );
        reply.push(byte[0]);
    }
    let reply = String::from_utf8_lossy(&reply);
    ensure!(reply.starts_with("HTTP/1.1 200"), "{reply}");
    let length = reply
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .context("no length")?
        .1
        .parse()?;
    Ok((stream, length))
}

fn pass(stream: &mut TcpStream, mut left: u64, target: &mut impl io::Write) -> Result<()> {
    let mut block = vec![0; BLOCK];
    while left > 0 {
        let read = stream.read(&mut block)?;
        ensure!(read > 0, "{left} bytes are missing");
        target.write_all(&block[..read])?;
        left -= read as u64;
    }
    Ok(())
}

fn splice(stream: &TcpStream, mut left: u64, target: &File) -> Result<()> {
    let (output, input) = io::pipe()?;
    // SAFETY: takes no pointers. A smaller pipe only takes more calls.
    unsafe { libc::fcntl(input.as_raw_fd(), libc::F_SETPIPE_SZ, 1 << 20) };
    while left > 0 {
        let mut held = step(stream.as_raw_fd(), input.as_raw_fd(), 1 << 20)?;
        ensure!(held > 0, "{left} bytes are missing");
        left -= held as u64;
        while held > 0 {
            held -= step(output.as_raw_fd(), target.as_raw_fd(), held)?;
        }
    }
    Ok(())
}

fn step(from: i32, to: i32, most: usize) -> io::Result<usize> {
    // SAFETY: the offsets may be null: the file's own position is meant.
    let moved = unsafe {
        libc::splice(
            from,
            std::ptr::null_mut(),
            to,
            std::ptr::null_mut(),
            most,
            libc::SPLICE_F_MOVE,
        )
    };
    usize::try_from(moved).map_err(|_| io::Error::last_os_error())
}
