//! A player on a pretended device: every frame is counted.

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Sender, bounded};

use super::super::device::{Fault, FoundDevice, Hardware};
use super::super::player::Player;
use super::super::{Output, PlayerCommand, PlayerEvent, Repeat, State, Track};
use super::bench::*;
use crate::error::{Error, Result};
use crate::jobs::no_waker;

const RATE: u32 = 44_100;
/// A fade of 5 ms, rounded up.
const FADE: usize = 221;

fn time(frame: usize) -> Duration {
    // Rounded up, so that rounding down gives the same frame again.
    Duration::from_nanos((frame as u64 * 1_000_000_000).div_ceil(u64::from(RATE)))
}

fn one_track(frames: usize) -> Shelf {
    shelf([("a", Tape::stereo(RATE, &ramp(0, frames)))])
}

fn three_tracks() -> Shelf {
    let part = |n: usize| Tape::stereo(RATE, &ramp(n * 30_000, 30_000));
    shelf([("a", part(0)), ("b", part(1)), ("c", part(2))])
}

/// Frames of the ramp, which must follow each other without a hole.
fn run_of(heard: &[f32]) -> (usize, usize) {
    let frames: Vec<usize> = heard
        .chunks_exact(2)
        .map(|frame| frame_of(frame[0]))
        .collect();
    assert!(frames.windows(2).all(|pair| pair[1] == pair[0] + 1));
    (frames[0], frames[frames.len() - 1] + 1)
}

#[test]
fn the_position_is_what_was_handed_over() {
    let mut rig = Rig::new(&one_track(100_000), RATE);
    rig.send(PlayerCommand::PlayNow(tracks(&["a"]), 0));
    assert_eq!(run_of(&rig.hear(44_100)), (0, 44_100));
    let status = rig.until("at one second", |s| s.position == Duration::from_secs(1));
    assert_eq!(status.state, State::Playing);
    assert_eq!(status.current, Some(0));
    assert_eq!(status.device.as_deref(), Some("phones"));
    let length = Duration::from_nanos(100_000 * 1_000_000_000 / u64::from(RATE));
    assert_eq!(status.duration, Some(length));
}

#[test]
fn seeking_fades_out_lands_on_the_frame_and_fades_in() {
    let mut rig = Rig::new(&one_track(400_000), RATE);
    rig.send(PlayerCommand::PlayNow(tracks(&["a"]), 0));
    rig.hear(10_000);
    for target in [300_000_usize, 20_000, 123_456] {
        rig.send(PlayerCommand::SeekTo(time(target)));
        rig.until("sought", |s| {
            s.position.abs_diff(time(target)) < Duration::from_micros(20)
        });
        // What was playing ends within a fade, and nothing of it is heard afterwards.
        let out = rig.hear(FADE - 1 + FADE + 1000);
        let landed = &out[2 * (2 * FADE)..];
        let (first, _) = run_of(landed);
        assert!(
            (target + FADE - 1..=target + FADE + 2).contains(&first),
            "{first} for {target}"
        );
        let steps = out.chunks_exact(2).map(|f| f[0]).collect::<Vec<_>>();
        let largest = steps
            .windows(2)
            .map(|p| (p[1] - p[0]).abs())
            .fold(0.0, f32::max);
        assert!(largest < 2.5e-4, "a click of {largest}");
    }
}

#[test]
fn pausing_fades_and_goes_on_where_it_stopped() {
    let mut rig = Rig::new(&one_track(100_000), RATE);
    rig.send(PlayerCommand::PlayNow(tracks(&["a"]), 0));
    rig.hear(20_000);
    rig.send(PlayerCommand::Pause);
    rig.until("paused", |s| s.state == State::Paused);
    let faded = rig.hear(FADE - 1);
    assert!(faded[faded.len() - 2].abs() < 1e-5);
    let mut nothing = [1.0; 2];
    let plug = rig.plug.clone();
    plug.lock().render(&mut nothing);
    assert_eq!(nothing, [0.0; 2]);
    rig.send(PlayerCommand::Toggle);
    rig.until("playing", |s| s.state == State::Playing);
    let heard = rig.hear(FADE + 100);
    let (first, _) = run_of(&heard[2 * FADE..]);
    assert_eq!(first, 20_000 + FADE - 1 + FADE);
}

