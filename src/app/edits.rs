//! Changes to metadata: on screen at once where that is simple, saved behind it, taken back by one key.

use crate::app::command::Edit;
use crate::app::desk::{Answer, Ask};
use crate::app::engine::Engine;
use crate::app::phrases;
use crate::app::words::Arg;
use crate::catalog::{Change, CollectionId, ItemId, ProfileId};
use crate::library::AfterAdd;

impl Engine {
    pub(super) fn edit(&mut self, edit: Edit) {
        let (change, toast) = match edit {
            Edit::Undo => {
                self.desk.ask(Ask::Undo);
                return;
            }
            Edit::Redo => {
                self.desk.ask(Ask::Redo);
                return;
            }
            Edit::TagFiles { files, tag } => {
                let then = AfterAdd {
                    tag: Some(tag),
                    ..AfterAdd::default()
                };
                self.library.add_files(files, then);
                return;
            }
            Edit::NewCollection { name, items } => return self.new_collection(name, items),
            other => self.change_of(other),
        };
        self.change(change, toast);
    }

    /// The catalogue's change for an edit, and what to say when it is saved.
    fn change_of(&self, edit: Edit) -> (Change, Option<String>) {
        let words = &self.state.words;
        let say = |key: &str, args: &[(&str, Arg)]| Some(words.with(key, args));
        let named = |tag: &str| Arg::from(phrases::tag_name(words, &self.state.vocabulary, tag));
        match edit {
            Edit::Tag { items, tag } => {
                let toast = say(
                    "toast-tagged",
                    &[("n", items.len().into()), ("tag", named(&tag))],
                );
                (Change::AddTag { items, tag }, toast)
            }
            Edit::Untag { items, tag } => {
                let toast = say(
                    "toast-untagged",
                    &[("n", items.len().into()), ("tag", named(&tag))],
                );
                (Change::RemoveTag { items, tag }, toast)
            }
            Edit::Confirm { items, tag } => {
                let toast = say(
                    "toast-confirmed",
                    &[("n", items.len().into()), ("tag", named(&tag))],
                );
                (Change::ConfirmTag { items, tag }, toast)
            }
            Edit::Reject { items, tag } => {
                let toast = say(
                    "toast-rejected",
                    &[("n", items.len().into()), ("tag", named(&tag))],
                );
                (Change::RejectTag { items, tag }, toast)
            }
            Edit::NewTag { name, items } => {
                let toast = say("toast-new-tag", &[("tag", name.as_str().into())]);
                let create = Change::CreateTag { name: name.clone() };
                if items.is_empty() {
                    (create, toast)
                } else {
                    let changes = vec![create, Change::AddTag { items, tag: name }];
                    (Change::Several(changes), toast)
                }
            }
            Edit::RenameTag { from, to } => {
                let toast = say("toast-renamed", &[("name", to.as_str().into())]);
                (Change::RenameTag { from, to }, toast)
            }
            Edit::DeleteTag(name) => {
                let toast = say("toast-deleted", &[("name", name.as_str().into())]);
                (Change::DeleteTag { name }, toast)
            }
            Edit::MergeTags { from, into } => {
                let toast = say(
                    "toast-merged",
                    &[("from", named(&from)), ("into", named(&into))],
                );
                (Change::MergeTags { from, into }, toast)
            }
            Edit::ColourTag { tag, colour } => (Change::ColourTag { name: tag, colour }, None),
            Edit::NameTag {
                tag,
                language,
                name,
                on,
            } => {
                let key = if on { "toast-named" } else { "toast-unnamed" };
                let toast = say(key, &[("tag", named(&tag)), ("name", name.as_str().into())]);
                let change = Change::NameTag {
                    tag,
                    language,
                    name,
                    on,
                };
                (change, toast)
            }
            Edit::DetachName { tag, name } => {
                let toast = say(
                    "toast-name-detached",
                    &[("tag", named(&tag)), ("name", name.as_str().into())],
                );
                let on = true;
                (Change::DetachName { tag, name, on }, toast)
            }
            Edit::DetachTag(name) => {
                let toast = say("toast-tag-detached", &[("tag", named(&name))]);
                (Change::DetachTag { name }, toast)
            }
            Edit::Rate { items, rating } => {
                let toast = say(
                    "toast-rated",
                    &[
                        ("n", items.len().into()),
                        ("stars", usize::from(rating).into()),
                    ],
                );
                (Change::Rate { items, rating }, toast)
            }
            Edit::Favourite { items, on } => {
                let key = if on {
                    "toast-favourite"
                } else {
                    "toast-unfavourite"
                };
                let toast = say(key, &[("n", items.len().into())]);
                (Change::Favourite { items, on }, toast)
            }
            Edit::Hide { items, on } => {
                let key = if on { "toast-hidden" } else { "toast-unhidden" };
                let toast = say(key, &[("n", items.len().into())]);
                (Change::Hide { items, on }, toast)
            }
            Edit::AddToCollection { id, items } => {
                let toast = say(
                    "toast-collected",
                    &[
                        ("n", items.len().into()),
                        ("name", self.collection_name(id).into()),
                    ],
                );
                (
                    Change::AddToCollection {
                        id,
                        items,
                        at: None,
                    },
                    toast,
                )
            }
            Edit::RemoveFromCollection { id, items } => {
                let toast = say(
                    "toast-uncollected",
                    &[
                        ("n", items.len().into()),
                        ("name", self.collection_name(id).into()),
                    ],
                );
                (Change::RemoveFromCollection { id, items }, toast)
            }
            Edit::RenameCollection { id, name } => {
                let toast = say("toast-renamed", &[("name", name.as_str().into())]);
                (Change::RenameCollection { id, name }, toast)
            }
            Edit::DeleteCollection(id) => {
                let toast = say(
                    "toast-deleted",
                    &[("name", self.collection_name(id).into())],
                );
                (Change::DeleteCollection { id }, toast)
            }
            Edit::ForgetHistory { from_ms, to_ms } => (
                Change::ForgetHistory {
                    from_ms,
                    to_ms,
                    profile: Some(ProfileId(self.state.settings.profile)),
                },
                say("toast-forgotten", &[]),
            ),
            // Handled before.
            Edit::Undo | Edit::Redo | Edit::TagFiles { .. } | Edit::NewCollection { .. } => {
                (Change::Several(Vec::new()), None)
            }
        }
    }

