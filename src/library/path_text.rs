//! Paths as text in JSON, also those that are not UTF-8.

use std::path::{Path, PathBuf};

const MARK: &str = "bytes:";

/// The path itself, or `bytes:` and the hexadecimal bytes of one that is not UTF-8.
pub(crate) fn encode(path: &Path) -> String {
    match path.to_str() {
        Some(text) if !text.starts_with(MARK) => text.to_owned(),
        _ => {
            let bytes = path.as_os_str().as_encoded_bytes();
            format!("{MARK}{}", hex(bytes))
        }
    }
}

/// The inverse of [`encode`]; `None` when the hexadecimal part is none.
pub(crate) fn decode(text: &str) -> Option<PathBuf> {
    let Some(hex) = text.strip_prefix(MARK) else {
        return Some(PathBuf::from(text));
    };
    bytes_of_hex(hex).map(path_of_bytes)
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// The bytes that hexadecimal digits stand for.
pub(crate) fn bytes_of_hex(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits
        .chunks_exact(2)
        .map(|pair| {
            let digit = |byte: u8| (byte as char).to_digit(16);
            Some((digit(pair[0])? * 16 + digit(pair[1])?) as u8)
        })
        .collect()
}

#[cfg(unix)]
fn path_of_bytes(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt as _;
    PathBuf::from(std::ffi::OsString::from_vec(bytes))
}

#[cfg(not(unix))]
fn path_of_bytes(bytes: Vec<u8>) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_path_comes_back() {
        let mut paths = vec![PathBuf::from("/photos/夏 é.jpg"), PathBuf::from("bytes:ff")];
        #[cfg(unix)]
        paths.push(path_of_bytes(b"/photos/caf\xE9.jpg".to_vec()));
        for path in paths {
            assert_eq!(decode(&encode(&path)), Some(path));
        }
        assert_eq!(decode("bytes:f"), None);
        assert_eq!(decode("bytes:zz"), None);
        assert_eq!(decode("bytes:\u{e9}"), None);
    }
}