#[test]
fn the_share_heard_counts_every_frame_once() {
    let mut rig = Rig::new(&one_track(100_000), RATE);
    rig.send(PlayerCommand::PlayNow(tracks(&["a"]), 0));
    rig.hear(30_000);
    rig.until("there", |s| s.position > time(29_000));
    // Back, over ten thousand frames that were heard already, and ten thousand new ones.
    rig.send(PlayerCommand::SeekTo(time(20_000)));
    rig.until("back", |s| s.position < time(20_001));
    let faded = FADE - 1;
    rig.hear(faded + 20_000);
    rig.send(PlayerCommand::Next);
    rig.until_event("skipped", |event| {
        matches!(event, PlayerEvent::Skipped { .. })
    });
    let share = rig.events.iter().find_map(|event| match event {
        PlayerEvent::Skipped { share, .. } => Some(*share),
        _ => None,
    });
    assert_eq!(share, Some(0.4));
    rig.until_event("over", |event| *event == PlayerEvent::Ended);
}

#[test]
fn next_previous_and_jumps_go_where_they_should() {
    let mut rig = Rig::new(&three_tracks(), RATE);
    rig.send(PlayerCommand::PlayNow(tracks(&["a", "b", "c"]), 1));
    rig.until("b", |s| s.current == Some(1) && s.is_playing());
    rig.send(PlayerCommand::Next);
    rig.until("c", |s| s.current == Some(2));
    rig.send(PlayerCommand::Previous);
    rig.until("b", |s| s.current == Some(1));
    rig.send(PlayerCommand::JumpTo(0));
    rig.until("a", |s| s.current == Some(0));
    rig.send(PlayerCommand::Previous);
    rig.until("a from its start", |s| {
        s.current == Some(0) && s.position.is_zero()
    });
    rig.send(PlayerCommand::JumpTo(2));
    rig.send(PlayerCommand::Next);
    let status = rig.until("stopped", |s| s.state == State::Stopped);
    assert_eq!(status.current, Some(0));
    assert!(rig.events.contains(&PlayerEvent::Ended));
}

#[test]
fn going_back_late_in_a_track_starts_it_again() {
    let long = shelf([
        ("a", Tape::stereo(RATE, &ramp(0, 1000))),
        ("b", Tape::stereo(RATE, &ramp(0, 200_000))),
    ]);
    let mut rig = Rig::new(&long, RATE);
    rig.send(PlayerCommand::PlayNow(tracks(&["a", "b"]), 1));
    rig.hear(140_000);
    rig.until("late", |s| s.position > Duration::from_secs(3));
    rig.send(PlayerCommand::Previous);
    let status = rig.until("at the start", |s| s.position.is_zero());
    assert_eq!(status.current, Some(1));
    rig.send(PlayerCommand::Previous);
    rig.until("a", |s| s.current == Some(0));
}

#[test]
fn a_queue_changed_at_the_last_moment_still_plays_the_right_track() {
    let mut rig = Rig::new(&three_tracks(), RATE);
    rig.send(PlayerCommand::PlayNow(tracks(&["a", "b"]), 0));
    rig.hear(20_000);
    // "b" is in the ring already.
    rig.send(PlayerCommand::PlayNext(tracks(&["c"])));
    rig.until("three", |s| s.queue.len() == 3);
    rig.hear_out();
    let started: Vec<&str> = rig
        .events
        .iter()
        .filter_map(|event| match event {
            PlayerEvent::Started { track } => Some(&*track.title),
            _ => None,
        })
        .collect();
    assert_eq!(started, ["a", "c", "b"]);
    let finished = |event: &&PlayerEvent| matches!(event, PlayerEvent::Finished { share: 1.0, .. });
    assert_eq!(rig.events.iter().filter(finished).count(), 3);
}

#[test]
fn what_is_queued_while_the_last_track_plays_follows_without_a_gap() {
    let mut rig = Rig::new(&three_tracks(), RATE);
    rig.send(PlayerCommand::PlayNow(tracks(&["a"]), 0));
    let mut heard = rig.hear(20_000);
    rig.send(PlayerCommand::PlayLater(tracks(&["b"])));
    rig.until("two", |s| s.queue.len() == 2);
    rig.send(PlayerCommand::PlayLater(tracks(&["c"])));
    rig.until("three", |s| s.queue.len() == 3);
    heard.extend(rig.hear_out());
    assert_eq!(run_of(&heard), (0, 90_000));
}

#[test]
fn repeating_joins_too() {
    let mut rig = Rig::new(&three_tracks(), RATE);
    rig.send(PlayerCommand::SetRepeat(Repeat::One));
    rig.send(PlayerCommand::PlayNow(tracks(&["a"]), 0));
    let heard = rig.hear(70_000);
    for (n, frame) in heard.chunks_exact(2).enumerate() {
        assert_eq!(frame_of(frame[0]), n % 30_000);
    }
    rig.send(PlayerCommand::SetRepeat(Repeat::Off));
    rig.until("once more", |s| s.repeat == Repeat::Off);
    let rest = rig.hear_out();
    assert_eq!(frame_of(rest[rest.len() - 2]), 29_999);
}

