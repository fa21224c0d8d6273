//! What suggestions are made from, read in one go for the whole library.

use std::sync::atomic::Ordering;

use super::Reader;
use super::types::ItemId;
use crate::error::Result;

impl Reader {
    /// Every tag that is believed (confirmed, or shown by a model): item, name (the vocabulary's slug where a model
    /// knows the tag), score.
    pub fn believed_tags(&self) -> Result<Vec<(ItemId, String, f32)>> {
        self.read("read the tags of all items", |conn| {
            let mut statement = conn.prepare_cached(
                "SELECT it.item, coalesce(t.slug, t.name), it.score FROM item_tag AS it JOIN tag AS t ON t.id = it.tag
                 WHERE it.state IN (1, 2) AND t.is_deleted = 0",
            )?;
            let mut rows = statement.query([])?;
            let mut all = Vec::new();
            while let Some(row) = rows.next()? {
                all.push((row.get(0)?, row.get(1)?, row.get(2)?));
            }
            Ok(all)
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

    /// Grows with every committed change of this process; see [`super::Catalog::changes`].
    pub fn changes(&self) -> u64 {
        self.shared.changes.load(Ordering::Acquire)
    }
}
