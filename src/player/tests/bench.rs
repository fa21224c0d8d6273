//! Recordings in memory and a sound device worked by hand.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};
use parking_lot::Mutex;

use super::super::bell::Bell;
use super::super::device::{Fault, FoundDevice, Hardware, OpenDevice};
use super::super::player::Player;
use super::super::render::Renderer;
use super::super::source::{Opener, Source};
use super::super::{Output, PlayerCommand, PlayerEvent, Status, Track};
use crate::error::{Error, Result};
use crate::jobs::no_waker;

/// Longer than anything takes; a test that gets here has failed.
const FOR_EVER: Duration = Duration::from_mins(1);

/// A recording in memory.
#[derive(Clone)]
pub struct Tape {
    pub rate_hz: u32,
    pub channels: usize,
    pub samples: Arc<[f32]>,
    /// Breaks here, saying so at the end.
    pub torn_at: Option<usize>,
    pub knows_its_length: bool,
}

impl Tape {
    pub fn stereo(rate_hz: u32, samples: &[f32]) -> Self {
        Self {
            rate_hz,
            channels: 2,
            samples: Arc::from(samples),
            torn_at: None,
            knows_its_length: true,
        }
    }

    fn frames(&self) -> usize {
        self.samples.len() / self.channels
    }
}

struct Playing {
    tape: Tape,
    at: usize,
    path: PathBuf,
}

impl Source for Playing {
    fn sample_rate_hz(&self) -> u32 {
        self.tape.rate_hz
    }

    fn channels(&self) -> usize {
        self.tape.channels
    }

    fn frames(&self) -> Option<u64> {
        self.tape
            .knows_its_length
            .then_some(self.tape.frames() as u64)
    }

    fn next(&mut self, out: &mut Vec<f32>) -> Result<usize> {
        out.clear();
        let end = self.tape.torn_at.unwrap_or(self.tape.frames());
        // An odd number, so that blocks never fall together with anything.
        let until = (self.at + 1151).min(end).max(self.at);
        out.extend_from_slice(
            &self.tape.samples[self.at * self.tape.channels..until * self.tape.channels],
        );
        let count = until - self.at;
        self.at = until;
        Ok(count)
    }

    fn seek(&mut self, frame: u64) -> Result<u64> {
        self.at = (frame as usize).min(self.tape.frames());
        Ok(self.at as u64)
    }

    fn damage(&self) -> Option<Error> {
        let torn = self.tape.torn_at.is_some_and(|torn_at| self.at >= torn_at);
        torn.then(|| Error::damaged("audio", &self.path, "torn"))
    }
}

/// Files by name. What is not there cannot be opened.
pub type Shelf = Arc<Mutex<HashMap<PathBuf, Tape>>>;

