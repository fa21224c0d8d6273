//! From the catalogue to the recommender: gathers what it needs, keeps it between questions.

use std::collections::HashMap;

use crate::catalog::{Flags, Item, ItemId, Reader};
use crate::error::Result;
use crate::media::Kind;
use crate::recommend::{self, Embeddings, Facts, Input, Options, Shelf};

/// What was gathered last; gathered anew when the catalogue has changed.
#[derive(Debug, Default)]
pub struct Material {
    input: Option<Input>,
    changes: u64,
}

/// Milliseconds since 1970 and the offset of local time from UTC.
pub fn clock() -> (i64, i64) {
    let now = jiff::Zoned::now();
    (
        now.timestamp().as_millisecond(),
        i64::from(now.offset().seconds()) * 1000,
    )
}

/// The shelves of this moment.
///
/// # Errors
/// When the catalogue cannot be read.
pub fn shelves(reader: &Reader, material: &mut Material) -> Result<Vec<Shelf>> {
    let changes = reader.changes();
    if material.input.is_none() || material.changes != changes {
        material.input = Some(gather(reader)?);
        material.changes = changes;
    }
    let Some(input) = &mut material.input else {
        return Ok(Vec::new());
    };
    (input.now_ms, input.utc_offset_ms) = clock();
    Ok(recommend::shelves(input, &Options::default()))
}

/// Everything the recommender needs, from the catalogue.
///
/// # Errors
/// When the catalogue cannot be read.
pub fn gather(reader: &Reader) -> Result<Input> {
    let songs: HashMap<ItemId, _> = reader
        .songs()?
        .into_iter()
        .map(|song| (song.id, song))
        .collect();
    let mut tags: HashMap<ItemId, Vec<(String, f32)>> = HashMap::new();
    for (item, name, score) in reader.believed_tags()? {
        tags.entry(item).or_default().push((name, score));
    }
    let out = [
        Flags::MISSING,
        Flags::HIDDEN,
        Flags::UNSUPPORTED,
        Flags::REMOVED,
    ];
    let items = reader
        .index()?
        .into_iter()
        .map(|row| {
            let song = songs.get(&row.id);
            Facts {
                id: row.id,
                kind: row.kind,
                date_ms: row.date_ms,
                added_ms: row.added_ms,
                duration_ms: u64::from(row.duration_ms),
                rating: row.rating,
                is_favourite: row.flags.contains(Flags::FAVOURITE),
                is_out: out.iter().any(|&flag| row.flags.contains(flag)),
                title: song.map(|s| s.title.clone()).unwrap_or_default(),
                artist: song.map(|s| s.artist.clone()).unwrap_or_default(),
                album: song.map(|s| s.album.clone()).unwrap_or_default(),
                place: song.map_or((0, 0), |s| (s.disc.unwrap_or(1), s.track.unwrap_or(0))),
                tags: tags.remove(&row.id).unwrap_or_default(),
            }
        })
        .collect();
    let mut embeddings = Vec::new();
    for pack in reader.embedding_packs()? {
        let rows = reader.embeddings_of_pack(&pack)?;
        let dims = rows.first().map_or(0, |(_, row)| row.len());
        let mut matrix = Embeddings {
            pack,
            dims,
            ..Embeddings::default()
        };
        for (item, row) in rows {
            if row.len() == dims && dims > 0 {
                matrix.items.push(item);
                matrix.rows.extend_from_slice(&row);
            }
        }
        embeddings.push(matrix);
    }
    let (now_ms, utc_offset_ms) = clock();
    Ok(Input {
        now_ms,
        utc_offset_ms,
        items,
        embeddings,
        events: reader.events(0)?,
        struck: reader.struck_reasons()?,
    })
}

/// Songs to go with a photo: first those enjoyed in the weeks around the day it was taken, then by shared tags; at
/// most 30.
///
/// # Errors
/// When the catalogue cannot be read.
pub fn soundtrack(reader: &Reader, photo: ItemId) -> Result<Vec<ItemId>> {
    const WEEKS_MS: i64 = 21 * 24 * 3600 * 1000;
    let Some(item) = reader.item(photo)? else {
        return Ok(Vec::new());
    };
    let input = gather(reader)?;
    let mut scores: HashMap<ItemId, f32> = input
        .items
        .iter()
        .filter(|facts| facts.kind == Kind::Audio && !facts.is_out)
        .map(|facts| (facts.id, 0.0))
        .collect();
    for event in &input.events {
        if let Some(score) = event.item.and_then(|id| scores.get_mut(&id)) {
            let distance = (event.at_ms - item.date_ms).abs();
            if distance < WEEKS_MS {
                *score += 1.0 - distance as f32 / WEEKS_MS as f32;
            }
        }
    }
    let photo_tags: HashMap<String, f32> = input
        .items
        .iter()
        .find(|facts| facts.id == photo)
        .map(|facts| facts.tags.iter().cloned().collect())
        .unwrap_or_default();
    for facts in &input.items {
        if let Some(score) = scores.get_mut(&facts.id) {
            *score += facts
                .tags
                .iter()
                .filter_map(|(tag, weight)| photo_tags.get(tag).map(|other| 0.5 * weight * other))
                .sum::<f32>();
            *score += recommend::mood_match(&photo_tags, &facts.tags);
        }
    }
    let mut ranked: Vec<(ItemId, f32)> = scores.into_iter().collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    Ok(ranked.into_iter().take(30).map(|(id, _)| id).collect())
}

/// Loudness and the like, for the inspector: name key and value.
///
/// # Errors
/// When the catalogue cannot be read.
pub fn measured(reader: &Reader, item: &Item) -> Result<Vec<(&'static str, String)>> {
    let mut facts = Vec::new();
    if let Some(sound) = crate::library::Sound::of(reader, item.id)? {
        if let Some(lufs) = sound.loudness_lufs {
            facts.push(("fact-loudness", format!("{lufs:.1} LUFS")));
        }
        if let Some(peak) = sound.true_peak_db {
            facts.push(("fact-peak", format!("{peak:.1} dBTP")));
        }
    }
    if let Some(bpm) = item.bpm {
        facts.push(("fact-tempo", format!("{bpm:.0} BPM")));
    }
    Ok(facts)
}
