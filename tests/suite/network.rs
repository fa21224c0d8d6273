//! Nothing leaves the machine: every socket that the program asks the kernel for is looked at.
#![cfg(target_os = "linux")]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Home, text};

/// A child that does not outlive its test.
struct Kept(Child);

impl Drop for Kept {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Runs the program under strace, which writes down every call of `socket`.
fn traced(home: &Home, log: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("strace");
    command
        .args(["-f", "-qq", "-e", "trace=socket", "-o"])
        .arg(log)
        .arg(env!("CARGO_BIN_EXE_parlour"))
        .arg("--library")
        .arg(home.library())
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// The sockets of other families than the local ones: kernel and desktop are spoken to through `AF_UNIX`, and hardware
/// news may come through `AF_NETLINK`.
fn foreign(log: &Path) -> (usize, Vec<String>) {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let calls: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("socket("))
        .collect();
    let foreign = calls
        .iter()
        .filter(|line| !line.contains("socket(AF_UNIX") && !line.contains("socket(AF_NETLINK"))
        .map(|line| (*line).to_owned())
        .collect();
    (calls.len(), foreign)
}

#[test]
fn the_trace_sees_what_it_is_to_forbid() {
    let home = Home::new();
    let log = home.path("trace");
    Command::new("strace")
        .args(["-f", "-qq", "-e", "trace=socket", "-o"])
        .arg(&log)
        .args(["bash", "-c", "exec 3<>/dev/udp/127.0.0.1/9"])
        .stderr(Stdio::null())
        .status()
        .expect("strace is one of the test packages");
    assert_eq!(foreign(&log).1.len(), 1);
}

#[test]
fn the_headless_job_opens_no_socket_of_an_internet_family() {
    let home = Home::new();
    let media = home.media();
    let song = media.join("one.wav");
    let jobs: [&[&str]; 4] = [
        &["scan", text(&media)],
        &["tag", text(&media)],
        &["recommend"],
        &["play", text(&song), "--output", "null"],
    ];
    for (n, job) in jobs.iter().enumerate() {
        let log = home.path(&format!("trace-{n}"));
        let status = traced(&home, &log, job).status().unwrap();
        assert!(status.success(), "{job:?}");
        assert_eq!(foreign(&log).1, Vec::<String>::new(), "{job:?}");
    }
}

#[test]
fn the_window_opens_no_socket_of_an_internet_family() {
    let home = Home::new();
    assert_eq!(home.parlour(&["scan", text(&home.media())]).0, 0);
    let mut display = Kept(
        Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1280x800x24"])
            .args(["-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb is one of the test packages"),
    );
    let mut number = String::new();
    let mut told = BufReader::new(display.0.stdout.take().unwrap());
    told.read_line(&mut number).unwrap();
    let log = home.path("trace");
    let window = traced(&home, &log, &[])
        .env("DISPLAY", format!(":{}", number.trim()))
        .env_remove("WAYLAND_DISPLAY")
        .spawn()
        .unwrap();
    let _window = Kept(window);
    // It has spoken to the display and has drawn when its thumbnails are there.
    let until = Instant::now() + Duration::from_secs(240);
    while pictures(&home.library()).is_empty() {
        assert!(Instant::now() < until, "the window never showed a picture");
        std::thread::sleep(Duration::from_millis(100));
    }
    std::thread::sleep(Duration::from_secs(3));
    let (calls, foreign) = foreign(&log);
    assert!(calls > 0, "the window spoke to no display");
    assert_eq!(foreign, Vec::<String>::new());
}

fn pictures(library: &Path) -> Vec<PathBuf> {
    walkdir::WalkDir::new(library)
        .into_iter()
        .filter_map(|entry| entry.ok().map(walkdir::DirEntry::into_path))
        .filter(|path| path.extension().is_some_and(|extension| extension == "jpg"))
        .collect()
}
