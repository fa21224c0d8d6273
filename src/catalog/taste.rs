//! What suggestions are made from, read in one go for the whole library.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering;

use rusqlite::params;

use super::codec::from_f16_bytes;
use super::types::{Event, ItemId, ProfileId};
use super::{Reader, history};
use crate::error::Result;

/// Fewer bytes per pixel than this is an almost blank picture: JPEG and PNG need ten times as much for most scenes.
const BLANK_BYTES_PER_PIXEL: f64 = 0.012;
/// Smaller pictures than this say nothing by their bytes.
const BLANK_PIXELS_MIN: i64 = 300_000;
/// Parts of names that cameras never give and programs that copy the screen do.
const SCREENSHOT_NAMES: [&str; 4] = ["screenshot", "screen shot", "截屏", "截图"];

impl Reader {
    /// Every tag that is believed (confirmed, or shown by a model): item, name (the vocabulary's slug where a model
    /// knows the tag), score. Not what rules calculate from pixels: a colour is no
    /// subject.
    pub fn each_believed_tag(&self, mut on: impl FnMut(ItemId, &str, f32)) -> Result<()> {
        self.read("read the tags of all items", |conn| {
            let mut statement = conn.prepare_cached(
                "SELECT it.item, coalesce(t.slug, t.name), it.score FROM item_tag AS it JOIN tag AS t ON t.id = it.tag
                 WHERE it.state IN (1, 2) AND it.source <> 3 AND t.is_deleted = 0",
            )?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let name = row.get_ref(1)?.as_str().unwrap_or_default();
                on(row.get(0)?, name, row.get(2)?);
            }
            Ok(())
        })
    }

    /// The packs that gave embeddings, as `id@version`.
    pub fn embedding_packs(&self) -> Result<Vec<String>> {
        self.read("list the models", |conn| {
            let mut statement = conn.prepare_cached(
                "SELECT name FROM source WHERE EXISTS
                 (SELECT 1 FROM tagging WHERE tagging.source = source.id AND length(embedding) > 0) ORDER BY id",
            )?;
            let mut rows = statement.query([])?;
            let mut all = Vec::new();
            while let Some(row) = rows.next()? {
                all.push(row.get(0)?);
            }
            Ok(all)
        })
    }

    /// Every embedding of a pack, one after the other: they need not be in memory together.
    pub fn each_embedding(&self, pack: &str, mut on: impl FnMut(ItemId, &[f32])) -> Result<()> {
        self.read("read embeddings", |conn| {
            let mut statement = conn.prepare_cached(
                "SELECT item, embedding FROM tagging
                 WHERE source = (SELECT id FROM source WHERE name = ?1) AND length(embedding) > 0 ORDER BY item",
            )?;
            let mut rows = statement.query([pack])?;
            while let Some(row) = rows.next()? {
                let bytes = row.get_ref(1)?.as_blob().unwrap_or_default();
                on(row.get(0)?, &from_f16_bytes(bytes));
            }
            Ok(())
        })
    }

    /// Photos that nobody wants to remember, by the look of their files: screenshots by name, and pictures with next
    /// to nothing in them.
    pub fn plain_photos(&self) -> Result<HashSet<ItemId>> {
        self.read("look for screenshots", |conn| {
            let mut statement = conn.prepare_cached(
                "SELECT i.id, i.width, i.height, p.size_bytes, i.title, i.camera IS NULL FROM item AS i
                 JOIN path AS p ON p.item = i.id WHERE i.kind = 0",
            )?;
            let mut rows = statement.query([])?;
            let mut plain = HashSet::new();
            while let Some(row) = rows.next()? {
                let pixels = row.get::<_, Option<i64>>(1)?.unwrap_or(0)
                    * row.get::<_, Option<i64>>(2)?.unwrap_or(0);
                let size: i64 = row.get(3)?;
                let is_blank = pixels >= BLANK_PIXELS_MIN
                    && (size as f64) < BLANK_BYTES_PER_PIXEL * pixels as f64;
                let title = row.get_ref(4)?.as_str().unwrap_or_default().to_lowercase();
                let no_camera: bool = row.get(5)?;
                let is_named = no_camera && SCREENSHOT_NAMES.iter().any(|n| title.contains(n));
                if is_blank || is_named {
                    plain.insert(row.get(0)?);
                }
            }
            Ok(plain)
        })
    }

    /// Where photos were taken: latitude and longitude.
    pub fn positions(&self) -> Result<HashMap<ItemId, (f32, f32)>> {
        self.read("read where photos were taken", |conn| {
            let mut statement = conn.prepare_cached(
                "SELECT id, lat, lon FROM item WHERE lat IS NOT NULL AND lon IS NOT NULL",
            )?;
            let rows =
                statement.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Tags that the person gave by hand since a time to at least three items, and when last, newest first.
    pub fn taught_tags(&self, since_ms: i64) -> Result<Vec<(String, i64)>> {
        self.read("read the latest tags", |conn| {
            let mut statement = conn.prepare_cached(
                "SELECT coalesce(t.slug, t.name), max(it.at_ms) AS last FROM item_tag AS it
                 JOIN tag AS t ON t.id = it.tag
                 WHERE it.source = 1 AND it.state = 1 AND it.at_ms >= ?1 AND t.is_deleted = 0
                 GROUP BY t.id HAVING count(*) >= 3 ORDER BY last DESC, t.id LIMIT 8",
            )?;
            let rows = statement.query_map([since_ms], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// The newest events of one profile, oldest first.
    pub fn newest_events(&self, profile: ProfileId, limit: usize) -> Result<Vec<Event>> {
        self.read("read the history", |conn| {
            history::newest(conn, profile, limit)
        })
    }

    /// What the other profiles enjoyed: profile, item, how much.
    pub fn liked_by_others(&self, profile: ProfileId) -> Result<Vec<(ProfileId, ItemId, f32)>> {
        self.read("read the history", |conn| {
            // Likes (5) count one, plays (3) by their share, looks (2) by their seconds up to ten; against (4, 6, 7) less.
            let mut statement = conn.prepare_cached(
                "SELECT profile, item, sum(CASE kind WHEN 5 THEN 1.0 WHEN 3 THEN min(max(value, 0), 1) * 0.5
                     WHEN 2 THEN min(max(value, 0), 10) * 0.04 WHEN 4 THEN -0.3 WHEN 6 THEN -2.0 WHEN 7 THEN -2.0
                     ELSE 0 END) AS liked
                 FROM event WHERE profile <> ?1 AND item IS NOT NULL GROUP BY profile, item HAVING liked > 0.3
                 ORDER BY profile, item",
            )?;
            let rows = statement.query_map(params![profile], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get::<_, f64>(2)?.min(1.0) as f32))
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Grows with every committed change of this process; see [`super::Catalog::changes`].
    pub fn changes(&self) -> u64 {
        self.shared.changes.load(Ordering::Acquire)
    }

    /// Grows with every committed change of this process that touched more than history.
    pub fn content_changes(&self) -> u64 {
        self.shared.content.load(Ordering::Acquire)
    }
}
