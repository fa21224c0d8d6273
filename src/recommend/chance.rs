//! Chance that is the same all day: mixed from numbers, never drawn.

use crate::catalog::ItemId;

/// A well-mixed number from another (the finaliser of SplitMix64, Steele et al. 2014).
pub fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A number that is the same all day and differs between days and items.
pub fn of_day(item: ItemId, today: i64) -> u64 {
    mixed(mixed(today as u64) ^ item.0 as u64)
}
