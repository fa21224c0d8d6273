//! The open output, whichever it is, and the way to hand it streams.

use std::path::Path;
use std::sync::Arc;

use super::bell::Bell;
use super::device::{Fault, FoundDevice, OpenDevice};
use super::offline::OfflineOutput;
use super::render::{Feed, renderer};
use super::stream::{Controls, Stream};
use crate::error::Result;

/// An open output.
pub struct Outlet {
    kind: Kind,
    feed: Feed,
    /// Frames per second that it takes.
    pub rate_hz: u32,
}

enum Kind {
    Device {
        device: Box<dyn OpenDevice>,
        name: String,
    },
    Offline(Box<OfflineOutput>),
}

impl Outlet {
    /// Opens a device that was found.
    ///
    /// # Errors
    /// When it does not open.
    pub fn device(
        found: Box<dyn FoundDevice>,
        controls: Arc<Controls>,
        bell: &Bell,
    ) -> Result<Self> {
        let (name, rate_hz) = (found.name().to_owned(), found.rate_hz());
        let (feed, renderer) = renderer(controls, rate_hz);
        let device = found.open(renderer, bell)?;
        Ok(Self {
            kind: Kind::Device { device, name },
            feed,
            rate_hz,
        })
    }

    /// A WAV file, or nothing.
    ///
    /// # Errors
    /// When the file cannot be created.
    pub fn offline(rate_hz: u32, controls: Arc<Controls>, path: Option<&Path>) -> Result<Self> {
        let (feed, renderer) = renderer(controls, rate_hz);
        Ok(Self {
            kind: Kind::Offline(Box::new(OfflineOutput::new(renderer, rate_hz, path)?)),
            feed,
            rate_hz,
        })
    }

    /// The device's name, when it is one.
    pub fn device_name(&self) -> Option<&str> {
        match &self.kind {
            Kind::Device { name, .. } => Some(name),
            Kind::Offline(_) => None,
        }
    }

    /// Hands over a stream, which is played when the one before it was stopped. Gives it back when too many wait.
    pub fn hand_over(&mut self, stream: Stream) -> Option<Stream> {
        self.free_retired();
        match self.feed.incoming.push(stream) {
            Ok(()) => None,
            Err(rtrb::PushError::Full(stream)) => Some(stream),
        }
    }

    /// Frees what the callback has let go of.
    pub fn free_retired(&mut self) {
        while self.feed.retired.pop().is_ok() {}
    }

    /// What went wrong with the device since the last look.
    pub fn fault(&self) -> Option<Fault> {
        match &self.kind {
            Kind::Device { device, .. } => device.fault(),
            Kind::Offline(_) => None,
        }
    }

    /// Takes samples if nobody else does. 0 when there were none, or a device takes them.
    ///
    /// # Errors
    /// When the WAV file cannot be written.
    pub fn pull(&mut self) -> Result<usize> {
        match &mut self.kind {
            Kind::Device { .. } => Ok(0),
            Kind::Offline(offline) => offline.pull(),
        }
    }

    /// Closes the output. A file is complete afterwards.
    ///
    /// # Errors
    /// When the WAV file cannot be completed.
    pub fn close(self) -> Result<()> {
        match self.kind {
            Kind::Device { .. } => Ok(()),
            Kind::Offline(offline) => offline.finish(),
        }
    }
}
