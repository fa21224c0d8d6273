//! How paths, kinds, numbers and vectors lie in columns.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, Value, ValueRef};

use super::types::{ContentHash, EventKind};
use crate::media::Kind;

/// A path in a column: TEXT when it is UTF-8, else a BLOB of the platform's own units, so that every name survives.
pub(super) struct SqlPath(pub PathBuf);

/// The column value of a path.
pub(super) fn path_value(path: &Path) -> Value {
    match path.to_str() {
        Some(text) => Value::Text(text.to_owned()),
        None => Value::Blob(units(path.as_os_str())),
    }
}

#[cfg(unix)]
fn units(name: &OsStr) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    name.as_bytes().to_vec()
}

#[cfg(unix)]
fn from_units(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(OsStr::from_bytes(bytes))
}

#[cfg(windows)]
fn units(name: &OsStr) -> Vec<u8> {
    use std::os::windows::ffi::OsStrExt;
    name.encode_wide().flat_map(u16::to_le_bytes).collect()
}

#[cfg(windows)]
fn from_units(bytes: &[u8]) -> PathBuf {
    use std::os::windows::ffi::OsStringExt;
    let wide: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|b| u16::from_le_bytes([b[0], b[1]]))
        .collect();
    PathBuf::from(std::ffi::OsString::from_wide(&wide))
}

impl FromSql for SqlPath {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value {
            ValueRef::Text(text) => std::str::from_utf8(text)
                .map(|text| Self(PathBuf::from(text)))
                .map_err(FromSqlError::other),
            ValueRef::Blob(bytes) => Ok(Self(from_units(bytes))),
            _ => Err(FromSqlError::InvalidType),
        }
    }
}

pub(super) fn kind_code(kind: Kind) -> i64 {
    match kind {
        Kind::Photo => 0,
        Kind::Audio => 1,
        Kind::Clip => 2,
    }
}

pub(super) fn kind_from_code(code: i64) -> Kind {
    match code {
        0 => Kind::Photo,
        1 => Kind::Audio,
        _ => Kind::Clip,
    }
}

pub(super) fn event_code(kind: EventKind) -> i64 {
    EventKind::ALL.iter().position(|k| *k == kind).unwrap_or(0) as i64
}

pub(super) fn event_from_code(code: i64) -> EventKind {
    usize::try_from(code)
        .ok()
        .and_then(|at| EventKind::ALL.get(at).copied())
        .unwrap_or(EventKind::Shown)
}

/// A content hash in a column.
pub(super) struct SqlHash(pub ContentHash);

impl FromSql for SqlHash {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let bytes = value.as_blob()?;
        bytes.try_into().map(Self).map_err(FromSqlError::other)
    }
}

impl ToSql for SqlHash {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(&self.0[..]))
    }
}

/// A size that SQLite can hold.
pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// A vector as little-endian f16.
pub(super) fn f16_bytes(values: &[f32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| half::f16::from_f32(*value).to_le_bytes())
        .collect()
}

/// The inverse of [`f16_bytes`].
pub(super) fn from_f16_bytes(bytes: &[u8]) -> Vec<f32> {
    bytes
        .chunks_exact(2)
        .map(|pair| half::f16::from_le_bytes([pair[0], pair[1]]).to_f32())
        .collect()
}

/// Now, in milliseconds since the epoch.
pub(super) fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// What to call a file that has no title: its name without the extension.
pub(super) fn stem(path: &Path) -> String {
    path.file_stem()
        .map(|name| name.to_string_lossy().into_owned())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| path.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn every_name_survives() {
        use std::os::unix::ffi::OsStrExt;
        let odd = PathBuf::from(OsStr::from_bytes(b"/photos/caf\xe9.jpg"));
        let conn = rusqlite::Connection::open_in_memory().unwrap();
        for path in [odd, PathBuf::from("/照片/海边.jpg")] {
            let back: SqlPath = conn
                .query_row("SELECT ?1", [path_value(&path)], |row| row.get(0))
                .unwrap();
            assert_eq!(back.0, path);
        }
    }

    #[test]
    fn half_precision_is_close() {
        let values = [0.0, 1.0, -0.25, 0.123_456];
        for (a, b) in values.iter().zip(from_f16_bytes(&f16_bytes(&values))) {
            assert!((a - b).abs() < 1e-3);
        }
    }
}
