//! One mood space for photos and music: valence (dark to bright) and energy (calm to lively), from tags and tempo, and
//! themes that a scene and a sound share.

use super::types::{Facts, Input};
use crate::media::Kind;

/// Where tags lie: valence, energy, and how much they say. Arousal and valence of words and genres as commonly
/// rated; own judgement, checked by looking at what it pairs.
const FEELS: &[(&str, f32, f32, f32)] = &[
    // What songs are called.
    ("calm", 0.2, -0.8, 1.5),
    ("energetic", 0.3, 0.8, 1.5),
    ("happy", 0.8, 0.3, 1.5),
    ("sad", -0.7, -0.5, 1.5),
    ("dark", -0.7, 0.0, 1.2),
    ("tense", -0.5, 0.5, 1.2),
    ("party", 0.7, 0.8, 1.2),
    ("ambient", 0.0, -0.8, 1.0),
    ("chillout", 0.3, -0.6, 1.0),
    ("classical", 0.1, -0.4, 0.6),
    ("opera", 0.0, 0.1, 0.5),
    ("choir", 0.1, -0.4, 0.6),
    ("folk", 0.2, -0.3, 0.6),
    ("acoustic-guitar", 0.3, -0.4, 0.6),
    ("piano", 0.1, -0.4, 0.5),
    ("jazz", 0.3, -0.1, 0.6),
    ("blues", -0.2, -0.1, 0.6),
    ("soul", 0.4, 0.0, 0.6),
    ("funk", 0.6, 0.5, 0.7),
    ("pop", 0.5, 0.3, 0.6),
    ("dance", 0.6, 0.8, 0.9),
    ("electronic", 0.1, 0.5, 0.6),
    ("rock", 0.1, 0.6, 0.7),
    ("punk", 0.1, 0.9, 0.8),
    ("metal", -0.4, 0.9, 0.9),
    ("hip-hop", 0.1, 0.5, 0.6),
    // What is on photos.
    ("beach", 0.6, -0.2, 1.0),
    ("sea", 0.3, -0.5, 1.0),
    ("coast-cliff", 0.2, -0.4, 0.8),
    ("lake-river", 0.3, -0.6, 1.0),
    ("sunset", 0.3, -0.7, 1.2),
    ("mountain", 0.2, -0.3, 0.8),
    ("valley-field", 0.3, -0.5, 0.8),
    ("forest", 0.2, -0.6, 1.0),
    ("tree-plant", 0.2, -0.4, 0.5),
    ("snow-ice", 0.1, -0.5, 1.0),
    ("clouds", 0.0, -0.5, 0.6),
    ("fog", -0.4, -0.6, 1.0),
    ("rain", -0.5, -0.4, 1.0),
    ("night", -0.2, 0.0, 0.8),
    ("skyline", 0.1, 0.4, 0.8),
    ("street", 0.1, 0.3, 0.6),
    ("industrial", -0.4, 0.3, 0.6),
    ("church", 0.0, -0.5, 0.6),
    ("garden-park", 0.5, -0.4, 0.8),
    ("flower", 0.6, -0.3, 0.8),
    ("sunny-sky", 0.7, 0.0, 0.8),
    ("group", 0.5, 0.5, 0.6),
    ("crowd", 0.4, 0.7, 0.8),
    ("children", 0.7, 0.4, 0.8),
    ("dog", 0.6, 0.2, 0.5),
    ("cat", 0.4, -0.4, 0.5),
    ("concert", 0.5, 0.8, 1.2),
    ("dessert", 0.6, 0.0, 0.4),
    ("stadium-court", 0.4, 0.8, 1.0),
    ("sport", 0.4, 0.8, 1.0),
    ("football", 0.4, 0.8, 0.8),
    ("basketball", 0.4, 0.8, 0.8),
    ("skiing", 0.5, 0.7, 0.8),
    ("cycling", 0.4, 0.6, 0.8),
    ("motorsport", 0.2, 0.9, 1.0),
    ("motorcycle", 0.2, 0.7, 0.7),
    ("yoga-exercise", 0.3, -0.5, 0.8),
    ("sailing", 0.4, -0.1, 0.8),
    ("boat", 0.3, -0.3, 0.6),
    ("swimming-pool", 0.6, 0.2, 0.6),
];

/// Scenes and sounds that go together: tag of the photo, tag of the song, how strongly.
const THEMES: &[(&str, &str, f32)] = &[
    ("church", "choir", 1.0),
    ("church", "classical", 0.7),
    ("monument-castle", "classical", 0.7),
    ("monument-castle", "harpsichord", 0.9),
    ("skyline", "electronic", 0.7),
    ("skyline", "jazz", 0.5),
    ("street", "hip-hop", 0.7),
    ("forest", "folk", 0.8),
    ("valley-field", "country", 0.8),
    ("valley-field", "folk", 0.7),
    ("horse", "country", 0.8),
    ("mountain", "folk", 0.6),
    ("snow-ice", "ambient", 0.7),
    ("sea", "ambient", 0.6),
    ("sunset", "chillout", 0.8),
    ("beach", "chillout", 0.6),
    ("beach", "pop", 0.5),
    ("boat", "folk", 0.4),
    ("garden-park", "acoustic-guitar", 0.5),
    ("coffee-cup", "jazz", 0.8),
    ("dining-restaurant", "jazz", 0.7),
    ("motorcycle", "rock", 0.8),
    ("motorsport", "metal", 0.7),
    ("car", "rock", 0.5),
    ("group", "party", 0.6),
    ("stadium-court", "rock", 0.5),
    ("musical-instrument", "guitar", 0.6),
    ("musical-instrument", "instrumental", 0.5),
    ("industrial", "electronic", 0.6),
];

