//! Taste cards: one small file that says what somebody enjoys, for a friend to drop into their own Parlour. It holds
//! affinities of tags, the mean of what is enjoyed per model pack, and songs chosen as favourites; never a path, never
//! an event.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::taste::Taste;
use super::types::{Input, Options, Other};
use crate::error::{Error, Result, one_line};
use crate::media::Kind;

/// The version this program writes and reads.
const VERSION: u32 = 1;
const FORMAT: &str = "parlour-taste";
/// A card is never larger than this.
pub const BYTES_MAX: usize = 256 << 10;
const NAME_MAX: usize = 80;
const TAGS_MAX: usize = 200;
const SONGS_MAX: usize = 200;
const VECTORS_MAX: usize = 8;
const DIMS_MAX: usize = 2048;

/// What is in a card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Card {
    pub name: String,
    pub made_ms: i64,
    /// Tags of the common vocabulary with affinities, -1 to 1.
    pub tags: Vec<(String, f32)>,
    /// By pack: the mean of what is enjoyed.
    pub vectors: Vec<(String, Vec<f32>)>,
    /// Favourites: artist and title.
    pub songs: Vec<(String, String)>,
}

#[derive(Serialize, Deserialize)]
struct File {
    format: String,
    version: u32,
    /// BLAKE3 of the card as compact JSON, in hexadecimal.
    checksum: String,
    card: serde_json::Value,
}

impl Card {
    /// The person's own card. `is_common` tells the tags that everybody has: the person's own words stay at home.
    pub fn of(input: &Input, name: &str, songs: usize, is_common: impl Fn(&str) -> bool) -> Self {
        let taste = Taste::new(input, &Options::default());
        let rounded = |x: f32| (x * 1000.0).round() / 1000.0;
        let mut tags: Vec<(String, f32)> = input
            .names
            .iter()
            .zip(&taste.tags)
            .filter(|(name, affinity)| affinity.abs() > 0.05 && is_common(name))
            .map(|(name, affinity)| (name.clone(), rounded(*affinity)))
            .collect();
        tags.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
        tags.truncate(TAGS_MAX);
        let mut vectors: Vec<(String, Vec<f32>)> = Vec::new();
        for kind in [Kind::Photo, Kind::Audio] {
            let Some((pack, matrix)) = taste.pack(kind) else {
                continue;
            };
            let mut mean = vec![0.0f32; matrix.dims()];
            for (at, own) in taste.own.iter().enumerate() {
                if *own > 0.0
                    && input.items[at].kind == kind
                    && let Some(row) = taste.row(pack, at)
                {
                    for (sum, x) in mean.iter_mut().zip(row) {
                        *sum += own * f32::from(*x);
                    }
                }
            }
            let norm = mean.iter().map(|x| x * x).sum::<f32>().sqrt();
            if norm > 0.0 && !vectors.iter().any(|(name, _)| *name == matrix.pack) {
                let mean = mean.iter().map(|x| rounded(x / norm)).collect();
                vectors.push((matrix.pack.clone(), mean));
            }
        }
        let mut favourites: Vec<(f32, usize)> = input
            .items
            .iter()
            .enumerate()
            .filter(|(at, facts)| {
                let is_chosen = facts.is_favourite || facts.rating >= 5;
                facts.kind == Kind::Audio
                    && !facts.title.is_empty()
                    && is_chosen
                    && taste.own[*at] > 0.0
            })
            .map(|(at, _)| (taste.own[at], at))
            .collect();
        favourites.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let short = |text: &str| text.chars().take(NAME_MAX).collect::<String>();
        Self {
            name: short(name.trim()),
            made_ms: input.now_ms,
            tags,
            vectors,
            songs: favourites
                .into_iter()
                .take(songs.min(SONGS_MAX))
                .map(|(_, at)| {
                    (
                        short(&input.items[at].artist),
                        short(&input.items[at].title),
                    )
                })
                .collect(),
        }
    }

