//! The packs inside the program: the folders `models/<pack>` of the repository.

use super::source::{CARD, MANIFEST, Source, VOCABULARY};

/// One file below `models/`.
macro_rules! file {
    ($path:literal) => {
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/models/", $path)) as &[u8]
    };
}

/// Every embedded pack, in the order in which they run.
pub(super) const EMBEDDED: &[Source] = &[
    Source::Embedded {
        name: "models/photo",
        files: &[
            (MANIFEST, file!("photo/manifest.toml")),
            ("model.onnx", file!("photo/model.onnx")),
            ("labels.txt", file!("photo/labels.txt")),
            (VOCABULARY, file!("photo/vocabulary.csv")),
            (CARD, file!("photo/MODEL_CARD.md")),
        ],
    },
    Source::Embedded {
        name: "models/sound",
        files: &[
            (MANIFEST, file!("sound/manifest.toml")),
            ("model.onnx", file!("sound/model.onnx")),
            ("labels.txt", file!("sound/labels.txt")),
            (VOCABULARY, file!("audio/vocabulary.csv")),
            (CARD, file!("sound/MODEL_CARD.md")),
        ],
    },
    Source::Embedded {
        name: "models/music",
        files: &[
            (MANIFEST, file!("music/manifest.toml")),
            ("model.onnx", file!("music/model.onnx")),
            ("labels.txt", file!("music/labels.txt")),
            (VOCABULARY, file!("audio/vocabulary.csv")),
            (CARD, file!("music/MODEL_CARD.md")),
        ],
    },
];
