//! From the catalogue to the recommender: gathers what it needs, keeps it between questions.

use std::collections::{HashMap, HashSet};

use crate::app::cards;
use crate::catalog::{Flags, Item, ItemId, ProfileId, Reader};
use crate::dirs::Dirs;
use crate::error::Result;
use crate::media::Kind;
use crate::recommend::{self, Embeddings, Facts, Input, Options, Other, Shelf};
use crate::settings::Settings;

/// Events that are learned from, at most: the newest.
const EVENTS_MAX: usize = 1_000_000;
/// A tag given by hand counts as taught for so long.
const TAUGHT_MS: i64 = 14 * 24 * 3600 * 1000;

/// For whom, and what the moment is.
#[derive(Debug, Clone, PartialEq)]
pub struct Who {
    pub profile: ProfileId,
    /// A guest, or a child: no history is read, none is written.
    pub is_guest: bool,
    /// 0 familiar, 1 new.
    pub novelty: f32,
    pub playing: Option<ItemId>,
}

impl Who {
    /// As the settings say.
    pub fn of(settings: &Settings) -> Self {
        Self {
            profile: ProfileId(settings.profile),
            is_guest: false,
            novelty: settings.novelty,
            playing: None,
        }
    }

    /// What is asked of the recommender.
    pub fn options(&self) -> Options {
        Options {
            novelty: self.novelty,
            ..Options::default()
        }
    }

    /// How a reason's key is stored: everybody strikes out their own.
    pub fn stored(&self, key: &str) -> String {
        if self.profile == ProfileId::FIRST {
            key.to_owned()
        } else {
            format!("p{}|{key}", self.profile)
        }
    }

    /// The key of a stored one, when it is this person's.
    pub fn own<'a>(&self, stored: &'a str) -> Option<&'a str> {
        let (profile, key) = stored
            .strip_prefix('p')
            .and_then(|rest| rest.split_once('|'))
            .and_then(|(n, key)| Some((n.parse::<i64>().ok()?, key)))
            .unwrap_or((ProfileId::FIRST.0, stored));
        (profile == self.profile.0).then_some(key)
    }
}

/// What was gathered last; what did not change since is kept.
#[derive(Debug, Default)]
pub struct Material {
    input: Option<Input>,
    content: u64,
}

/// Milliseconds since 1970 and the offset of local time from UTC.
pub fn clock() -> (i64, i64) {
    let now = jiff::Zoned::now();
    (
        now.timestamp().as_millisecond(),
        i64::from(now.offset().seconds()) * 1000,
    )
}

impl Material {
    /// Everything the recommender needs, as of now. Items and embeddings are read again only when they changed.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub fn input(&mut self, reader: &Reader, dirs: &Dirs, who: &Who) -> Result<&mut Input> {
        let content = reader.content_changes();
        let mut input = match self.input.take() {
            Some(input) if self.content == content => input,
            _ => gather_content(reader)?,
        };
        self.content = content;
        gather_history(reader, dirs, who, &mut input)?;
        Ok(self.input.insert(input))
    }
}

/// The shelves of this moment.
///
/// # Errors
/// When the catalogue cannot be read.
pub fn shelves(
    reader: &Reader,
    dirs: &Dirs,
    who: &Who,
    material: &mut Material,
) -> Result<Vec<Shelf>> {
    let input = material.input(reader, dirs, who)?;
    Ok(recommend::shelves(input, &who.options()))
}

/// Everything the recommender needs, from the catalogue.
///
/// # Errors
/// When the catalogue cannot be read.
pub fn gather(reader: &Reader, dirs: &Dirs, who: &Who) -> Result<Input> {
    let mut input = gather_content(reader)?;
    gather_history(reader, dirs, who, &mut input)?;
    Ok(input)
}

