//! What a person can do to metadata. Every change is undoable, also after a restart.

use serde::{Deserialize, Serialize};

use super::types::{CollectionId, ItemId, NewEvent, ProfileId};

/// Everything a person can do to metadata.
///
/// Tags are named by text: a full path (`Places/Coast/Beach`), or an own name, alias or slug when only one tag has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Puts a tag on items as confirmed; makes the tag if there is none.
    AddTag {
        /// The items.
        items: Vec<ItemId>,
        /// The tag.
        tag: String,
    },
    /// Takes a tag off items. Where a model gave the tag it is marked rejected, so that it stays off.
    RemoveTag {
        /// The items.
        items: Vec<ItemId>,
        /// The tag.
        tag: String,
    },
    /// Says that items do not have a tag; no model brings it back.
    RejectTag {
        /// The items.
        items: Vec<ItemId>,
        /// The tag.
        tag: String,
    },
    /// Says that a model was right.
    ConfirmTag {
        /// The items.
        items: Vec<ItemId>,
        /// The tag.
        tag: String,
    },
    /// Makes a tag, with its parents.
    CreateTag {
        /// Full path.
        name: String,
    },
    /// Renames or moves a tag; its sub-tags go along. `to` without `/` keeps the parent.
    RenameTag {
        /// The tag.
        from: String,
        /// New own name, or full path.
        to: String,
    },
    /// Turns one tag into another everywhere; models that give the first give the second from then on.
    MergeTags {
        /// The tag that goes.
        from: String,
        /// The tag that stays.
        into: String,
    },
    /// Deletes a tag from everything; models do not bring it back.
    DeleteTag {
        /// The tag.
        name: String,
    },
    /// Gives a tag a colour, `#rrggbb`, or none.
    ColourTag {
        /// The tag.
        name: String,
        /// The colour.
        colour: Option<String>,
    },
    /// Gives a tag a further name, an alias or one in a language, or takes it away. Searches and typed names find the
    /// tag by it.
    NameTag {
        /// The tag.
        tag: String,
        /// Empty for an alias, else a language tag such as `zh-CN`.
        language: String,
        /// The name.
        name: String,
        /// Given or taken away.
        on: bool,
    },
    /// Keeps a name of the built-in vocabulary from leading to a tag, or lets it again.
    DetachName {
        /// The tag.
        tag: String,
        /// The name it is not to answer to.
        name: String,
        /// Kept away or not.
        on: bool,
    },
    /// Takes a tag away from the models: what the person and their files said stays, what models say of it goes and
    /// does not come back.
    DetachTag {
        /// The tag.
        name: String,
    },
    /// Takes one change of the past back alone: what later changes touched stays as they left it.
    TakeBack {
        /// Its place in the undo log.
        step: i64,
    },
    /// Rates items, 0 to 5.
    Rate {
        /// The items.
        items: Vec<ItemId>,
        /// 0 takes the rating away.
        rating: u8,
    },
    /// Marks items as favourites or not.
    Favourite {
        /// The items.
        items: Vec<ItemId>,
        /// Marked or not.
        on: bool,
    },
    /// Hides items from grids or shows them again.
    Hide {
        /// The items.
        items: Vec<ItemId>,
        /// Hidden or not.
        on: bool,
    },
    /// Gives items titles of the person's own, or those of their files again.
    Retitle(Vec<(ItemId, Option<String>)>),
    /// Says when items were made (local wall clock as if UTC), or leaves it to their files again.
    Redate(Vec<(ItemId, Option<i64>)>),
    /// Says where items were made (degrees north and east), or leaves it to their files again.
    Locate(Vec<(ItemId, Option<(f64, f64)>)>),
    /// Makes a collection; with a query it fills itself. Its id is in [`Undo::collection`].
    CreateCollection {
        /// Its name.
        name: String,
        /// The search that fills it.
        query: Option<String>,
    },
    /// Renames a collection.
    RenameCollection {
        /// Which.
        id: CollectionId,
        /// New name.
        name: String,
    },
    /// Changes the search of a smart collection.
    SetCollectionQuery {
        /// Which.
        id: CollectionId,
        /// The search; none makes it an ordinary one.
        query: Option<String>,
    },
    /// Deletes a collection; its items stay in the library.
    DeleteCollection {
        /// Which.
        id: CollectionId,
    },
    /// Adds items, in this order; items that are in it already are moved there.
    AddToCollection {
        /// Which.
        id: CollectionId,
        /// The items.
        items: Vec<ItemId>,
        /// Before which place; the end when none.
        at: Option<usize>,
    },
    /// Takes items out.
    RemoveFromCollection {
        /// Which.
        id: CollectionId,
        /// The items.
        items: Vec<ItemId>,
    },
    /// Appends to the history. Not a step of undo: what happened, happened.
    RecordEvents(Vec<NewEvent>),
    /// What the person says of items (like, less, never): recorded as events, and can be taken back.
    Judge(Vec<NewEvent>),
    /// Forgets the history from one time up to, not including, another, exactly. Undo brings it back only until the
    /// library is closed; then it is gone.
    ForgetHistory {
        /// From, inclusive.
        from_ms: i64,
        /// To, exclusive.
        to_ms: i64,
        /// Whose; everyone's when none.
        #[serde(default)]
        profile: Option<ProfileId>,
    },
    /// Strikes out a reason for suggestions.
    StrikeReason {
        /// The reason's key.
        key: String,
    },
    /// Takes the strike back.
    UnstrikeReason {
        /// The reason's key.
        key: String,
    },
    /// Several changes, in this order, as one step of undo; all or nothing.
    Several(Vec<Change>),
}

impl Change {
    /// Whether it touches nothing but history and struck reasons: items, tags and lists stay as they are.
    pub fn is_history(&self) -> bool {
        match self {
            Self::RecordEvents(_)
            | Self::Judge(_)
            | Self::ForgetHistory { .. }
            | Self::StrikeReason { .. }
            | Self::UnstrikeReason { .. } => true,
            Self::Several(changes) => changes.iter().all(Self::is_history),
            _ => false,
        }
    }
}

/// What a change did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Undo {
    /// Its place in the undo log; `None` when there is nothing to undo (nothing changed, or only history was added).
    pub step: Option<i64>,
    /// The items it touched, without repeats.
    pub items: Vec<ItemId>,
    /// The collection it made.
    pub collection: Option<CollectionId>,
}
