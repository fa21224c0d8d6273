//! The whole program from outside: one executable for all topics.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails"
)]

mod command_line;
mod files;
mod kill;
mod layers;
mod licences;
mod network;
mod permissions;
mod prove;
mod sidecars;
mod support;
mod window;
