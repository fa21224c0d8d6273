//! Nearest neighbours by embedding, held in memory.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use half::f16;
use half::slice::HalfFloatSliceExt as _;
use parking_lot::Mutex;

use crate::catalog::{Catalog, ItemId};
use crate::error::Result;
use crate::media::Kind;

/// Where a matrix comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Source {
    /// The pack that knows most items of a kind.
    Kind(Kind),
    /// One pack, as `id@version`.
    Pack(String),
}

/// All embeddings of one pack, one row an item.
#[derive(Debug)]
pub(super) struct Matrix {
    generation: u64,
    ids: Vec<ItemId>,
    dims: usize,
    rows: Vec<f16>,
}

/// The matrices that were asked for; each is read again after embeddings were added.
#[derive(Default)]
pub(crate) struct Similar {
    generation: AtomicU64,
    matrices: Mutex<HashMap<Source, Arc<Matrix>>>,
}

impl Similar {
    /// Embeddings were added or removed.
    pub(crate) fn changed(&self) {
        self.generation.fetch_add(1, Ordering::Relaxed);
    }

    /// The `n` items most like `item`, without itself, best first.
    pub(crate) fn nearest(
        &self,
        catalog: &Catalog,
        item: ItemId,
        n: usize,
    ) -> Result<Vec<(ItemId, f32)>> {
        let Some(found) = catalog.reader()?.item(item)? else {
            return Ok(Vec::new());
        };
        let matrix = self.matrix(catalog, &Source::Kind(found.kind))?;
        let Some(query) = matrix.row_of(found.id) else {
            return Ok(Vec::new());
        };
        matrix.in_library(catalog, &query, Some(found.id), n)
    }

    /// The `n` items most like an embedding of `pack`, best first.
    pub(crate) fn nearest_to(
        &self,
        catalog: &Catalog,
        pack: &str,
        embedding: &[f32],
        n: usize,
    ) -> Result<Vec<(ItemId, f32)>> {
        let matrix = self.matrix(catalog, &Source::Pack(pack.to_owned()))?;
        matrix.in_library(catalog, embedding, None, n)
    }

    /// All embeddings of one pack.
    pub(super) fn of_pack(&self, catalog: &Catalog, pack: &str) -> Result<Arc<Matrix>> {
        self.matrix(catalog, &Source::Pack(pack.to_owned()))
    }

    fn matrix(&self, catalog: &Catalog, source: &Source) -> Result<Arc<Matrix>> {
        let generation = self.generation.load(Ordering::Relaxed);
        let known = self.matrices.lock().get(source).cloned();
        if let Some(matrix) = known.filter(|matrix| matrix.generation == generation) {
            return Ok(matrix);
        }
        let reader = catalog.reader()?;
        let all = match source {
            Source::Kind(kind) => reader.embeddings(*kind)?,
            Source::Pack(pack) => reader.embeddings_of_pack(pack)?,
        };
        let matrix = Arc::new(Matrix::new(generation, &all));
        self.matrices.lock().insert(source.clone(), matrix.clone());
        Ok(matrix)
    }
}

impl Matrix {
    fn new(generation: u64, all: &[(ItemId, Vec<f32>)]) -> Self {
        let dims = all.first().map_or(0, |(_, row)| row.len());
        let mut matrix = Self {
            generation,
            ids: Vec::with_capacity(all.len()),
            dims,
            rows: Vec::with_capacity(all.len() * dims),
        };
        for (id, row) in all.iter().filter(|(_, row)| row.len() == dims) {
            matrix.ids.push(*id);
            matrix
                .rows
                .extend(row.iter().map(|value| f16::from_f32(*value)));
        }
        matrix
    }

    fn row_of(&self, item: ItemId) -> Option<Vec<f32>> {
        let at = self.ids.binary_search(&item).ok()?;
        let row = self.rows.get(at * self.dims..(at + 1) * self.dims)?;
        Some(row.to_f32_vec())
    }

    /// The rows of those items that have one.
    pub(super) fn rows_of(&self, items: &[ItemId]) -> Vec<Vec<f32>> {
        // `ids` are in order: the catalogue gives them so.
        items
            .iter()
            .filter_map(|item| self.ids.binary_search(item).ok())
            .filter_map(|at| self.rows.get(at * self.dims..(at + 1) * self.dims))
            .map(|row| row.to_f32_vec())
            .collect()
    }

    /// At most `n` rows, spread evenly, without some items.
    pub(super) fn spread(&self, n: usize, is_left_out: impl Fn(ItemId) -> bool) -> Vec<Vec<f32>> {
        let step = (self.ids.len() / n.max(1)).max(1);
        self.ids
            .iter()
            .enumerate()
            .step_by(step)
            .filter(|(_, item)| !is_left_out(**item))
            .filter_map(|(at, _)| self.rows.get(at * self.dims..(at + 1) * self.dims))
            .take(n)
            .map(|row| row.to_f32_vec())
            .collect()
    }