pub fn shelf(tapes: impl IntoIterator<Item = (&'static str, Tape)>) -> Shelf {
    let tapes = tapes.into_iter().map(|(name, tape)| (name.into(), tape));
    Arc::new(Mutex::new(tapes.collect()))
}

pub fn opener(shelf: &Shelf) -> Opener {
    let shelf = shelf.clone();
    Arc::new(move |path: &Path| match shelf.lock().get(path) {
        Some(tape) => Ok(Box::new(Playing {
            tape: tape.clone(),
            at: 0,
            path: path.to_owned(),
        }) as Box<dyn Source>),
        None => Err(Error::damaged("audio", path, "not on the shelf")),
    })
}

pub fn tracks(names: &[&str]) -> Vec<Track> {
    names
        .iter()
        .map(|name| Track::from_path(Path::new(name)))
        .collect()
}

/// Frame `n` is `(n + 1) / 2^24` on the left and its negative on the right: every frame can be told from every other.
pub fn ramp(first: usize, frames: usize) -> Vec<f32> {
    (first..first + frames)
        .flat_map(|n| {
            let value = (n + 1) as f32 / (1 << 24) as f32;
            [value, -value]
        })
        .collect()
}

/// Which frame of the ramp this is.
pub fn frame_of(left: f32) -> usize {
    (left * (1 << 24) as f32).round() as usize - 1
}

/// What the test and the pretended device share.
#[derive(Default)]
pub struct Plug {
    /// The device that is plugged in.
    pub name: Option<&'static str>,
    pub rate_hz: u32,
    renderer: Option<Renderer>,
    faults: Option<Sender<Fault>>,
    bell: Option<Bell>,
}

impl Plug {
    /// What a device's callback does.
    pub fn render(&mut self, out: &mut [f32]) {
        self.renderer.as_mut().unwrap().render(out);
    }

    pub fn is_closed(&self) -> bool {
        self.renderer.is_none()
    }
}

struct Bench(Arc<Mutex<Plug>>);

struct BenchFound {
    plug: Arc<Mutex<Plug>>,
    name: &'static str,
    rate_hz: u32,
}

struct BenchDevice {
    plug: Arc<Mutex<Plug>>,
    faults: Receiver<Fault>,
}

impl Hardware for Bench {
    fn find(&self, _name: Option<&str>) -> Result<Box<dyn FoundDevice>> {
        let plug = self.0.lock();
        let name = plug.name.ok_or_else(|| Error::Output {
            why: "nothing is plugged in".to_owned(),
        })?;
        Ok(Box::new(BenchFound {
            plug: self.0.clone(),
            name,
            rate_hz: plug.rate_hz,
        }))
    }

    fn is_promising(&self) -> bool {
        self.0.lock().name.is_some()
    }
}

impl FoundDevice for BenchFound {
    fn name(&self) -> &str {
        self.name
    }

    fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    fn open(self: Box<Self>, renderer: Renderer, bell: &Bell) -> Result<Box<dyn OpenDevice>> {
        let (sender, faults) = bounded(1);
        let mut plug = self.plug.lock();
        plug.renderer = Some(renderer);
        plug.faults = Some(sender);
        plug.bell = Some(bell.clone());
        Ok(Box::new(BenchDevice {
            plug: self.plug.clone(),
            faults,
        }))
    }
}

impl OpenDevice for BenchDevice {
    fn fault(&self) -> Option<Fault> {
        self.faults.try_recv().ok()
    }
}

impl Drop for BenchDevice {
    fn drop(&mut self) {
        self.plug.lock().renderer = None;
    }
}

/// A player on a pretended device.
pub struct Rig {
    pub player: Player,
    pub plug: Arc<Mutex<Plug>>,
    pub events: Vec<PlayerEvent>,
}

impl Rig {
    pub fn new(shelf: &Shelf, rate_hz: u32) -> Self {
        Self::with_plug(shelf, Some("phones"), rate_hz)
    }

    pub fn with_plug(shelf: &Shelf, name: Option<&'static str>, rate_hz: u32) -> Self {
        let plug = Arc::new(Mutex::new(Plug {
            name,
            rate_hz,
            ..Plug::default()
        }));
        let hardware = Box::new(Bench(plug.clone()));
        let output = Output::Device(None);
        let player = Player::with_parts(output, no_waker(), opener(shelf), hardware);
        Self {
            player,
            plug,
            events: Vec::new(),
        }
    }

    pub fn send(&self, command: PlayerCommand) {
        assert!(self.player.send(command));
    }

    /// Waits until the status is as wanted.
    pub fn until(&mut self, what: &str, is_so: impl Fn(&Status) -> bool) -> Arc<Status> {
        let start = Instant::now();
        loop {
            self.listen();
            let status = self.player.status();
            if is_so(&status) {
                return status;
            }
            assert!(start.elapsed() < FOR_EVER, "never {what}: {status:?}");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Waits until an event is as wanted.
    pub fn until_event(&mut self, what: &str, is_it: impl Fn(&PlayerEvent) -> bool) {
        let start = Instant::now();
        while !self.events.iter().any(&is_it) {
            self.listen();
            assert!(
                start.elapsed() < FOR_EVER,
                "never {what}: {:?}",
                self.events
            );
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    pub fn listen(&mut self) {
        self.events.extend(self.player.events().try_iter());
    }

    /// Lets the device play exactly so many frames, waiting for the decoder.
    pub fn hear(&mut self, frames: usize) -> Vec<f32> {
        let mut heard = vec![0.0; 2 * frames];
        let mut done = 0;
        let start = Instant::now();
        while done < frames {
            let mut plug = self.plug.lock();
            if let Some(renderer) = &mut plug.renderer {
                done += renderer.fill(&mut heard[2 * done..]);
            }
            drop(plug);
            assert!(start.elapsed() < FOR_EVER, "heard only {done} of {frames}");
            if done < frames {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        heard
    }

    /// Lets the device play to the end of the queue.
    pub fn hear_out(&mut self) -> Vec<f32> {
        let mut heard = Vec::new();
        let mut block = vec![0.0; 2 * 1000];
        let start = Instant::now();
        loop {
            let mut plug = self.plug.lock();
            let count = plug.renderer.as_mut().map_or(0, |r| r.fill(&mut block));
            drop(plug);
            heard.extend_from_slice(&block[..2 * count]);
            self.listen();
            if self.events.contains(&PlayerEvent::Ended) {
                return heard;
            }
            assert!(start.elapsed() < FOR_EVER, "never ended: {:?}", self.events);
            if count == 0 {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    }

    pub fn break_device(&self, fault: Fault, then_name: Option<&'static str>) {
        let mut plug = self.plug.lock();
        plug.name = then_name;
        plug.faults.as_ref().unwrap().try_send(fault).unwrap();
        plug.bell.as_ref().unwrap().ring();
    }
}

/// Plays to a WAV file and gives its samples and rate, and the events.
pub fn to_wav(
    shelf: &Shelf,
    tracks: Vec<Track>,
    from: Duration,
) -> (Vec<f32>, u32, Vec<PlayerEvent>) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("out.wav");
    let hardware = Box::new(Bench(Arc::default()));
    let output = Output::Wav(path.clone());
    let player = Player::with_parts(output, no_waker(), opener(shelf), hardware);
    let mut events = Vec::new();
    let result = super::super::player::play_through(&player, tracks, from, |event| {
        events.push(event.clone());
    });
    result.unwrap();
    if !path.exists() {
        return (Vec::new(), 0, events);
    }
    let mut wav = hound::WavReader::open(path).unwrap();
    let rate_hz = wav.spec().sample_rate;
    let samples = wav.samples::<f32>().map(|sample| sample.unwrap()).collect();
    (samples, rate_hz, events)
}
