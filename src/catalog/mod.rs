//! SQLite: items, tags, collections, history, search. The only room that knows SQL.

mod change;
mod types;

pub use change::*;
pub use types::*;
