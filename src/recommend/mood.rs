//! A first shared mood space for photos and music: what a scene feels like, and which songs feel so.

use std::collections::HashMap;

/// Moods that scenes suggest: tag of a photo, mood of a song, how strongly.
const SCENES: &[(&str, &str, f32)] = &[
    ("beach", "calm", 0.6),
    ("beach", "happy", 0.4),
    ("sea", "calm", 0.7),
    ("lake-river", "calm", 0.7),
    ("sunset", "calm", 0.8),
    ("mountain", "calm", 0.5),
    ("forest", "calm", 0.7),
    ("snow-ice", "calm", 0.5),
    ("fog", "dark", 0.6),
    ("rain", "sad", 0.5),
    ("night", "dark", 0.6),
    ("skyline", "energetic", 0.4),
    ("street", "energetic", 0.3),
    ("stadium-court", "energetic", 0.8),
    ("sport", "energetic", 0.8),
    ("crowd", "energetic", 0.6),
    ("concert", "energetic", 0.9),
    ("flower", "happy", 0.5),
    ("sunny-sky", "happy", 0.6),
    ("children", "happy", 0.6),
    ("dog", "happy", 0.4),
    ("garden-park", "happy", 0.4),
];

/// How well a song's tags fit the mood of a photo's: 0 when either says nothing.
pub fn mood_match(photo: &HashMap<String, f32>, song: &[(String, f32)]) -> f32 {
    SCENES
        .iter()
        .filter_map(|&(scene, mood, strength)| {
            let seen = photo.get(scene)?;
            let felt = song.iter().find(|(tag, _)| tag == mood)?.1;
            Some(seen * felt * strength)
        })
        .sum()
}
