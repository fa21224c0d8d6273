//! The sound device: which there are, opening one, and noticing that it went away.

use rodio::cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use rodio::cpal::{
    self, BufferSize, DeviceDirection, ErrorKind, FromSample, I24, SampleFormat, SizedSample,
    StreamConfig, SupportedBufferSize, U24,
};

use crossbeam_channel::{Sender, bounded};

use super::bell::Bell;
use super::render::Renderer;
use crate::error::{Error, Result, one_line};
use crate::jobs::guarded;

/// How much the device asks for at a time: short enough that pausing feels immediate, long enough that a busy machine
/// keeps up.
const PERIOD_MS: u32 = 30;
/// Frames rendered at a time inside the callback.
const BLOCK_FRAMES: usize = 512;

/// A sound device that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceInfo {
    /// What it is called; also what [`super::Output::Device`] takes.
    pub name: String,
    /// It is what the system plays on when nothing was chosen.
    pub is_default: bool,
}

/// All sound devices, the default one first. Asks the system, which can take a while: not for the window's thread. An empty
/// list means that there are none, or no sound system at all.
pub fn devices() -> Vec<DeviceInfo> {
    let listed = guarded("list the sound devices", || {
        let host = cpal::default_host();
        let default = host.default_output_device().and_then(|d| name_of(&d));
        let mut found: Vec<DeviceInfo> = Vec::new();
        for name in candidates(&host).filter_map(|device| name_of(&device)) {
            if found.iter().all(|other| other.name != name) {
                let is_default = default.as_ref() == Some(&name);
                found.push(DeviceInfo { name, is_default });
            }
        }
        // ALSA's default is not always in its own list.
        if let Some(name) = default.filter(|_| !found.is_empty())
            && found.iter().all(|device| !device.is_default)
        {
            let is_default = true;
            found.push(DeviceInfo { name, is_default });
        }
        found.sort_by_key(|device| !device.is_default);
        Ok(found)
    });
    listed.unwrap_or_else(|error| {
        tracing::warn!(%error, "sound devices");
        Vec::new()
    })
}

/// Why a device that was in use stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// It is there, but has to be opened again.
    Invalidated,
    /// It is gone.
    Lost,
}

/// What there is to play on. A door, so that losing a device can be tried without one.
pub trait Hardware: Send {
    /// Finds the device of this name, or the default one when there is none of this name (any more) or no name was given.
    ///
    /// # Errors
    /// [`Error::Output`] when there is no device.
    fn find(&self, name: Option<&str>) -> Result<Box<dyn FoundDevice>>;

    /// Whether it is worth trying [`Hardware::find`]. Opening in vain makes some sound systems write to the terminal.
    fn is_promising(&self) -> bool;
}

/// A device that was found and asked what it wants. It is not open yet: the renderer has to be made for its rate first.
pub trait FoundDevice {
    /// What it is called.
    fn name(&self) -> &str;
    /// Frames per second that it wants.
    fn rate_hz(&self) -> u32;
    /// Opens it and starts pulling from the renderer, which must have been made for its rate. `bell` is rung when the device
    /// goes away. When opening fails, the renderer is lost with it.
    ///
    /// # Errors
    /// [`Error::Output`] with the reason.
    fn open(self: Box<Self>, renderer: Renderer, bell: &Bell) -> Result<Box<dyn OpenDevice>>;
}

/// An open device that pulls samples. Dropping it closes it.
pub trait OpenDevice {
    /// What went wrong since the last look.
    fn fault(&self) -> Option<Fault>;
}

/// The system's sound devices.
pub struct SystemHardware;

impl Hardware for SystemHardware {
    fn find(&self, name: Option<&str>) -> Result<Box<dyn FoundDevice>> {
        guarded("open the sound device", || {
            let host = cpal::default_host();
            let chosen = name.and_then(|name| {
                candidates(&host).find(|device| name_of(device).as_deref() == Some(name))
            });
            let device = chosen.or_else(|| host.default_output_device());
            let device = device.ok_or_else(|| no_output("there is no sound device"))?;
            Ok(Box::new(describe(device)?) as Box<dyn FoundDevice>)
        })
    }

