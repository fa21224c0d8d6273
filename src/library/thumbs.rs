//! Pictures for the window: thumbnails, covers, full pictures, waveforms; what is visible first.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

use super::cache::{Key, ThumbCache};
use super::event::{LibraryEvent, Notice, ThumbSize};
use super::options::Options;
use super::{Inner, sound};
use crate::catalog::{Item, ItemId, Reader};
use crate::error::{Error, Result};
use crate::jobs::{Cancel, Pool, Priority, guarded};
use crate::media::photo::{self, Picture};
use crate::media::{Kind, audio};

/// Requests that may wait.
const CAPACITY: usize = 1024;
/// The viewer's first answer is at most this long.
const FULL_SIDE: u32 = 4096;
/// Read-only connections kept for the workers.
const MAX_READERS: usize = 8;
/// Failures remembered, so that a broken picture is not decoded again on every request.
const MAX_FAILED: usize = 10_000;

/// What a worker is to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Task {
    Thumb(ItemId, ThumbSize),
    Full(ItemId, bool),
    Waveform(ItemId),
    Sweep,
}

/// The workers and what they share.
pub(crate) struct Thumbs {
    cache: ThumbCache,
    grid: Mutex<Option<Pool<Task>>>,
    viewer: Mutex<Option<Pool<Task>>>,
    readers: Mutex<Vec<Reader>>,
    failed: Mutex<HashMap<(ItemId, Key), Error>>,
}

impl Thumbs {
    pub(crate) fn new(dir: PathBuf, options: &Options) -> Self {
        Self {
            cache: ThumbCache::new(dir, options.thumbnail_cap_bytes),
            grid: Mutex::new(Some(Pool::new("thumbs", options.workers, CAPACITY))),
            viewer: Mutex::new(Some(Pool::new("viewer", 1, 8))),
            readers: Mutex::default(),
            failed: Mutex::default(),
        }
    }

    pub(crate) fn cache(&self) -> &ThumbCache {
        &self.cache
    }

    pub(crate) fn set_cap_bytes(&self, inner: &Arc<Inner>, cap_bytes: u64) {
        self.cache.set_cap_bytes(cap_bytes);
        sweep_if_wanted(inner);
    }

    /// Forgets requests for thumbnails that `keep` refuses.
    pub(crate) fn retain(&self, keep: impl Fn(ItemId, ThumbSize) -> bool) {
        if let Some(pool) = &*self.grid.lock() {
            pool.retain(|task| match task {
                Task::Thumb(item, size) => keep(*item, *size),
                _ => true,
            });
        }
    }

    /// Whether somebody waits for a picture.
    pub(crate) fn is_busy(&self) -> bool {
        let is_waiting = |pool: &Mutex<Option<Pool<Task>>>| {
            pool.lock().as_ref().is_some_and(|pool| !pool.is_idle())
        };
        is_waiting(&self.grid) || is_waiting(&self.viewer)
    }

    /// Cancels and joins the workers.
    pub(crate) fn close(&self) {
        let pools = [self.grid.lock().take(), self.viewer.lock().take()];
        drop(pools);
        self.readers.lock().clear();
    }

    fn submit(
        pool: &Mutex<Option<Pool<Task>>>,
        task: Task,
        priority: Priority,
        job: impl FnOnce(&Cancel) + Send + 'static,
    ) {
        if let Some(pool) = &*pool.lock() {
            pool.submit(task, priority, job);
        }
    }
}

/// An item that is not in the catalogue, or has no file.
pub(crate) fn unknown(item: ItemId) -> Error {
    Error::NotFound {
        what: "item",
        name: item.to_string(),
    }
}

/// Runs `f` with a read-only connection that is kept for the next one.
fn with_reader<T>(inner: &Inner, f: impl FnOnce(&Reader) -> Result<T>) -> Result<T> {
    let kept = inner.thumbs.readers.lock().pop();
    let reader = kept.map_or_else(|| inner.catalog.reader(), Ok)?;
    let result = f(&reader);
    let mut readers = inner.thumbs.readers.lock();
    if readers.len() < MAX_READERS && !inner.closing.is_cancelled() {
        readers.push(reader);
    }
    result
}

