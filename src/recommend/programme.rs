//! "20 calm minutes": songs and clips that fill a time in one mood, with photos to look at meanwhile.

use super::chance;
use super::mood::{self, Feelings, Mood};
use super::taste::Taste;
use super::types::{Factor, Input, Options, Pick, Reason};
use crate::catalog::ItemId;
use crate::media::Kind;

/// How long one photo is shown.
pub const PHOTO_SECS: u64 = 8;
/// The programme may be this much too long or too short.
const SLACK: f32 = 0.06;
/// Pieces longer than this share of the programme would be all of it.
const PIECE_SHARE: f32 = 0.6;
const MOOD_WEIGHT: f32 = 0.8;

/// What is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    Calm,
    Bright,
    Lively,
}

impl Wish {
    /// All, in the order menus show them.
    pub const ALL: [Self; 3] = [Self::Calm, Self::Bright, Self::Lively];

    /// The name on the command line, and part of text keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::Bright => "bright",
            Self::Lively => "lively",
        }
    }

    /// The inverse of `as_str`.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wish| wish.as_str() == name)
    }

    fn mood(self) -> Mood {
        let (valence, energy) = match self {
            Self::Calm => (0.2, -0.7),
            Self::Bright => (0.7, 0.1),
            Self::Lively => (0.4, 0.8),
        };
        Mood {
            valence,
            energy,
            sure: 1.0,
        }
    }
}

/// A timed mixed programme.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Programme {
    /// Songs and clips, in order.
    pub tracks: Vec<Pick>,
    /// Photos to look at meanwhile, in order.
    pub photos: Vec<Pick>,
    /// How long the tracks are together.
    pub duration_ms: u64,
}

/// Fills `minutes` in a mood. Fewer minutes when the library has not enough that fits.
pub fn programme(input: &Input, minutes: u32, wish: Wish) -> Programme {
    let wanted_ms = u64::from(minutes.clamp(1, 240)) * 60_000;
    let taste = Taste::new(input, &Options::default());
    let feelings = Feelings::new(input);
    let target = wish.mood();
    let fit = |at: usize| MOOD_WEIGHT * mood::likeness(feelings.mood(&input.items[at]), target);
    let ranked = |kinds: &[Kind]| -> Vec<(usize, f32)> {
        let mut list: Vec<(usize, f32)> = kinds
            .iter()
            .flat_map(|&kind| taste.eligible(kind))
            .filter(|(_, facts)| facts.kind != Kind::Photo || taste.memories.admits(facts))
            .map(|(at, _)| (at, fit(at)))
            .filter(|(_, fit)| *fit > 0.05)
            .map(|(at, fit)| (at, fit + 0.5 * taste.likings[at]))
            .filter(|(_, score)| *score > 0.0)
            .collect();
        let step = |score: f32| (score * 10.0).round() as i64;
        list.sort_by_cached_key(|&(at, score)| {
            let chance = chance::of_day(input.items[at].id, taste.today);
            std::cmp::Reverse((step(score), chance))
        });
        list
    };
    let mut left = ranked(&[Kind::Audio, Kind::Clip]);
    left.retain(|(at, _)| {
        let ms = input.items[*at].duration_ms;
        ms >= 10_000 && ms as f32 <= wanted_ms as f32 * PIECE_SHARE.max(60_000.0 / wanted_ms as f32)
    });
    let slack_ms = (wanted_ms as f32 * SLACK) as u64;
    let mut chosen: Vec<usize> = Vec::new();
    let mut total_ms = 0;
    let mut last_artist = "";
    let mut clips = 0;
    while total_ms + slack_ms < wanted_ms {
        let room_ms = wanted_ms + slack_ms - total_ms;
        let fits = |at: usize, is_strict: bool| {
            let facts = &input.items[at];
            facts.duration_ms <= room_ms
                && (facts.kind != Kind::Clip || clips * 3 <= chosen.len())
                && (!is_strict || facts.artist.is_empty() || facts.artist != last_artist)
        };
        // The last piece is the one that fills the time best, of those that fit about as well as any.
        let is_last = left
            .iter()
            .take(40)
            .filter(|(at, _)| fits(*at, true))
            .map(|(at, _)| input.items[*at].duration_ms)
            .any(|ms| total_ms + ms + slack_ms >= wanted_ms);
        let next = if is_last {
            left.iter()
                .take(40)
                .enumerate()
                .filter(|(_, (at, _))| fits(*at, true))
                .min_by_key(|(_, (at, _))| {
                    (total_ms + input.items[*at].duration_ms).abs_diff(wanted_ms)
                })
                .map(|(place, _)| place)
        } else {
            left.iter()
                .position(|(at, _)| fits(*at, true))
                .or_else(|| left.iter().position(|(at, _)| fits(*at, false)))
        };
        let Some(place) = next else {
            break;
        };
        let (at, _) = left.remove(place);
        total_ms += input.items[at].duration_ms;
        clips += usize::from(input.items[at].kind == Kind::Clip);
        last_artist = &input.items[at].artist;
        chosen.push(at);
    }
    let photos = ranked(&[Kind::Photo]);
    let count = (wanted_ms / 1000 / PHOTO_SECS) as usize;
    let mut seen: Vec<usize> = Vec::new();
    for (at, _) in photos {
        let is_new = seen
            .iter()
            .rev()
            .take(60)
            .all(|&other| taste.cosine(at, other).is_none_or(|cosine| cosine < 0.95));
        if is_new {
            seen.push(at);
        }
        if seen.len() >= count {
            break;
        }
    }
    let explained = |at: usize| {
        let facts = &input.items[at];
        let mood = feelings.mood(facts);
        let mut reasons = vec![Reason {
            factor: Factor::Mood {
                valence: f32::midpoint(mood.valence, target.valence),
                energy: f32::midpoint(mood.energy, target.energy),
            },
            weight: fit(at),
            key: "mood".to_owned(),
            evidence: Vec::<ItemId>::new(),
        }];
        reasons.extend(taste.explain(at).into_iter().map(|mut reason| {
            reason.weight *= 0.5;
            reason
        }));
        super::diversity::assemble(at, reasons, &taste)
    };
    Programme {
        tracks: chosen.into_iter().map(explained).collect(),
        photos: seen.into_iter().map(explained).collect(),
        duration_ms: total_ms,
    }
}
