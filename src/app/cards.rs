//! Taste cards of friends: files in the library's own folder. The file is followed while it has its ending; without, it
//! is kept and says nothing.

use std::path::{Path, PathBuf};

use crate::dirs::Dirs;
use crate::error::{Error, Result};
use crate::recommend::card::{BYTES_MAX, Card};

/// The ending of a taste card.
pub const ENDING: &str = "parlour-taste";
/// The ending of one that is not followed now.
const REST: &str = "resting";
/// Cards that are kept, at most.
const CARDS_MAX: usize = 64;

/// A card in the library.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// Its name in the folder, without the ending.
    pub file: String,
    pub card: Card,
    pub is_followed: bool,
}

fn folder(dirs: &Dirs) -> PathBuf {
    dirs.data.join("cards")
}

fn path_of(dirs: &Dirs, file: &str, is_followed: bool) -> PathBuf {
    let ending = if is_followed { ENDING } else { REST };
    folder(dirs).join(format!("{file}.{ending}"))
}

/// Reads and checks a card.
///
/// # Errors
/// When the file cannot be read, or is not a whole card of this version.
pub fn read(path: &Path) -> Result<Card> {
    use std::io::Read as _;
    let failed = |e: &std::io::Error| Error::io("read the taste card", path, e);
    let file = std::fs::File::open(path).map_err(|e| failed(&e))?;
    let mut bytes = Vec::new();
    file.take(BYTES_MAX as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| failed(&e))?;
    Card::read(&bytes, path)
}

/// Writes a card where the person wants it.
///
/// # Errors
/// When the file cannot be written.
pub fn write(path: &Path, card: &Card) -> Result<()> {
    let bytes = card.to_bytes()?;
    std::fs::write(path, bytes).map_err(|e| Error::io("write the taste card", path, &e))
}

/// All cards, by file name; ones that cannot be read any more are left out.
pub fn all(dirs: &Dirs) -> Vec<Kept> {
    let Ok(entries) = std::fs::read_dir(folder(dirs)) else {
        return Vec::new();
    };
    let mut cards: Vec<Kept> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let is_followed = match path.extension()?.to_str()? {
                ENDING => true,
                REST => false,
                _ => return None,
            };
            let file = path.file_stem()?.to_str()?.to_owned();
            match read(&path) {
                Ok(card) => Some(Kept {
                    file,
                    card,
                    is_followed,
                }),
                Err(error) => {
                    tracing::warn!("{error}");
                    None
                }
            }
        })
        .collect();
    cards.sort_by(|a, b| a.file.cmp(&b.file));
    cards.truncate(CARDS_MAX);
    cards
}

/// The cards that are followed.
pub fn followed(dirs: &Dirs) -> Vec<(String, Card)> {
    all(dirs)
        .into_iter()
        .filter(|kept| kept.is_followed)
        .map(|kept| (kept.file, kept.card))
        .collect()
}

/// Takes a card in and follows it; one of the same name is replaced. Returns its file name.
///
/// # Errors
/// When the card is refused, or the folder cannot be written.
pub fn import(dirs: &Dirs, path: &Path) -> Result<Kept> {
    let card = read(path)?;
    let file: String = card
        .name
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '-' })
        .collect::<String>()
        .to_lowercase();
    let folder = folder(dirs);
    std::fs::create_dir_all(&folder).map_err(|e| Error::io("create the folder", &folder, &e))?;
    remove(dirs, &file)?;
    write(&path_of(dirs, &file, true), &card)?;
    Ok(Kept {
        file,
        card,
        is_followed: true,
    })
}

/// Follows a card, or stops.
///
/// # Errors
/// When there is no such card, or the folder cannot be written.
pub fn follow(dirs: &Dirs, file: &str, is_followed: bool) -> Result<()> {
    if !all(dirs).iter().any(|kept| kept.file == file) {
        return Err(Error::NotFound {
            what: "taste card",
            name: file.to_owned(),
        });
    }
    let (from, to) = (
        path_of(dirs, file, !is_followed),
        path_of(dirs, file, is_followed),
    );
    if from.exists() {
        std::fs::rename(&from, &to).map_err(|e| Error::io("move the taste card", &from, &e))?;
    }
    Ok(())
}

/// Throws a card away.
///
/// # Errors
/// When the folder cannot be written.
pub fn remove(dirs: &Dirs, file: &str) -> Result<()> {
    for is_followed in [true, false] {
        let path = path_of(dirs, file, is_followed);
        if path.exists() {
            std::fs::remove_file(&path)
                .map_err(|e| Error::io("remove the taste card", &path, &e))?;
        }
    }
    Ok(())
}
