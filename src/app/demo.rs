//! Where the demo library is: beside the program, in the system's data folder, or in the source tree.

use std::path::PathBuf;

/// The demo library's folder, where this machine has it.
pub fn find() -> Option<PathBuf> {
    let program = std::env::current_exe().ok();
    let beside = program
        .as_ref()
        .and_then(|path| path.parent())
        .map(|dir| dir.join("demo"));
    let shared = program
        .as_ref()
        .and_then(|path| path.parent()?.parent())
        .map(|prefix| prefix.join("share/parlour/demo"));
    let source = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets/demo/library");
    [beside, shared, Some(source)]
        .into_iter()
        .flatten()
        .find(|dir| dir.is_dir())
}