    /// Every item whose score is at least `least`, on all cores.
    pub(super) fn scored(
        &self,
        score: impl Fn(&[f32]) -> f32 + Sync,
        least: f32,
    ) -> Vec<(ItemId, f32)> {
        if self.dims == 0 || self.ids.is_empty() {
            return Vec::new();
        }
        let share = self.ids.len().div_ceil(crate::jobs::cores()).max(1_000);
        let part = |ids: &[ItemId], rows: &[f16]| -> Vec<(ItemId, f32)> {
            let mut buffer = vec![0.0; self.dims];
            let mut found = Vec::new();
            for (id, row) in ids.iter().zip(rows.chunks_exact(self.dims)) {
                row.convert_to_f32_slice(&mut buffer);
                let value = score(&buffer);
                if value.is_finite() && value >= least {
                    found.push((*id, value));
                }
            }
            found
        };
        let parts = self
            .ids
            .chunks(share)
            .zip(self.rows.chunks(share * self.dims));
        std::thread::scope(|scope| {
            let part = &part;
            let workers: Vec<_> = parts
                .map(|(ids, rows)| scope.spawn(move || part(ids, rows)))
                .collect();
            workers
                .into_iter()
                .flat_map(|worker| worker.join().unwrap_or_default())
                .collect()
        })
    }

    /// How like an item these others are.
    pub(super) fn nearest_among(&self, item: ItemId, others: &[ItemId]) -> Vec<(ItemId, f32)> {
        let Some(query) = self.row_of(item) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for other in others {
            if let Some(row) = self.row_of(*other) {
                let cosine: f32 = row.iter().zip(&query).map(|(a, b)| a * b).sum();
                found.push((*other, cosine));
            }
        }
        found
    }

    /// All rows with their cosine, best first, at most `n`.
    fn nearest(&self, query: &[f32], but: Option<ItemId>, n: usize) -> Vec<(ItemId, f32)> {
        if self.dims == 0 || query.len() != self.dims {
            return Vec::new();
        }
        let mut buffer = vec![0.0; self.dims];
        let mut all: Vec<(ItemId, f32)> = Vec::with_capacity(self.ids.len());
        for (id, row) in self.ids.iter().zip(self.rows.chunks_exact(self.dims)) {
            row.convert_to_f32_slice(&mut buffer);
            let cosine: f32 = buffer.iter().zip(query).map(|(a, b)| a * b).sum();
            if cosine.is_finite() && Some(*id) != but {
                all.push((*id, cosine));
            }
        }
        let by_score =
            |a: &(ItemId, f32), b: &(ItemId, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        if n < all.len() {
            all.select_nth_unstable_by(n, by_score);
            all.truncate(n);
        }
        all.sort_unstable_by(by_score);
        all
    }

    /// [`Matrix::nearest`], without items that are not in the library any more.
    fn in_library(
        &self,
        catalog: &Catalog,
        query: &[f32],
        but: Option<ItemId>,
        n: usize,
    ) -> Result<Vec<(ItemId, f32)>> {
        let mut nearest = self.nearest(query, but, n.saturating_mul(2).saturating_add(16));
        let ids: Vec<ItemId> = nearest.iter().map(|(id, _)| *id).collect();
        let rows = catalog.reader()?.index_rows(&ids)?;
        let there: std::collections::HashSet<ItemId> = rows.iter().map(|row| row.id).collect();
        nearest.retain(|(id, _)| there.contains(id));
        nearest.truncate(n);
        Ok(nearest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_rows_come_best_first() {
        let all = [
            (ItemId(1), vec![1.0, 0.0]),
            (ItemId(2), vec![0.0, 1.0]),
            (ItemId(3), vec![0.8, 0.6]),
            (ItemId(4), vec![f32::NAN, 0.0]),
            (ItemId(5), vec![1.0]),
        ];
        let matrix = Matrix::new(0, &all);
        let query = matrix.row_of(ItemId(1)).unwrap();
        let found = matrix.nearest(&query, Some(ItemId(1)), 5);
        assert_eq!(found.iter().map(|(id, _)| id.0).collect::<Vec<_>>(), [3, 2]);
        assert!((found[0].1 - 0.8).abs() < 1e-3);
        assert_eq!(matrix.nearest(&query, None, 1), [(ItemId(1), 1.0)]);
        assert!(matrix.nearest(&[1.0], None, 3).is_empty());
        assert_eq!(matrix.row_of(ItemId(9)), None);
        assert!(Matrix::new(0, &[]).nearest(&[], None, 3).is_empty());
    }
}
