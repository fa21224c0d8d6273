//! What went wrong below, until somebody who knows the action and the file makes an [`Error`] of it.

use std::path::Path;

use rusqlite::ErrorCode;

use crate::error::{Error, one_line};

/// An error inside the room: SQLite's, or one that is already told.
#[derive(Debug)]
pub(super) enum Fault {
    Sql(rusqlite::Error),
    Told(Error),
}

/// The result of anything inside the room.
pub(super) type Outcome<T> = std::result::Result<T, Fault>;

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Told(error)
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Self::Told(Error::Internal {
            action: "read its own notes in the catalogue",
            why: one_line(&error.to_string()),
        })
    }
}

impl Fault {
    /// Whether the catalogue file itself is broken.
    pub(super) fn is_damage(&self) -> bool {
        match self {
            Self::Sql(error) => matches!(
                error.sqlite_error_code(),
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
            ),
            Self::Told(error) => matches!(error, Error::CatalogDamaged { .. }),
        }
    }

    /// The sentence for the person.
    pub(super) fn told(self, action: &'static str, path: &Path) -> Error {
        let error = match self {
            Self::Told(error) => return error,
            Self::Sql(error) => error,
        };
        let io = |why: &str| Error::Io {
            action,
            why: why.to_owned(),
            path: path.to_owned(),
        };
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Error::CatalogDamaged {
                why: one_line(&error.to_string()),
                path: path.to_owned(),
            },
            Some(ErrorCode::DiskFull) => io("the disk is full"),
            Some(ErrorCode::ReadOnly) => io("the file or its folder is read-only"),
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                io("the file or its folder cannot be opened for writing")
            }
            Some(ErrorCode::SystemIoFailure) => io("the disk reported a failure"),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                io("another program is using it")
            }
            Some(ErrorCode::OperationInterrupted) => Error::Cancelled,
            _ => Error::Catalog {
                action,
                why: one_line(&error.to_string()),
            },
        }
    }
}
