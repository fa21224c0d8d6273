//! History to taste to shelves. Pure functions over plain data: no files, no database, no clock.

mod types;

pub use types::*;