#[test]
fn removing_and_clearing_while_playing() {
    let mut rig = Rig::new(&three_tracks(), RATE);
    rig.send(PlayerCommand::PlayNow(tracks(&["a", "b", "c"]), 0));
    rig.hear(10_000);
    rig.send(PlayerCommand::Remove(0));
    let status = rig.until("b", |s| s.queue.len() == 2);
    assert_eq!(status.track().map(|track| &*track.title), Some("b"));
    assert_eq!(status.state, State::Playing);
    rig.send(PlayerCommand::Clear);
    let status = rig.until("empty", |s| s.state == State::Empty);
    assert_eq!((status.current, status.position), (None, Duration::ZERO));
}

#[test]
fn without_a_device_nothing_is_lost_and_asking_again_works() {
    let mut rig = Rig::with_plug(&one_track(100_000), None, RATE);
    rig.send(PlayerCommand::PlayNow(tracks(&["a"]), 0));
    let status = rig.until("told", |s| matches!(s.state, State::NoDevice(_)));
    assert_eq!(status.queue.len(), 1);
    let sentence = "no sound can be played: nothing is plugged in";
    assert_eq!(status.state, State::NoDevice(sentence.to_owned()));
    rig.plug.lock().name = Some("speakers");
    rig.send(PlayerCommand::RetryDevice);
    // It does not begin to play by itself.
    rig.until("back", |s| s.state == State::Stopped);
    rig.send(PlayerCommand::Resume);
    assert_eq!(run_of(&rig.hear(1000)), (0, 1000));
}

#[test]
fn a_lost_device_pauses_and_its_return_goes_on_at_the_same_frame() {
    let mut rig = Rig::new(&one_track(200_000), RATE);
    rig.send(PlayerCommand::PlayNow(tracks(&["a"]), 0));
    rig.hear(50_000);
    rig.break_device(Fault::Lost, Some("speakers"));
    let status = rig.until("lost", |s| s.state == State::Lost("phones".to_owned()));
    assert!(status.position.abs_diff(time(50_000)) < Duration::from_micros(50));
    rig.send(PlayerCommand::RetryDevice);
    // The speakers are there, but music must not leap to them.
    std::thread::sleep(Duration::from_millis(50));
    assert_eq!(rig.player.status().state, State::Lost("phones".to_owned()));
    rig.plug.lock().name = Some("phones");
    rig.send(PlayerCommand::RetryDevice);
    let heard = rig.hear(FADE + 1000);
    let (first, _) = run_of(&heard[2 * FADE..]);
    assert!(
        (50_000 + FADE - 1..=50_000 + FADE + 1).contains(&first),
        "{first}"
    );
    rig.until("playing", |s| s.state == State::Playing);
    let started = |event: &&PlayerEvent| matches!(event, PlayerEvent::Started { .. });
    assert_eq!(rig.events.iter().filter(started).count(), 1);
}

#[test]
fn a_lost_device_can_be_left_for_another_with_another_rate() {
    let mut rig = Rig::new(&one_track(200_000), RATE);
    rig.send(PlayerCommand::PlayNow(tracks(&["a"]), 0));
    rig.hear(50_000);
    rig.break_device(Fault::Lost, Some("speakers"));
    rig.until("lost", |s| matches!(s.state, State::Lost(_)));
    rig.plug.lock().rate_hz = 48_000;
    rig.send(PlayerCommand::Resume);
    rig.until("on the speakers", |s| {
        s.device.as_deref() == Some("speakers")
    });
    let heard = rig.hear(48_000);
    let first = f64::from(heard[2 * 24_000]) * f64::from(1 << 24);
    assert!((first - (50_000.0 + 22_050.0)).abs() < 3.0, "{first}");
}

#[test]
fn a_device_that_wants_to_be_opened_again_is() {
    let mut rig = Rig::new(&one_track(200_000), RATE);
    rig.send(PlayerCommand::PlayNow(tracks(&["a"]), 0));
    rig.hear(50_000);
    rig.break_device(Fault::Invalidated, Some("phones"));
    rig.until("opened again", |s| s.position > time(49_999));
    let heard = rig.hear(FADE + 1000);
    run_of(&heard[2 * FADE..]);
    rig.until("playing", |s| s.state == State::Playing);
    assert!(
        !rig.events
            .iter()
            .any(|e| matches!(e, PlayerEvent::DeviceLost { .. }))
    );
}