    /// The card as a file.
    ///
    /// # Errors
    /// When it cannot be put into JSON.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let failed = |e: serde_json::Error| Error::Internal {
            action: "write the taste card",
            why: one_line(&e.to_string()),
        };
        let card = serde_json::to_value(self).map_err(failed)?;
        let file = File {
            format: FORMAT.to_owned(),
            version: VERSION,
            checksum: checksum(&card),
            card,
        };
        serde_json::to_vec(&file).map_err(failed)
    }

    /// Reads a card and checks everything about it; `path` is only named in errors.
    ///
    /// # Errors
    /// [`Error::Malformed`] with the reason: not a card, damaged, of a newer version, too large, out of range.
    pub fn read(bytes: &[u8], path: &Path) -> Result<Self> {
        let refused = |why: String| Error::Malformed {
            what: "taste card",
            why,
            path: path.to_owned(),
        };
        if bytes.len() > BYTES_MAX {
            return Err(refused(format!(
                "it is larger than {} kB",
                BYTES_MAX / 1024
            )));
        }
        let value: serde_json::Value = serde_json::from_slice(bytes)
            .map_err(|e| refused(format!("it is not whole: {}", one_line(&e.to_string()))))?;
        if value.get("format").and_then(|f| f.as_str()) != Some(FORMAT) {
            return Err(refused("it does not say that it is one".to_owned()));
        }
        let version = value.get("version").and_then(serde_json::Value::as_u64);
        if version != Some(u64::from(VERSION)) {
            let found = version.map_or("no".to_owned(), |v| v.to_string());
            return Err(refused(format!(
                "it has version {found}, and this Parlour reads version {VERSION}"
            )));
        }
        let file: File =
            serde_json::from_value(value).map_err(|e| refused(one_line(&e.to_string())))?;
        if checksum(&file.card) != file.checksum {
            return Err(refused(
                "its checksum does not fit: it was changed or damaged".to_owned(),
            ));
        }
        let card: Self =
            serde_json::from_value(file.card).map_err(|e| refused(one_line(&e.to_string())))?;
        card.check().map_err(|why| refused(why.to_owned()))?;
        Ok(card)
    }

    fn check(&self) -> std::result::Result<(), &'static str> {
        let is_short = |text: &str| text.chars().count() <= NAME_MAX;
        let is_clean = |text: &str| !text.chars().any(char::is_control);
        if self.name.trim().is_empty() || !is_short(&self.name) || !is_clean(&self.name) {
            return Err("the name is empty or too long");
        }
        if self.tags.len() > TAGS_MAX
            || self.songs.len() > SONGS_MAX
            || self.vectors.len() > VECTORS_MAX
        {
            return Err("it holds more than a card may");
        }
        if !self.tags.iter().all(|(tag, affinity)| {
            is_short(tag) && is_clean(tag) && affinity.is_finite() && affinity.abs() <= 1.0
        }) {
            return Err("a tag is out of range");
        }
        if !self
            .songs
            .iter()
            .all(|(artist, title)| [artist, title].iter().all(|t| is_short(t) && is_clean(t)))
        {
            return Err("the name of a song is too long");
        }
        if !self.vectors.iter().all(|(pack, vector)| {
            is_short(pack)
                && vector.len() <= DIMS_MAX
                && vector.iter().all(|x| x.is_finite() && x.abs() <= 1.01)
        }) {
            return Err("a vector is out of range");
        }
        Ok(())
    }

    /// The card as somebody whose taste counts.
    pub fn other(&self, key: String) -> Other {
        Other {
            key,
            name: self.name.clone(),
            liked: Vec::new(),
            tags: self.tags.clone(),
            vectors: self.vectors.clone(),
            songs: self
                .songs
                .iter()
                .map(|(artist, title)| (artist.to_lowercase(), title.to_lowercase()))
                .collect(),
        }
    }
}

fn checksum(card: &serde_json::Value) -> String {
    blake3::hash(card.to_string().as_bytes())
        .to_hex()
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card() -> Card {
        Card {
            name: "Ann".to_owned(),
            made_ms: 5,
            tags: vec![("beach".to_owned(), 0.5), ("street".to_owned(), -0.25)],
            vectors: vec![("photo@1".to_owned(), vec![0.6, -0.8])],
            songs: vec![("Somebody".to_owned(), "A song".to_owned())],
        }
    }

    fn why(bytes: &[u8]) -> String {
        Card::read(bytes, Path::new("card.parlour-taste"))
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn what_is_written_is_read() {
        let bytes = card().to_bytes().unwrap();
        assert_eq!(Card::read(&bytes, Path::new("x")).unwrap(), card());
    }

    #[test]
    fn a_bad_card_is_refused_with_the_reason() {
        let bytes = card().to_bytes().unwrap();
        let text = String::from_utf8(bytes.clone()).unwrap();
        for end in 0..bytes.len() {
            assert!(Card::read(&bytes[..end], Path::new("x")).is_err(), "{end}");
        }
        assert!(why(text.replace("0.5", "0.6").as_bytes()).contains("checksum"));
        assert!(
            why(text.replace("\"version\":1", "\"version\":9").as_bytes()).contains("version 9")
        );
        assert!(why(b"{\"a\":1}").contains("does not say"));
        assert!(why(&vec![b' '; BYTES_MAX + 1]).contains("larger than"));
        let mut wild = card();
        wild.tags[0].1 = 7.0;
        assert!(why(&wild.to_bytes().unwrap()).contains("out of range"));
        let mut wild = card();
        wild.name = "\n".to_owned();
        assert!(why(&wild.to_bytes().unwrap()).contains("name"));
    }
}