    fn is_promising(&self) -> bool {
        guarded("list the sound devices", || {
            Ok(candidates(&cpal::default_host()).next().is_some())
        })
        .unwrap_or(false)
    }
}

struct Found {
    device: cpal::Device,
    config: StreamConfig,
    format: SampleFormat,
    buffer: SupportedBufferSize,
    name: String,
}

struct SystemDevice {
    /// Keeps the device open.
    _stream: cpal::Stream,
    faults: crossbeam_channel::Receiver<Fault>,
}

impl FoundDevice for Found {
    fn name(&self) -> &str {
        &self.name
    }

    fn rate_hz(&self) -> u32 {
        self.config.sample_rate
    }

    fn open(mut self: Box<Self>, renderer: Renderer, bell: &Bell) -> Result<Box<dyn OpenDevice>> {
        self.config.buffer_size = match self.buffer {
            SupportedBufferSize::Range { min, max } => {
                let period = (self.config.sample_rate * PERIOD_MS / 1000).next_power_of_two();
                BufferSize::Fixed(period.clamp(min.min(max), max))
            }
            SupportedBufferSize::Unknown => BufferSize::Default,
        };
        guarded("open the sound device", || match self.format {
            SampleFormat::I8 => self.start::<i8>(renderer, bell),
            SampleFormat::I16 => self.start::<i16>(renderer, bell),
            SampleFormat::I24 => self.start::<I24>(renderer, bell),
            SampleFormat::I32 => self.start::<i32>(renderer, bell),
            SampleFormat::U8 => self.start::<u8>(renderer, bell),
            SampleFormat::U16 => self.start::<u16>(renderer, bell),
            SampleFormat::U24 => self.start::<U24>(renderer, bell),
            SampleFormat::U32 => self.start::<u32>(renderer, bell),
            SampleFormat::F64 => self.start::<f64>(renderer, bell),
            _ => self.start::<f32>(renderer, bell),
        })
    }
}

impl Found {
    fn start<T: SizedSample + FromSample<f32>>(
        &self,
        mut renderer: Renderer,
        bell: &Bell,
    ) -> Result<Box<dyn OpenDevice>> {
        let (sender, faults) = bounded(4);
        let mut alarm = Alarm {
            name: self.name.clone(),
            faults: sender,
            bell: bell.clone(),
            worst: None,
        };
        let channels = usize::from(self.config.channels);
        let stream = self
            .device
            .build_output_stream::<T, _, _>(
                self.config,
                move |out, _| deliver(&mut renderer, out, channels),
                move |error| alarm.raise(&error),
                None,
            )
            .map_err(|error| refused(&error))?;
        stream.play().map_err(|error| refused(&error))?;
        Ok(Box::new(SystemDevice {
            _stream: stream,
            faults,
        }))
    }
}

impl OpenDevice for SystemDevice {
    fn fault(&self) -> Option<Fault> {
        self.faults.try_recv().ok()
    }
}

/// The callback: renders in blocks on the stack and spreads stereo over the device's channels.
fn deliver<T: SizedSample + FromSample<f32>>(
    renderer: &mut Renderer,
    out: &mut [T],
    channels: usize,
) {
    let mut block = [0.0_f32; 2 * BLOCK_FRAMES];
    for part in out.chunks_mut(BLOCK_FRAMES * channels.max(1)) {
        let frames = part.len() / channels.max(1);
        let stereo = &mut block[..2 * frames];
        renderer.render(stereo);
        for (slots, frame) in part.chunks_mut(channels.max(1)).zip(stereo.chunks_exact(2)) {
            if let [slot] = slots {
                *slot = T::from_sample(0.5 * (frame[0] + frame[1]));
                continue;
            }
            for (slot, &sample) in slots.iter_mut().zip(frame) {
                *slot = T::from_sample(sample);
            }
        }
    }
}

