//! Where commands write: results on standard output, messages and problems on standard error.

use std::io::Write;
use std::sync::Arc;

use serde::Serialize;

use crate::app::words::{Language, Words};
use crate::error::Error;

/// The two streams of a command, and whether something failed.
pub struct Console<'a> {
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
    has_failed: bool,
    /// The reader of our output has gone (`parlour search x | head`): no reason to complain.
    is_gone: bool,
    words: Arc<Words>,
}

impl<'a> Console<'a> {
    /// A console on two streams. Its texts are English: scripts read them.
    pub fn new(out: &'a mut dyn Write, err: &'a mut dyn Write) -> Self {
        Self {
            out,
            err,
            has_failed: false,
            is_gone: false,
            words: Arc::new(Words::new(Language::English)),
        }
    }

    /// The texts of the command line.
    pub fn words(&self) -> Arc<Words> {
        self.words.clone()
    }

    /// One JSON object on a line of its own.
    pub fn json(&mut self, value: &impl Serialize) {
        match serde_json::to_string(value) {
            Ok(line) => self.line(&line),
            Err(error) => self.problem(&Error::Internal {
                action: "write JSON",
                why: error.to_string(),
            }),
        }
    }

    /// A line of the result.
    pub fn line(&mut self, text: &str) {
        if !self.is_gone && writeln!(self.out, "{text}").is_err() {
            self.is_gone = true;
        }
    }

    /// A message beside the result.
    pub fn say(&mut self, text: &str) {
        if writeln!(self.err, "parlour: {text}").is_err() {
            self.is_gone = true;
        }
    }

    /// Something failed: it is named, and the exit code will be 1.
    pub fn problem(&mut self, error: &Error) {
        self.has_failed = true;
        self.say(&error.to_string());
    }

    /// Something failed that was named already.
    pub fn fail(&mut self) {
        self.has_failed = true;
    }

    /// 0, or 1 when something failed.
    pub fn exit_code(&self) -> u8 {
        u8::from(self.has_failed)
    }
}
