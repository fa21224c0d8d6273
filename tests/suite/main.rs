//! The whole program from outside: one executable for all topics.

mod command_line;
mod kill;
mod layers;
mod support;
mod window;