/// What the device's own thread does with errors. A broken stream can repeat one thousands of times a second until it is
/// closed, so each sort is told once.
struct Alarm {
    name: String,
    faults: Sender<Fault>,
    bell: Bell,
    worst: Option<Fault>,
}

impl Alarm {
    fn raise(&mut self, error: &cpal::Error) {
        let fault = match error.kind() {
            // It went on by itself, at worst with a crackle.
            ErrorKind::Xrun | ErrorKind::RealtimeDenied | ErrorKind::DeviceChanged => {
                tracing::debug!(device = self.name, %error, "sound device");
                return;
            }
            ErrorKind::DeviceNotAvailable | ErrorKind::HostUnavailable => Fault::Lost,
            // Opening it again tells whether it is there.
            _ => Fault::Invalidated,
        };
        if Some(fault) <= self.worst {
            return;
        }
        self.worst = Some(fault);
        tracing::warn!(device = self.name, %error, "sound device");
        // There is room for one of each.
        self.faults.try_send(fault).ok();
        self.bell.ring();
    }
}

fn describe(device: cpal::Device) -> Result<Found> {
    let config = device.default_output_config().map_err(|e| refused(&e))?;
    if config.channels() == 0 || !(1000..=1_000_000).contains(&config.sample_rate()) {
        return Err(no_output("the sound device has no usable format"));
    }
    Ok(Found {
        name: name_of(&device).unwrap_or_else(|| "default".to_owned()),
        config: config.config(),
        format: config.sample_format(),
        buffer: *config.buffer_size(),
        device,
    })
}

/// Devices that can play, as far as that is known without opening them.
fn candidates(host: &cpal::Host) -> impl Iterator<Item = cpal::Device> {
    let devices = host.devices().into_iter().flatten();
    devices.filter(|device| {
        device.description().is_ok_and(|description| {
            let is_output = match description.direction() {
                DeviceDirection::Unknown => true,
                _ => description.supports_output(),
            };
            is_output && !description.driver().is_some_and(is_plumbing)
        })
    })
}

/// ALSA lists every plugin and every route to a card as a device of its own. What is left out here is no place where sound
/// comes out, or one that is listed under a better name (`sysdefault:` for a card, `hdmi:` for its screens).
fn is_plumbing(alsa_name: &str) -> bool {
    const PLUGINS: &[&str] = &[
        "null",
        "lavrate",
        "samplerate",
        "speexrate",
        "speex",
        "upmix",
        "vdownmix",
        "oss",
        "jack",
        "usbstream",
    ];
    const ROUTES: &[&str] = &[
        "hw",
        "plughw",
        "front",
        "rear",
        "center_lfe",
        "side",
        "surround21",
        "surround40",
        "surround41",
        "surround50",
        "surround51",
        "surround71",
        "iec958",
        "dmix",
        "dsnoop",
        "usbstream",
    ];
    match alsa_name.split_once(':') {
        Some((route, _)) => ROUTES.contains(&route),
        None => PLUGINS.contains(&alsa_name),
    }
}

fn name_of(device: &cpal::Device) -> Option<String> {
    let description = device.description().ok()?;
    Some(description.name().to_owned())
}

/// The system's refusal as a sentence.
fn refused(error: &cpal::Error) -> Error {
    match error.kind() {
        ErrorKind::DeviceNotAvailable => no_output("there is no sound device"),
        ErrorKind::HostUnavailable => no_output("the sound system is not running"),
        ErrorKind::DeviceBusy => no_output("another program has the sound device for itself"),
        ErrorKind::PermissionDenied => no_output("permission for the sound device was denied"),
        _ => no_output(&one_line(&error.to_string())),
    }
}

fn no_output(why: &str) -> Error {
    Error::Output {
        why: why.to_owned(),
    }
}