    fn collection_name(&self, id: CollectionId) -> String {
        self.state
            .collections
            .iter()
            .find(|collection| collection.id == id)
            .map_or_else(String::new, |collection| collection.name.clone())
    }

    /// Hands a change to the catalogue; the answer comes back when it is safely on disk.
    pub(super) fn change(&mut self, change: Change, toast: Option<String>) {
        let post = self.desk.post();
        let is_history = change.is_history();
        let bell = self.teacher.bell();
        let taught = crate::app::teaching::tags_of(&change);
        self.library.catalog().person_later(change, move |result| {
            let is_saved = result.is_ok();
            post.send(Answer::Edited {
                toast,
                is_history,
                result,
            });
            if is_saved {
                for tag in taught {
                    bell.ring(tag);
                }
            }
        });
    }

    /// Makes a collection and puts items in it: the second change needs the first one's answer.
    fn new_collection(&mut self, name: String, items: Vec<ItemId>) {
        let post = self.desk.post();
        let catalog = self.library.catalog().clone();
        let toast = self
            .state
            .words
            .with("toast-new-collection", &[("name", name.as_str().into())]);
        let creating = crate::jobs::spawn("collect", move || {
            let result = catalog
                .person(Change::CreateCollection { name, query: None })
                .and_then(|made| match made.collection {
                    Some(id) if !items.is_empty() => catalog.person(Change::AddToCollection {
                        id,
                        items,
                        at: None,
                    }),
                    _ => Ok(made),
                });
            post.send(Answer::Edited {
                toast: Some(toast),
                is_history: false,
                result,
            });
        });
        if let Err(error) = creating {
            self.problem(&error);
        }
    }
}
