//! Tests of the packs.
