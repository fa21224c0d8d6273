//! The search language.

pub(super) mod fold;