fn gather_history(reader: &Reader, dirs: &Dirs, who: &Who, input: &mut Input) -> Result<()> {
    (input.now_ms, input.utc_offset_ms) = clock();
    input.playing = who.playing;
    if who.is_guest {
        input.events = Vec::new();
        input.struck = HashSet::new();
        input.others = Vec::new();
        return Ok(());
    }
    input.events = reader.newest_events(who.profile, EVENTS_MAX)?;
    let struck = reader.struck_reasons()?;
    input.struck = struck
        .iter()
        .filter_map(|stored| who.own(stored).map(ToOwned::to_owned))
        .collect();
    let names: HashMap<ProfileId, String> = reader
        .profiles()?
        .into_iter()
        .map(|profile| (profile.id, profile.name))
        .collect();
    let mut others: Vec<Other> = Vec::new();
    for (profile, item, liked) in reader.liked_by_others(who.profile)? {
        let key = format!("profile:{profile}");
        if others.last().is_none_or(|other| other.key != key) {
            let name = names.get(&profile).cloned().unwrap_or_default();
            others.push(Other {
                key: key.clone(),
                name: if name.is_empty() {
                    "1".to_owned()
                } else {
                    name
                },
                ..Other::default()
            });
        }
        if let Some(other) = others.last_mut() {
            other.liked.push((item, liked));
        }
    }
    others.extend(
        cards::followed(dirs)
            .into_iter()
            .map(|(file, card)| card.other(format!("card:{file}"))),
    );
    input.others = others;
    Ok(())
}

/// Items, tags and embeddings.
fn gather_content(reader: &Reader) -> Result<Input> {
    let mut input = Input::default();
    let songs: HashMap<ItemId, _> = reader
        .songs()?
        .into_iter()
        .map(|song| (song.id, song))
        .collect();
    let mut tags: HashMap<ItemId, Vec<(u32, f32)>> = HashMap::new();
    let mut numbers: HashMap<String, u32> = HashMap::new();
    reader.each_believed_tag(|item, name, score| {
        let number = match numbers.get(name) {
            Some(&number) => number,
            None => {
                let number = numbers.len() as u32;
                numbers.insert(name.to_owned(), number);
                input.names.push(name.to_owned());
                number
            }
        };
        tags.entry(item).or_default().push((number, score));
    })?;
    let plain = reader.plain_photos()?;
    let positions = reader.positions()?;
    let out = [
        Flags::MISSING,
        Flags::HIDDEN,
        Flags::UNSUPPORTED,
        Flags::REMOVED,
    ];
    input.items = reader
        .index()?
        .into_iter()
        .map(|row| {
            let song = songs.get(&row.id);
            let mut tags = tags.remove(&row.id).unwrap_or_default();
            tags.shrink_to_fit();
            Facts {
                id: row.id,
                kind: row.kind,
                date_ms: row.date_ms,
                added_ms: row.added_ms,
                duration_ms: u64::from(row.duration_ms),
                rating: row.rating,
                is_favourite: row.flags.contains(Flags::FAVOURITE),
                is_out: out.iter().any(|&flag| row.flags.contains(flag)),
                is_plain: plain.contains(&row.id),
                title: song.map(|s| s.title.clone()).unwrap_or_default(),
                artist: song.map(|s| s.artist.clone()).unwrap_or_default(),
                album: song.map(|s| s.album.clone()).unwrap_or_default(),
                place: song.map_or((0, 0), |s| (s.disc.unwrap_or(1), s.track.unwrap_or(0))),
                bpm: song.and_then(|s| s.bpm),
                gps: positions.get(&row.id).copied(),
                tags,
            }
        })
        .collect();
    for pack in reader.embedding_packs()? {
        let mut matrix = Embeddings::new(&pack);
        reader.each_embedding(&pack, |item, row| matrix.push(item, row))?;
        input.embeddings.push(matrix);
    }
    input.taught = reader.taught_tags(clock().0 - TAUGHT_MS)?;
    Ok(input)
}

/// Songs to go with a photo and those of the same outing, best first; whatever there is when nothing is known to fit.
/// At most 30.
pub fn soundtrack(input: &Input, photo: ItemId) -> Vec<ItemId> {
    const SONGS_MAX: usize = 30;
    let found = recommend::soundtrack(input, photo, SONGS_MAX);
    let songs: Vec<ItemId> = found
        .into_iter()
        .flat_map(|shelf| shelf.picks)
        .map(|pick| pick.item)
        .collect();
    if !songs.is_empty() {
        return songs;
    }
    input
        .items
        .iter()
        .filter(|facts| facts.kind == Kind::Audio && !facts.is_out)
        .map(|facts| facts.id)
        .take(SONGS_MAX)
        .collect()
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