/// What a tag adds to a mood is this sure, when nothing else is known.
const PRIOR: f32 = 0.6;

/// A place in the mood space.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Mood {
    /// -1 dark, 1 bright.
    pub valence: f32,
    /// -1 calm, 1 lively.
    pub energy: f32,
    /// How much is known, 0 to 1.
    pub sure: f32,
}

/// What all tags of a library feel like.
pub struct Feelings {
    of_tag: Vec<Option<(f32, f32, f32)>>,
}

impl Feelings {
    /// Looks the names up once.
    pub fn new(input: &Input) -> Self {
        let of_tag = input
            .names
            .iter()
            .map(|name| {
                FEELS
                    .iter()
                    .find(|(tag, ..)| tag == name)
                    .map(|&(_, valence, energy, weight)| (valence, energy, weight))
            })
            .collect();
        Self { of_tag }
    }

    /// The mood of one item.
    pub fn mood(&self, facts: &Facts) -> Mood {
        let (mut valence, mut energy, mut weight) = (0.0, 0.0, 0.0);
        for (tag, score) in &facts.tags {
            if let Some(Some((v, e, w))) = self.of_tag.get(*tag as usize) {
                valence += v * w * score;
                energy += e * w * score;
                weight += w * score;
            }
        }
        // 60 beats a minute are calm, 160 are lively (Gabrielsson and Lindstrom 2010: tempo drives arousal most).
        if let Some(bpm) = facts
            .bpm
            .filter(|bpm| facts.kind == Kind::Audio && bpm.is_finite())
        {
            energy += 0.7 * ((bpm - 110.0) / 50.0).clamp(-1.0, 1.0);
            weight += 0.7;
        }
        if weight <= 0.0 {
            return Mood::default();
        }
        Mood {
            valence: valence / weight,
            energy: energy / weight,
            sure: weight / (weight + PRIOR),
        }
    }

    /// The common mood of several items.
    pub fn common<'a>(&self, items: impl Iterator<Item = &'a Facts>) -> Mood {
        let mut sum = Mood::default();
        let mut weight = 0.0;
        let mut best: f32 = 0.0;
        for facts in items {
            let mood = self.mood(facts);
            sum.valence += mood.valence * mood.sure;
            sum.energy += mood.energy * mood.sure;
            weight += mood.sure;
            best = best.max(mood.sure);
        }
        if weight <= 0.0 {
            return Mood::default();
        }
        Mood {
            valence: sum.valence / weight,
            energy: sum.energy / weight,
            sure: best,
        }
    }
}

/// How alike two moods are: 0 to 1, 0 when nothing is known of one.
pub fn likeness(a: Mood, b: Mood) -> f32 {
    let distance = ((a.valence - b.valence).powi(2) + (a.energy - b.energy).powi(2)).sqrt();
    (1.0 - distance / 0.9).max(0.0) * (a.sure * b.sure).sqrt()
}

/// What one side of a pair offers every tag of the other: its own tag, and how strongly they go together.
pub struct Themes {
    by_tag: Vec<Option<(u32, f32)>>,
}

impl Themes {
    /// `is_picture`: the side is the picture, its partners are songs.
    pub fn new(input: &Input, side: &[(u32, f32)], is_picture: bool) -> Self {
        let mut by_tag: Vec<Option<(u32, f32)>> = vec![None; input.names.len()];
        let mut offer = |partner: usize, own: u32, strength: f32| {
            if let Some(best) = by_tag.get_mut(partner)
                && best.is_none_or(|(_, other)| strength > other)
            {
                *best = Some((own, strength));
            }
        };
        for &(own, score) in side {
            offer(own as usize, own, score);
            let name = input.name(own);
            for (picture, song, strength) in THEMES {
                let (mine, partner) = if is_picture {
                    (picture, song)
                } else {
                    (song, picture)
                };
                if *mine == name
                    && let Some(at) = input.names.iter().position(|known| known == partner)
                {
                    offer(at, own, score * strength);
                }
            }
        }
        Self { by_tag }
    }

    /// The strongest theme shared with tags of the other side: the side's own tag, theirs, and the strength.
    pub fn best(&self, tags: &[(u32, f32)]) -> Option<(u32, u32, f32)> {
        let mut best: Option<(u32, u32, f32)> = None;
        for &(tag, score) in tags {
            if let Some(Some((own, strength))) = self.by_tag.get(tag as usize)
                && best.is_none_or(|(_, _, other)| strength * score > other)
            {
                best = Some((*own, tag, strength * score));
            }
        }
        best
    }
}
