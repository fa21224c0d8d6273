//! What made a model say so: the regions of a picture, the moments of a sound.
//!
//! A picture is shown to the network again and again with one part covered by its mean colour (occlusion, Zeiler and
//! Fergus, "Visualizing and Understanding Convolutional Networks", 2014); where covering costs score, it looked. A sound
//! is heard stretch by stretch.

use super::packs::Packs;
use super::taggers::{Scores, scores_of_picture, scores_of_sound};
use super::teach::Head;
use super::vocabulary::Vocabulary;
use crate::error::{Error, Result};
use crate::jobs::Cancel;
use crate::media::photo::Picture;

/// Parts along each side.
const PARTS: usize = 7;
/// The covered square, in parts.
const COVER: f32 = 2.0;
/// The long side that pictures are looked at with: about twice what the networks see.
const SIDE: u32 = 448;

/// What gives the score.
#[derive(Debug, Clone, Copy)]
pub enum By<'a> {
    /// A label of the pack, and those below it.
    Label(&'a str),
    /// A taught tag on the pack's embedding.
    Head(&'a Head),
}

/// Where a network looked: `PARTS` times `PARTS` values, row by row, 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatMap {
    /// Parts in a row.
    pub columns: usize,
    /// How much each part mattered; the most important one is 1.
    pub values: Vec<f32>,
    /// The score with nothing covered.
    pub score: f32,
    /// How much of the score covering the most important part costs.
    pub most: f32,
}

/// One stretch of a sound and its score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// Where it begins.
    pub start_ms: u64,
    /// How long it is.
    pub length_ms: u64,
    /// The score of this stretch alone.
    pub score: f32,
}

fn score_of(scores: &Scores, by: By<'_>, labels: &[usize]) -> f32 {
    match by {
        By::Head(head) => head.score(&scores.embedding),
        By::Label(_) => labels
            .iter()
            .filter_map(|at| scores.scores.get(*at))
            .copied()
            .fold(0.0, f32::max),
    }
}

fn pack_of<'a>(packs: &'a Packs, id: &str) -> Result<&'a super::Pack> {
    packs
        .pack(id)
        .map(|pack| &**pack)
        .ok_or_else(|| Error::NotFound {
            what: "model pack",
            name: id.to_owned(),
        })
}

/// The places of a label among the scores: its own and those below it.
fn places(pack: &super::Pack, vocabulary: &Vocabulary, by: By<'_>) -> Vec<usize> {
    let By::Label(slug) = by else {
        return Vec::new();
    };
    pack.labels()
        .iter()
        .enumerate()
        .filter(|(_, label)| label.slug == slug || vocabulary.parents(&label.slug).contains(&slug))
        .map(|(at, _)| at)
        .collect()
}

/// Where the pack `id` looked in a picture. Runs the network some fifty times: for a worker.
///
/// # Errors
/// When the pack is not there or fails, or `cancel` is thrown.
pub fn regions(
    packs: &Packs,
    id: &str,
    picture: &Picture,
    by: By<'_>,
    cancel: &Cancel,
) -> Result<HeatMap> {
    let pack = pack_of(packs, id)?;
    let labels = places(pack, packs.vocabulary(), by);
    let picture = picture.fit(SIDE);
    let score = score_of(&scores_of_picture(pack, &picture)?, by, &labels);
    let mean = mean_colour(&picture);
    let mut values = vec![0.0_f32; PARTS * PARTS];
    for (at, value) in values.iter_mut().enumerate() {
        cancel.check()?;
        let covered = covered(&picture, at % PARTS, at / PARTS, mean);
        let without = score_of(&scores_of_picture(pack, &covered)?, by, &labels);
        *value = (score - without).max(0.0);
    }
    let most = values.iter().copied().fold(0.0, f32::max);
    if most > 1e-6 {
        for value in &mut values {
            *value /= most;
        }
    }
    Ok(HeatMap {
        columns: PARTS,
        values,
        score,
        most,
    })
}

fn mean_colour(picture: &Picture) -> [u8; 4] {
    let mut sums = [0_u64; 3];
    for pixel in picture.rgba.as_chunks::<4>().0 {
        for (sum, value) in sums.iter_mut().zip(pixel) {
            *sum += u64::from(*value);
        }
    }
    let count = (picture.rgba.len() as u64 / 4).max(1);
    let [r, g, b] = sums.map(|sum| (sum / count) as u8);
    [r, g, b, 255]
}