pub(crate) fn request(inner: &Arc<Inner>, item: ItemId, size: ThumbSize, priority: Priority) {
    let shared = inner.clone();
    Thumbs::submit(
        &inner.thumbs.grid,
        Task::Thumb(item, size),
        priority,
        move |cancel| {
            if cancel.is_cancelled() {
                return;
            }
            let picture = guarded("make a thumbnail", || {
                with_reader(&shared, |reader| thumb(&shared, reader, item, size))
            });
            shared.outbox.send(LibraryEvent::Thumb {
                item,
                size,
                picture,
            });
            sweep_if_wanted(&shared);
        },
    );
}

pub(crate) fn request_full(inner: &Arc<Inner>, item: ItemId, is_original: bool) {
    let shared = inner.clone();
    let task = Task::Full(item, is_original);
    Thumbs::submit(
        &inner.thumbs.viewer,
        task,
        Priority::Visible,
        move |cancel| {
            if cancel.is_cancelled() {
                return;
            }
            let made = guarded("show a picture", || {
                with_reader(&shared, |reader| full(&shared, reader, item, is_original))
            });
            let (picture, is_original) = match made {
                Ok((picture, is_original)) => (Ok(picture), is_original),
                Err(error) => (Err(error), is_original),
            };
            shared.outbox.send(LibraryEvent::Full {
                item,
                is_original,
                picture,
            });
        },
    );
}

pub(crate) fn request_waveform(inner: &Arc<Inner>, item: ItemId) {
    let shared = inner.clone();
    Thumbs::submit(
        &inner.thumbs.viewer,
        Task::Waveform(item),
        Priority::Soon,
        move |cancel| {
            let peaks = guarded("measure the sound", || {
                with_reader(&shared, |reader| {
                    sound::waveform(&shared, reader, item, cancel)
                })
            });
            let peaks = match peaks {
                Ok(peaks) => peaks,
                Err(Error::Cancelled) => return,
                Err(error) => {
                    tracing::warn!(%error, "no waveform");
                    Arc::default()
                }
            };
            shared.outbox.send(LibraryEvent::Waveform { item, peaks });
        },
    );
}

fn sweep_if_wanted(inner: &Arc<Inner>) {
    if inner.thumbs.cache.wants_sweep() {
        let shared = inner.clone();
        let sweep = move |_: &Cancel| shared.thumbs.cache.sweep();
        Thumbs::submit(&inner.thumbs.grid, Task::Sweep, Priority::Background, sweep);
    }
}

/// What an item's thumbnails are filed under; renames those made before its content was known.
pub(crate) fn key_of(cache: &ThumbCache, item: &Item) -> Option<Key> {
    let state = item.paths.first()?;
    let by_place = Key::of_place(&state.path, state.size_bytes, state.mtime_ms);
    let Some(hash) = &item.hash else {
        return Some(by_place);
    };
    let key = Key::of_content(hash);
    if !cache.has_any(key) {
        cache.rename(by_place, key);
    }
    Some(key)
}

fn thumb(
    inner: &Inner,
    reader: &Reader,
    id: ItemId,
    size: ThumbSize,
) -> Result<Option<Arc<Picture>>> {
    let item = reader.item(id)?.ok_or_else(|| unknown(id))?;
    if item.kind == Kind::Clip || item.problem.is_some() {
        return Ok(None);
    }
    let cache = &inner.thumbs.cache;
    let key = key_of(cache, &item).ok_or_else(|| unknown(id))?;
    let shown = match item.kind {
        Kind::Audio => cache.followed(key),
        _ => key,
    };
    if let Some(picture) = kept(inner, shown, size) {
        return Ok(Some(Arc::new(picture)));
    }
    if let Some(error) = inner.thumbs.failed.lock().get(&(item.id, key)) {
        return Err(error.clone());
    }
    match make(inner, &item, key, size) {
        Ok(Some(picture)) => Ok(Some(Arc::new(picture))),
        Ok(None) => {
            // Told once; the window then does not ask again.
            inner
                .catalog
                .bulk(|bulk| bulk.set_thumb(item.id, Some(false)))?;
            Ok(None)
        }
        Err(error) => {
            remember_failure(inner, &item, key, &error);
            Err(error)
        }
    }
}

