//! The packs inside the program: the folders `models/<pack>` of the repository.

use super::source::Source;

/// Every embedded pack, in the order in which they run.
pub(super) const EMBEDDED: &[Source] = &[];
