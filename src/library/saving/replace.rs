//! Puts a file in the place of another so that, whatever happens in between, one of the two is there whole: a copy in
//! the same folder, forced onto the disk, read again, then renamed over the old one.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// How copies end that were not renamed yet; the next try writes over them.
pub(super) const SUFFIX: &str = ".parlour-tmp";

/// A finished copy that waits to be put in place; gone when dropped before.
pub(super) struct Copy {
    path: PathBuf,
    is_placed: bool,
}

impl Copy {
    /// A copy of these bytes beside `target`, on the disk and read again.
    pub fn of_bytes(target: &Path, bytes: &[u8]) -> Result<Self> {
        let copy = Self::beside(target);
        let failed = |error: std::io::Error| Error::io("write beside the file", target, &error);
        let mut file = File::create(&copy.path).map_err(failed)?;
        file.write_all(bytes).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        drop(file);
        let again = std::fs::read(&copy.path).map_err(failed)?;
        if again != bytes {
            return Err(Error::damaged(
                "copy",
                target,
                "the disk did not keep what was written; nothing was changed",
            ));
        }
        copy.take_permissions(target)?;
        Ok(copy)
    }

    /// A copy of the file itself.
    pub fn of_file(target: &Path) -> Result<Self> {
        let copy = Self::beside(target);
        std::fs::copy(target, &copy.path)
            .map_err(|error| Error::io("copy the file", target, &error))?;
        Ok(copy)
    }

    fn beside(target: &Path) -> Self {
        let mut name = std::ffi::OsString::from(".");
        name.push(target.file_name().unwrap_or_default());
        name.push(SUFFIX);
        Self {
            path: target.with_file_name(name),
            is_placed: false,
        }
    }

    /// Where the copy is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn take_permissions(&self, target: &Path) -> Result<()> {
        let Ok(metadata) = std::fs::metadata(target) else {
            return Ok(());
        };
        std::fs::set_permissions(&self.path, metadata.permissions())
            .map_err(|error| Error::io("write beside the file", target, &error))
    }

    /// Forces the copy onto the disk and renames it over `target`.
    pub fn place(mut self, target: &Path) -> Result<()> {
        let failed = |error: std::io::Error| Error::io("replace the file", target, &error);
        File::open(&self.path)
            .and_then(|file| file.sync_all())
            .map_err(failed)?;
        std::fs::rename(&self.path, target).map_err(failed)?;
        self.is_placed = true;
        sync_folder(target);
        Ok(())
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        if !self.is_placed {
            std::fs::remove_file(&self.path).ok();
        }
    }
}

/// The name is on the disk, too. Not every system can say so; the file is whole either way.
fn sync_folder(target: &Path) {
    if let Some(folder) = target.parent()
        && let Ok(folder) = File::open(folder)
    {
        folder.sync_all().ok();
    }
}