fn remember_failure(inner: &Inner, item: &Item, key: Key, error: &Error) {
    let mut failed = inner.thumbs.failed.lock();
    if failed.len() < MAX_FAILED {
        failed.insert((item.id, key), error.clone());
    }
    drop(failed);
    if is_lasting(error) && item.kind == Kind::Photo {
        let reason = error.reason();
        let stored = inner
            .catalog
            .bulk(|bulk| bulk.set_problem(item.id, Some(&reason)));
        if let Err(error) = stored {
            tracing::warn!(%error, "why a picture cannot be decoded was not kept");
        }
        inner.outbox.items_changed(vec![item.id]);
    }
}

/// Whether the file itself is to blame, so that trying again without a change is pointless.
pub(crate) fn is_lasting(error: &Error) -> bool {
    !matches!(
        error,
        Error::Io { .. } | Error::Cancelled | Error::Catalog { .. } | Error::NotFound { .. }
    )
}

/// A thumbnail that is in the cache, at this size or larger.
fn kept(inner: &Inner, key: Key, size: ThumbSize) -> Option<Picture> {
    let cache = &inner.thumbs.cache;
    if let Some(picture) = cache.read(key, size) {
        return Some(picture);
    }
    let mut larger = ThumbSize::ALL.into_iter().filter(|other| *other > size);
    let picture = larger.find_map(|other| cache.read(key, other))?;
    let picture = picture.fit(size.side());
    keep(inner, key, size, &picture);
    Some(picture)
}

/// Decodes once, at the largest size that is kept, and keeps what the grid will ask for next.
fn make(inner: &Inner, item: &Item, key: Key, size: ThumbSize) -> Result<Option<Picture>> {
    let path = item.path().ok_or_else(|| unknown(item.id))?;
    let largest = size.max(ThumbSize::S512);
    if item.kind != Kind::Audio {
        let picture = photo::thumbnail(path, largest.side())?;
        return Ok(keep_ladder(inner, key, size, picture));
    }
    let Some(bytes) = audio::cover(path)? else {
        return Ok(None);
    };
    // The songs of an album carry the same cover: it is unpacked and kept once.
    let shared = Key::of_content(blake3::hash(&bytes).as_bytes());
    if let Err(error) = inner.thumbs.cache.link(key, shared) {
        tracing::warn!(%error, "this song's cover is read again next time");
    }
    if let Some(picture) = kept(inner, shared, size) {
        return Ok(Some(picture));
    }
    let picture = decode_cover(inner, &bytes, largest.side())?;
    Ok(keep_ladder(inner, shared, size, picture))
}

/// Keeps what the grid will ask for, and answers with the size asked for now.
fn keep_ladder(inner: &Inner, key: Key, size: ThumbSize, picture: Picture) -> Option<Picture> {
    let largest = size.max(ThumbSize::S512);
    let picture = on_background(picture);
    let mut wanted = None;
    for kept in [largest, ThumbSize::S256, size] {
        let small = picture.fit(kept.side());
        if kept != size {
            keep(inner, key, kept, &small);
        } else if wanted.is_none() {
            keep(inner, key, kept, &small);
            wanted = Some(small);
        }
    }
    wanted
}

