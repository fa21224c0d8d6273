//! What happened, and to whom.

use serde::{Deserialize, Serialize};

use super::{EventId, ItemId, ProfileId};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EventKind {
    /// Put before the person, on a shelf.
    Shown,
    /// Opened in the viewer or the player.
    Opened,
    /// Looked at; the value is seconds.
    Dwell,
    /// Heard or seen; the value is the share, 0 to 1.
    Played,
    /// Left early; the value is the share heard.
    Skipped,
    /// Liked.
    Liked,
    /// Disliked.
    Disliked,
    /// "Not this again."
    Hidden,
    /// Searched for; the words are the context.
    Searched,
    /// Tagged by hand.
    Tagged,
}

impl EventKind {
    /// All kinds.
    pub const ALL: [Self; 10] = [
        Self::Shown,
        Self::Opened,
        Self::Dwell,
        Self::Played,
        Self::Skipped,
        Self::Liked,
        Self::Disliked,
        Self::Hidden,
        Self::Searched,
        Self::Tagged,
    ];

    /// The lowercase name used on the command line, in exports and in the catalogue.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shown => "shown",
            Self::Opened => "opened",
            Self::Dwell => "dwell",
            Self::Played => "played",
            Self::Skipped => "skipped",
            Self::Liked => "liked",
            Self::Disliked => "disliked",
            Self::Hidden => "hidden",
            Self::Searched => "searched",
            Self::Tagged => "tagged",
        }
    }

    /// The inverse of [`EventKind::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// Something that happened, to be recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewEvent {
    /// Whose history.
    pub profile: ProfileId,
    /// With which item; none for searches.
    pub item: Option<ItemId>,
    /// What.
    pub kind: EventKind,
    /// Share heard (0 to 1) or seconds; see [`EventKind`].
    pub value: f32,
    /// When.
    pub at_ms: i64,
    /// Where it came from: a shelf, a playlist, the words searched for.
    pub context: Option<String>,
}

/// Something that happened. The history is append-only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Identity; grows with time of recording.
    pub id: EventId,
    /// Whose history.
    pub profile: ProfileId,
    /// With which item.
    pub item: Option<ItemId>,
    /// What.
    pub kind: EventKind,
    /// Share heard (0 to 1) or seconds.
    pub value: f32,
    /// When.
    pub at_ms: i64,
    /// Where it came from.
    pub context: Option<String>,
}

/// A person with a history of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Identity.
    pub id: ProfileId,
    /// Name; empty for the first until it is given one.
    pub name: String,
    /// When it was made.
    pub created_ms: i64,
}