/// The picture with one part and what lies around it covered.
fn covered(picture: &Picture, column: usize, row: usize, colour: [u8; 4]) -> Picture {
    let mut covered = picture.clone();
    let span = |side: u32, at: usize| {
        let part = side as f32 / PARTS as f32;
        let centre = (at as f32 + 0.5) * part;
        let from = (centre - COVER * part / 2.0).max(0.0) as usize;
        let to = ((centre + COVER * part / 2.0).ceil() as usize).min(side as usize);
        (from, to)
    };
    let (left, right) = span(picture.width, column);
    let (top, bottom) = span(picture.height, row);
    let line = picture.width as usize * 4;
    for y in top..bottom {
        for pixel in covered.rgba[y * line + left * 4..y * line + right * 4].chunks_exact_mut(4) {
            pixel.copy_from_slice(&colour);
        }
    }
    covered
}

/// How sure the pack `id` is of each stretch of a sound: samples at [`super::SAMPLE_RATE_HZ`] in stretches of
/// `window_len` that begin at `starts_ms`. One long stretch is cut into seconds.
///
/// # Errors
/// When the pack is not there or fails, or `cancel` is thrown.
pub fn moments(
    packs: &Packs,
    id: &str,
    sound: (&[f32], usize, &[u64]),
    by: By<'_>,
    cancel: &Cancel,
) -> Result<Vec<Moment>> {
    let pack = pack_of(packs, id)?;
    let labels = places(pack, packs.vocabulary(), by);
    let (mono, window_len, starts_ms) = sound;
    let rate = super::SAMPLE_RATE_HZ as usize;
    let is_whole = starts_ms.len() <= 1;
    let length = if is_whole {
        3 * rate
    } else {
        window_len.max(1)
    };
    let mut moments = Vec::new();
    for (at, stretch) in mono.chunks(length).enumerate() {
        cancel.check()?;
        // The rest at the end is too short to be heard by itself.
        if stretch.len() < rate / 2 && at > 0 {
            break;
        }
        let scores = scores_of_sound(pack, stretch, stretch.len())?;
        let begin = if is_whole {
            starts_ms.first().copied().unwrap_or(0) + (at * length * 1000 / rate) as u64
        } else {
            starts_ms.get(at).copied().unwrap_or(0)
        };
        moments.push(Moment {
            start_ms: begin,
            length_ms: (stretch.len() * 1000 / rate) as u64,
            score: score_of(&scores, by, &labels),
        });
    }
    Ok(moments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covering_changes_one_part_and_no_more() {
        let picture = Picture::filled(70, 70, [200, 10, 10, 255]);
        let covered = covered(&picture, 3, 3, [0, 0, 0, 255]);
        let at = |x: usize, y: usize| covered.rgba[(y * 70 + x) * 4];
        assert_eq!(at(35, 35), 0);
        assert_eq!(at(25, 25), 0);
        assert_eq!(at(24, 35), 200);
        assert_eq!(at(45, 35), 200);
        assert_eq!(at(0, 0), 200);
        assert_eq!(mean_colour(&picture), [200, 10, 10, 255]);
    }

    /// A bright disc in the top left corner of a grey picture: a head that likes bright pictures must look there.
    #[test]
    fn the_part_that_matters_is_found() {
        let (packs, _) = Packs::load(None);
        let id = packs
            .list()
            .iter()
            .find(|pack| pack.manifest().task == super::super::Task::PhotoTags)
            .map(|pack| pack.id().to_owned())
            .expect("a photo pack is embedded");
        let mut picture = Picture::filled(224, 224, [60, 60, 60, 255]);
        for (at, pixel) in picture.rgba.chunks_exact_mut(4).enumerate() {
            let (x, y) = ((at % 224) as f32 - 48.0, (at / 224) as f32 - 48.0);
            if x * x + y * y < 32.0 * 32.0 {
                pixel.copy_from_slice(&[250, 120, 10, 255]);
            }
        }
        let pack = packs.pack(&id).expect("there");
        let plain = Picture::filled(224, 224, [60, 60, 60, 255]);
        let with = scores_of_picture(pack, &picture).expect("runs").embedding;
        let without = scores_of_picture(pack, &plain).expect("runs").embedding;
        let head = Head::train(&[&with], &[], &[&without]).expect("trains");
        let map =
            regions(&packs, &id, &picture, By::Head(&head), &Cancel::default()).expect("looks");
        assert_eq!((map.columns, map.values.len()), (PARTS, PARTS * PARTS));
        let best = map
            .values
            .iter()
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(b.1))
            .map(|(at, _)| (at % PARTS, at / PARTS))
            .expect("a part");
        assert!(
            best.0 <= 2 && best.1 <= 2,
            "it looked at {best:?}: {:?}",
            map.values
        );
        assert!(map.most > 0.0 && map.score > 0.0);
    }
}
