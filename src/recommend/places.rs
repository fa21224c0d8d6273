//! Where each item is in a list of items: a table while the ids are dense, as the catalogue's are, else a map.

use std::collections::HashMap;

use crate::catalog::ItemId;

/// The lookup.
pub enum Places {
    Table(Vec<u32>),
    Map(HashMap<ItemId, u32>),
}

const NOWHERE: u32 = u32::MAX;

impl Places {
    /// Indexes ids by their order.
    pub fn new(ids: impl ExactSizeIterator<Item = ItemId> + Clone) -> Self {
        let most = ids.len() * 8 + 1024;
        let is_dense = ids
            .clone()
            .all(|id| usize::try_from(id.0).is_ok_and(|id| id < most));
        if !is_dense {
            return Self::Map(ids.zip(0..).collect());
        }
        let end = ids.clone().map(|id| id.0 as usize + 1).max().unwrap_or(0);
        let mut table = vec![NOWHERE; end];
        for (id, at) in ids.zip(0..) {
            table[id.0 as usize] = at;
        }
        Self::Table(table)
    }

    /// The place of an item.
    pub fn of(&self, id: ItemId) -> Option<usize> {
        match self {
            Self::Table(table) => usize::try_from(id.0)
                .ok()
                .and_then(|id| table.get(id))
                .filter(|&&at| at != NOWHERE)
                .map(|&at| at as usize),
            Self::Map(map) => map.get(&id).map(|&at| at as usize),
        }
    }
}