/// Files the sizes that grids ask for, from a picture that was decoded for another purpose.
pub(crate) fn keep_from(inner: &Inner, item: &Item, picture: &Picture) {
    let cache = &inner.thumbs.cache;
    let Some(key) = key_of(cache, item) else {
        return;
    };
    if cache.has(key, ThumbSize::S256) {
        return;
    }
    let large = on_background(picture.fit(ThumbSize::S512.side()));
    keep(
        inner,
        key,
        ThumbSize::S256,
        &large.fit(ThumbSize::S256.side()),
    );
    keep(inner, key, ThumbSize::S512, &large);
}

fn keep(inner: &Inner, key: Key, size: ThumbSize, picture: &Picture) {
    if let Err(error) = inner.thumbs.cache.write(key, size, picture) {
        tracing::warn!(%error, "thumbnails are kept in memory");
        inner
            .outbox
            .send(LibraryEvent::Notice(Notice::CacheUnwritable(
                error.to_string(),
            )));
    }
}

/// Covers come as bytes in any format; the decoders of the media room read files.
fn decode_cover(inner: &Inner, bytes: &[u8], side: u32) -> Result<Picture> {
    let failed = |error: std::io::Error| Error::io("unpack a cover in", &inner.dirs.cache, &error);
    let file = tempfile::NamedTempFile::new_in(&inner.dirs.cache)
        .or_else(|_| tempfile::NamedTempFile::new());
    let mut file = file.map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    photo::thumbnail(file.path(), side)
}

/// Lays a picture with transparent parts on white, or on dark where what can be seen is nearly white.
fn on_background(picture: Picture) -> Picture {
    const LIGHT: [u8; 3] = [255, 255, 255];
    const DARK: [u8; 3] = [38, 38, 42];
    let (mut light, mut seen, mut is_opaque) = (0u64, 0u64, true);
    for pixel in picture.rgba.as_chunks::<4>().0 {
        let [r, g, b, a] = pixel.map(u64::from);
        // Rec. 709 luma in 1/10,000.
        light += (2126 * r + 7152 * g + 722 * b) / 10_000 * a;
        seen += a;
        is_opaque &= a == 255;
    }
    if is_opaque {
        return picture;
    }
    let is_light = seen > 0 && light / seen > 200;
    picture.flattened(if is_light { DARK } else { LIGHT })
}

/// The picture for the viewer, and whether these are all pixels.
fn full(
    inner: &Inner,
    reader: &Reader,
    id: ItemId,
    is_original: bool,
) -> Result<(Arc<Picture>, bool)> {
    let item = reader.item(id)?.ok_or_else(|| unknown(id))?;
    let path = item.path().ok_or_else(|| unknown(id))?;
    let picture = match item.kind {
        Kind::Photo if is_original => photo::decode(path, None)?,
        Kind::Photo => bounded(path)?,
        Kind::Audio => match audio::cover(path)? {
            Some(bytes) => decode_cover(inner, &bytes, FULL_SIDE)?,
            None => {
                return Err(Error::NotFound {
                    what: "cover of",
                    name: item.title,
                });
            }
        },
        Kind::Clip => {
            return Err(Error::Unsupported {
                format: item.format.clone(),
                path: path.to_owned(),
            });
        }
    };
    let whole = item.width.max(item.height).unwrap_or(0);
    let is_whole = is_original || picture.long_side() >= whole;
    Ok((Arc::new(picture), is_whole))
}

fn bounded(path: &Path) -> Result<Picture> {
    photo::thumbnail(path, FULL_SIDE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transparent_parts_get_a_background_that_shows_the_rest() {
        let logo = |shade: u8| {
            let mut picture = Picture::filled(4, 1, [0, 0, 0, 0]);
            picture.rgba[..4].copy_from_slice(&[shade, shade, shade, 255]);
            on_background(picture).rgba
        };
        assert_eq!(logo(250)[..8], [250, 250, 250, 255, 38, 38, 42, 255]);
        assert_eq!(logo(20)[..8], [20, 20, 20, 255, 255, 255, 255, 255]);
        let opaque = Picture::filled(2, 2, [250, 250, 250, 255]);
        assert_eq!(on_background(opaque.clone()), opaque);
    }
}
