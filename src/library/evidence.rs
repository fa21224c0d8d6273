//! Why a tag is on an item: which model, how sure against its threshold, the nearest examples, and what it looked at or
//! listened to.

use super::{Library, thumbs};
use crate::catalog::{ItemId, TagId};
use crate::error::Result;
use crate::jobs::Cancel;
use crate::media::{self, Kind};
use crate::models::evidence::{self, By, HeatMap, Moment};
use crate::models::{PHOTO_SIDE, WINDOWS};

/// Examples that are shown.
const EXAMPLES: usize = 4;

/// What a model looked at or listened to.
#[derive(Debug, Clone, PartialEq)]
pub enum Evidence {
    /// Regions of a picture.
    Regions(HeatMap),
    /// Moments of a sound.
    Moments(Vec<Moment>),
}

/// Where a tag on an item comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Provenance {
    /// The model that is surest: `id@version`; none when no model says so.
    pub pack: Option<String>,
    /// How sure it is.
    pub score: f32,
    /// From which score on it is shown.
    pub threshold: Option<f32>,
    /// What other models say: pack and score.
    pub others: Vec<(String, f32)>,
    /// Confirmed items most like this one.
    pub examples: Vec<(ItemId, f32)>,
}

impl Library {
    /// Where a tag on an item comes from; quick.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub fn provenance(&self, item: ItemId, tag: TagId) -> Result<Provenance> {
        let reader = self.catalog().reader()?;
        let mut said = reader.scores_of_tag(item, tag)?;
        said.sort_by(|a, b| b.1.total_cmp(&a.1));
        let best = (!said.is_empty()).then(|| said.remove(0));
        let facts = self.tag_facts(&reader, tag)?;
        let is_taught = best.as_ref().is_some_and(|(pack, _)| is_taught(pack));
        let threshold = match &best {
            Some(_) if is_taught => facts.show_from,
            Some(_) => facts.threshold.or(facts.own_threshold),
            None => None,
        };
        let score = best.as_ref().map_or(0.0, |(_, score)| *score);
        Ok(Provenance {
            pack: best.map(|(pack, _)| pack),
            score,
            threshold,
            others: said,
            examples: self.nearest_examples(tag, item, EXAMPLES)?,
        })
    }

    /// What the surest model looked at or listened to; `None` when no model says so or there is nothing to look at.
    /// Takes about a second: for a worker.
    ///
    /// # Errors
    /// When the file cannot be read, a model fails, or `cancel` is thrown.
    pub fn evidence(&self, item: ItemId, tag: TagId, cancel: &Cancel) -> Result<Option<Evidence>> {
        let reader = self.catalog().reader()?;
        let found = reader.item(item)?.ok_or_else(|| thumbs::unknown(item))?;
        let path = found.path().ok_or_else(|| thumbs::unknown(item))?;
        let said = reader.scores_of_tag(item, tag)?;
        let Some((pack, _)) = said.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)) else {
            return Ok(None);
        };
        let heads = if is_taught(&pack) {
            self.heads(&reader, tag)?
        } else {
            Vec::new()
        };
        let taught = heads.iter().find(|taught| {
            reader
                .embedding(item, &taught.pack)
                .is_ok_and(|row| row.is_some())
        });
        let slug = reader
            .tags()?
            .into_iter()
            .find(|known| known.id == tag)
            .and_then(|known| known.slug)
            .unwrap_or_default();
        let (pack, by) = match taught {
            Some(taught) => (taught.pack.as_str(), By::Head(&taught.head)),
            None if is_taught(&pack) => return Ok(None),
            None => (pack.as_str(), By::Label(&slug)),
        };
        let id = pack.split_once('@').map_or(pack, |(id, _)| id);
        match found.kind {
            Kind::Photo => {
                let picture = media::photo::decode(path, Some(PHOTO_SIDE))?;
                let map = evidence::regions(self.packs(), id, &picture, by, cancel)?;
                Ok(Some(Evidence::Regions(map)))
            }
            Kind::Audio => {
                let heard = media::audio::analyse(path, &WINDOWS, cancel)?;
                let window = heard.window_len();
                let sound = (
                    heard.mono_16k.as_slice(),
                    window,
                    heard.window_starts_ms.as_slice(),
                );
                let moments = evidence::moments(self.packs(), id, sound, by, cancel)?;
                Ok(Some(Evidence::Moments(moments)))
            }
            Kind::Clip => Ok(None),
        }
    }
}

/// Whether a pack's name is that of a taught tag.
pub fn is_taught(pack: &str) -> bool {
    pack.starts_with("taught-")
}