#[test]
fn a_queue_comes_back_without_playing() {
    let shelf = three_tracks();
    let mut rig = Rig::new(&shelf, RATE);
    rig.send(PlayerCommand::SetVolume(0.5));
    rig.send(PlayerCommand::SetShuffle(true));
    let mut queue = tracks(&["a", "b", "c"]);
    queue[1].why = Some("because you like a".to_owned());
    rig.send(PlayerCommand::PlayNow(queue, 1));
    rig.hear(10_000);
    rig.send(PlayerCommand::Pause);
    rig.until("paused", |s| s.state == State::Paused);
    let text = serde_json::to_string(&rig.player.queue_state()).unwrap();

    let mut again = Rig::new(&shelf, RATE);
    let state = serde_json::from_str(&text).unwrap();
    again.send(PlayerCommand::Restore(Box::new(state)));
    let status = again.until("restored", |s| s.queue.len() == 3);
    assert_eq!(status.state, State::Paused);
    assert_eq!((status.volume, status.is_shuffled), (0.5, true));
    assert_eq!(
        status.track().and_then(|t| t.why.as_deref()),
        Some("because you like a")
    );
    assert_eq!(status.position, Duration::from_millis(226));
    assert!(again.plug.lock().is_closed());
    again.send(PlayerCommand::Resume);
    again.hear(1000);
    again.until_event("begun", |event| {
        matches!(event, PlayerEvent::Started { .. })
    });
}

#[test]
fn the_volume_is_a_cube_and_glides() {
    let loud = shelf([("a", Tape::stereo(RATE, &vec![1.0; 2 * 100_000]))]);
    let mut rig = Rig::new(&loud, RATE);
    rig.send(PlayerCommand::PlayNow(tracks(&["a"]), 0));
    assert_eq!(rig.hear(1000)[1999], 1.0);
    rig.send(PlayerCommand::SetVolume(0.5));
    rig.until("set", |s| s.volume == 0.5);
    let heard = rig.hear(2000);
    let largest = heard.chunks(2).collect::<Vec<_>>();
    assert!(
        largest
            .windows(2)
            .all(|pair| (pair[1][0] - pair[0][0]).abs() < 0.002)
    );
    assert_eq!(heard[3999], 0.125);
    rig.send(PlayerCommand::SetMuted(true));
    rig.until("muted", |s| s.is_muted);
    assert_eq!(rig.hear(2000)[3999], 0.0);
}

#[test]
fn a_file_that_vanishes_while_others_play_fails_alone() {
    let shelf = three_tracks();
    let mut rig = Rig::new(&shelf, RATE);
    rig.send(PlayerCommand::PlayNow(tracks(&["a", "b", "c"]), 0));
    rig.hear(10_000);
    rig.until("there", |s| s.position > time(9_000));
    shelf.lock().remove(std::path::Path::new("a"));
    rig.send(PlayerCommand::SeekTo(time(5000)));
    rig.until("back", |s| s.position < time(5001));
    rig.send(PlayerCommand::Stop);
    rig.until("stopped", |s| s.state == State::Stopped);
    rig.send(PlayerCommand::Resume);
    rig.until_event("failed", |event| {
        matches!(event, PlayerEvent::Failed { .. })
    });
    rig.until("b", |s| s.current == Some(1));
    assert!(rig.player.status().queue[0].problem.is_some());
}

/// A system that hangs in opening a device.
struct Stuck(Sender<()>);

impl Hardware for Stuck {
    fn find(&self, _name: Option<&str>) -> Result<Box<dyn FoundDevice>> {
        // The second message waits for the test.
        self.0.send(()).ok();
        Err(Error::Output {
            why: "stuck".to_owned(),
        })
    }

    fn is_promising(&self) -> bool {
        true
    }
}

#[test]
fn commands_never_wait_for_a_system_that_hangs() {
    let (sender, receiver) = bounded(0);
    let shelf = one_track(1000);
    let output = Output::Device(None);
    let hardware = Box::new(Stuck(sender));
    let player = Player::with_parts(output, no_waker(), opener(&shelf), hardware);
    player.send(PlayerCommand::PlayNow(tracks(&["a"]), 0));
    for n in 0..100_000 {
        player.send(PlayerCommand::SetVolume(n as f32 / 100_000.0));
    }
    assert_eq!(player.status().state, State::Empty);
    drop(receiver);
    while player.status().volume != 0.99999 {
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(matches!(player.status().state, State::NoDevice(_)));
}

#[test]
fn the_window_is_woken_when_something_changes() {
    let (sender, woken) = bounded(1000);
    let waker: crate::jobs::Waker = Arc::new(move || {
        sender.try_send(()).ok();
    });
    let shelf = one_track(1000);
    let output = Output::Null;
    let hardware = Box::new(super::super::device::SystemHardware);
    let player = Player::with_parts(output, waker, opener(&shelf), hardware);
    player.send(PlayerCommand::PlayLater(vec![Track::default()]));
    woken.recv_timeout(Duration::from_mins(1)).unwrap();
}
