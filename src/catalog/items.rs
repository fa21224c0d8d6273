//! Items: reading them, and storing what probing found.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::codec::{SqlHash, SqlPath, kind_from_code, now_ms, path_value};
use super::fault::Outcome;
use super::files::THERE;
use super::search::fold::{fold, words};
use super::tags;
use super::types::{Flags, FolderId, IndexRow, Item, ItemId, PathState, Probe, Song};

/// More metadata than this is not kept.
const MAX_META_BYTES: usize = 64 * 1024;
/// More words than this of one field are not indexed.
const MAX_INDEXED_CHARS: usize = 4000;

/// The id that answers for `id` now: itself, or the item it was merged into.
pub(super) fn resolve(conn: &Connection, id: ItemId) -> rusqlite::Result<ItemId> {
    let into = conn
        .prepare_cached("SELECT into_ FROM merged WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    Ok(into.unwrap_or(id))
}

/// One item, with its paths.
pub(super) fn item(conn: &Connection, id: ItemId) -> Outcome<Option<Item>> {
    let id = resolve(conn, id)?;
    let found = conn
        .prepare_cached(
            "SELECT id, kind, hash, title, date_ms, width, height, duration_ms, format, problem, rating, flags,
                 added_ms, artist, album, album_artist, genre, track, disc, year, bpm, camera, lat, lon,
                 (SELECT meta FROM item_meta WHERE item = item.id)
             FROM item WHERE id = ?1",
        )?
        .query_row([id], item_from)
        .optional()?;
    let Some(mut item) = found else {
        return Ok(None);
    };
    item.paths = paths(conn, id)?;
    Ok(Some(item))
}

fn item_from(row: &Row<'_>) -> rusqlite::Result<Item> {
    let flags = Flags(row.get(11)?);
    let place: (Option<f64>, Option<f64>) = (row.get(22)?, row.get(23)?);
    let meta: Option<String> = row.get(24)?;
    Ok(Item {
        id: row.get(0)?,
        kind: kind_from_code(row.get(1)?),
        hash: row.get::<_, Option<SqlHash>>(2)?.map(|hash| hash.0),
        paths: Vec::new(),
        title: row.get(3)?,
        date_ms: row.get(4)?,
        width: row.get(5)?,
        height: row.get(6)?,
        duration_ms: row.get::<_, Option<i64>>(7)?.map(|ms| ms.max(0) as u64),
        format: row.get(8)?,
        problem: row.get(9)?,
        rating: row.get(10)?,
        is_favourite: flags.contains(Flags::FAVOURITE),
        is_hidden: flags.contains(Flags::HIDDEN),
        is_missing: flags.contains(Flags::MISSING),
        is_removed: flags.contains(Flags::REMOVED),
        added_ms: row.get(12)?,
        artist: row.get(13)?,
        album: row.get(14)?,
        album_artist: row.get(15)?,
        genre: row.get(16)?,
        track: row.get(17)?,
        disc: row.get(18)?,
        year: row.get(19)?,
        bpm: row.get(20)?,
        camera: row.get(21)?,
        gps: place.0.zip(place.1),
        meta: meta
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or(serde_json::Value::Null),
    })
}

fn paths(conn: &Connection, item: ItemId) -> Outcome<Vec<PathState>> {
    let mut statement = conn.prepare_cached(
        "SELECT path, folder, size_bytes, mtime_ms, state FROM path WHERE item = ?1 ORDER BY state, id",
    )?;
    let rows = statement.query_map([item], |row| {
        Ok(PathState {
            path: row.get::<_, SqlPath>(0)?.0,
            folder: row.get::<_, Option<FolderId>>(1)?,
            size_bytes: row.get::<_, i64>(2)?.max(0) as u64,
            mtime_ms: row.get(3)?,
            is_missing: row.get::<_, i64>(4)? != THERE,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// All items in the library, newest first; read from one covering index.
pub(super) fn index(conn: &Connection) -> Outcome<Vec<IndexRow>> {
    let mut statement = conn.prepare_cached(
        "SELECT id, date_ms, added_ms, duration_ms, width, height, kind, rating, flags
         FROM item INDEXED BY item_index ORDER BY date_ms DESC, id DESC",
    )?;
    let mut rows = statement.query([])?;
    let mut index = Vec::with_capacity(4096);
    while let Some(row) = rows.next()? {
        let flags = Flags(row.get(8)?);
        if !flags.contains(Flags::REMOVED) {
            index.push(index_row(row, flags)?);
        }
    }
    Ok(index)
}

/// The index rows of some items, in the order asked for; those that are not in the library are left out.
pub(super) fn index_rows(conn: &Connection, ids: &[ItemId]) -> Outcome<Vec<IndexRow>> {
    let mut statement = conn.prepare_cached(
        "SELECT id, date_ms, added_ms, duration_ms, width, height, kind, rating, flags FROM item WHERE id = ?1",
    )?;
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let row = statement
            .query_row([id], |row| index_row(row, Flags(row.get(8)?)))
            .optional()?;
        found.extend(row.filter(|row| !row.flags.contains(Flags::REMOVED)));
    }
    Ok(found)
}

fn index_row(row: &Row<'_>, flags: Flags) -> rusqlite::Result<IndexRow> {
    let duration: Option<i64> = row.get(3)?;
    let sides: (Option<u32>, Option<u32>) = (row.get(4)?, row.get(5)?);
    let aspect = match sides {
        (Some(width), Some(height)) if width > 0 && height > 0 => width as f32 / height as f32,
        _ => 1.0,
    };
    Ok(IndexRow {
        id: row.get(0)?,
        date_ms: row.get(1)?,
        added_ms: row.get(2)?,
        duration_ms: duration.map_or(0, |ms| u32::try_from(ms).unwrap_or(u32::MAX)),
        aspect,
        kind: kind_from_code(row.get(6)?),
        rating: row.get(7)?,
        flags,
    })
}

/// All songs in the library, by album artist, album, disc, track, title.
pub(super) fn songs(conn: &Connection) -> Outcome<Vec<Song>> {
    let mut statement = conn.prepare_cached(
        "SELECT id, title, artist, album, album_artist, genre, track, disc, year, duration_ms, bpm, added_ms, rating,
             flags
         FROM item WHERE kind = 1 AND flags & 32 = 0",
    )?;
    let text = |row: &Row<'_>, at: usize| -> rusqlite::Result<String> {
        Ok(row.get::<_, Option<String>>(at)?.unwrap_or_default())
    };
    let rows = statement.query_map([], |row| {
        let artist = text(row, 2)?;
        let album_artist = match text(row, 4)? {
            empty if empty.is_empty() => artist.clone(),
            name => name,
        };
        Ok(Song {
            id: row.get(0)?,
            title: row.get(1)?,
            artist,
            album: text(row, 3)?,
            album_artist,
            genre: text(row, 5)?,
            track: row.get(6)?,
            disc: row.get(7)?,
            year: row.get(8)?,
            duration_ms: row
                .get::<_, Option<i64>>(9)?
                .map_or(0, |ms| ms.max(0) as u64),
            bpm: row.get(10)?,
            added_ms: row.get(11)?,
            rating: row.get(12)?,
            flags: Flags(row.get(13)?),
        })
    })?;
    let mut songs: Vec<Song> = rows.collect::<rusqlite::Result<_>>()?;
    songs.sort_by_cached_key(|song| {
        (
            fold(&song.album_artist),
            fold(&song.album),
            song.disc,
            song.track,
            fold(&song.title),
        )
    });
    Ok(songs)
}

/// The item of a path.
pub(super) fn by_path(conn: &Connection, path: &Path) -> Outcome<Option<ItemId>> {
    Ok(conn
        .prepare_cached("SELECT item FROM path WHERE path = ?1")?
        .query_row([path_value(path)], |row| row.get(0))
        .optional()?)
}

/// Stores what probing found; the person's own rating and tags stay.
pub(super) fn set_probe(conn: &Connection, item: ItemId, probe: &Probe) -> Outcome<()> {
    let item = resolve(conn, item)?;
    let meta = serde_json::to_string(&probe.meta)?;
    let meta = (meta.len() <= MAX_META_BYTES && !probe.meta.is_null()).then_some(meta);
    let title = probe
        .title
        .as_deref()
        .map(str::trim)
        .filter(|title| !title.is_empty());
    let rating = probe.rating.filter(|rating| (1..=5).contains(rating));
    let changed = conn
        .prepare_cached(
            "UPDATE item SET is_probed = 1, format = ?2, problem = ?3, own_title = ?4, title = coalesce(?4, title),
                 date_ms = coalesce(?5, (SELECT mtime_ms FROM path WHERE item = ?1 ORDER BY state, id LIMIT 1), date_ms),
                 width = ?6, height = ?7, duration_ms = ?8, artist = ?9, album = ?10, album_artist = ?11, genre = ?12,
                 track = ?13, disc = ?14, year = ?15, bpm = ?16, camera = ?17, lat = ?18, lon = ?19,
                 flags = (flags & ~8) | ?20
             WHERE id = ?1",
        )?
        .execute(params![
            item,
            probe.format,
            probe.problem,
            title,
            probe.date_ms,
            probe.width,
            probe.height,
            probe.duration_ms.map(super::codec::signed),
            probe.artist,
            probe.album,
            probe.album_artist,
            probe.genre,
            probe.track,
            probe.disc,
            probe.year,
            probe.bpm,
            probe.camera,
            probe.gps.map(|at| at.0),
            probe.gps.map(|at| at.1),
            if probe.problem.is_some() { Flags::UNSUPPORTED.0 } else { 0 },
        ])?;
    if changed == 0 {
        return Err(crate::Error::NotFound {
            what: "item",
            name: item.to_string(),
        }
        .into());
    }
    conn.prepare_cached(
        "INSERT OR REPLACE INTO item_meta (item, notes, meta) VALUES (?1, ?2, ?3)",
    )?
    .execute(params![item, probe.notes, meta])?;
    conn.prepare_cached(
        "UPDATE item SET rating = ?2, rated_by = ?3 WHERE id = ?1 AND rated_by < 2 AND (rating <> ?2 OR rated_by <> ?3)",
    )?
    .execute(params![item, rating.unwrap_or(0), i64::from(rating.is_some())])?;
    tags::set_imported(conn, item, &probe.keywords, now_ms())?;
    super::said::after_probe(conn, item)?;
    reindex(conn, item)
}

/// Puts the item's words into the full-text index.
pub(super) fn reindex(conn: &Connection, item: ItemId) -> Outcome<()> {
    type Fields = (String, String, String, String, String);
    let fields: Option<Fields> = conn
        .prepare_cached(
            "SELECT title, concat_ws(' ', artist, CASE WHEN album_artist <> artist OR artist IS NULL THEN album_artist END),
                 coalesce(album, ''), coalesce(genre, ''), concat_ws(' ', notes, camera)
             FROM item LEFT JOIN item_meta ON item_meta.item = item.id WHERE item.id = ?1",
        )?
        .query_row([item], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
        })
        .optional()?;
    let Some((title, artist, album, genre, notes)) = fields else {
        return Ok(());
    };
    let place = conn
        .prepare_cached(
            "SELECT path.path, folder.path FROM path LEFT JOIN folder ON folder.id = path.folder
             WHERE item = ?1 ORDER BY state, path.id LIMIT 1",
        )?
        .query_row([item], |row| {
            Ok((
                row.get::<_, SqlPath>(0)?.0,
                row.get::<_, Option<SqlPath>>(1)?.map(|path| path.0),
            ))
        })
        .optional()?;
    let (file, folder) = place.map_or_else(Default::default, |(path, root)| {
        let stem = super::codec::stem(&path);
        (
            if stem == title { String::new() } else { stem },
            folders_below(&path, root.as_deref()),
        )
    });
    let indexed = |text: &str| {
        let short: String = text.chars().take(MAX_INDEXED_CHARS).collect();
        words(&short).join(" ")
    };
    conn.prepare_cached(
        "INSERT OR REPLACE INTO words (rowid, title, artist, album, genre, file, folder, notes)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        item,
        indexed(&title),
        indexed(&artist),
        indexed(&album),
        indexed(&genre),
        indexed(&file),
        indexed(&folder),
        indexed(&notes)
    ])?;
    Ok(())
}

/// Makes the full-text index anew from the items.
pub(super) fn reindex_all(conn: &Connection) -> Outcome<()> {
    let tx = conn.unchecked_transaction()?;
    tx.execute("INSERT INTO words (words) VALUES ('delete-all')", [])?;
    let mut statement = tx.prepare("SELECT id FROM item ORDER BY id")?;
    let items: Vec<ItemId> = statement
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    drop(statement);
    for item in items {
        reindex(&tx, item)?;
    }
    Ok(tx.commit()?)
}

/// Names of the folders a file is in, from the added folder's own name downwards.
fn folders_below(path: &Path, root: Option<&Path>) -> String {
    let above = root.and_then(Path::parent);
    let dir = path.parent().unwrap_or(path);
    let below = above.and_then(|above| dir.strip_prefix(above).ok());
    let names = below.map_or_else(|| dir.file_name().map(Path::new), Some);
    names
        .map(|names| names.to_string_lossy().into_owned())
        .unwrap_or_default()
}
