//! What a person does to the names of a tag, and to the tie between a tag and the models.

use super::fault::Outcome;
use super::names;
use super::person::{Act, rows_of};
use super::search::fold::words;
use super::tags::{self, TagFields};
use super::undo::Op;

/// Sources from here on are models.
const FIRST_MODEL: i64 = 10;

impl Act<'_> {
    pub(super) fn name_tag(
        &mut self,
        tag: &str,
        language: &str,
        name: &str,
        on: bool,
    ) -> Outcome<()> {
        let tag = tags::find_existing(self.conn(), tag)?;
        let name = if on {
            names::checked(self.conn(), tag, language, name)?
        } else {
            name.to_owned()
        };
        self.steps.put(Op::Alias {
            tag,
            language: language.to_owned(),
            name,
            on,
        })
    }

    pub(super) fn detach_name(&mut self, tag: &str, name: &str, on: bool) -> Outcome<()> {
        let tag = tags::find_existing(self.conn(), tag)?;
        let key = words(name).join(" ");
        self.steps.put(Op::Detached { tag, key, on })
    }

    /// The tag is made anew without its model; the old one stays as a stone that keeps the model from bringing it back.
    pub(super) fn detach_tag(&mut self, name: &str) -> Outcome<()> {
        let old = tags::find_existing(self.conn(), name)?;
        let Some(row) = tags::fields(self.conn(), old)?.filter(|row| row.slug.is_some()) else {
            return Ok(());
        };
        let (mut said, mut cleared) = (Vec::new(), Vec::new());
        for (item, tag_row) in rows_of(self.conn(), old)? {
            if tag_row.0 < FIRST_MODEL {
                said.push((item, Some(tag_row)));
            }
            cleared.push((item, None));
        }
        let below = tags::children(self.conn(), old)?;
        self.steps.put(Op::ItemTags {
            tag: old,
            rows: cleared,
        })?;
        self.bury(old, row.clone(), None)?;
        let new = tags::next_id(self.conn())?;
        self.put_tag(
            new,
            TagFields {
                slug: None,
                is_renamed: true,
                ..row
            },
        )?;
        for child in below {
            if let Some(row) = tags::fields(self.conn(), child)?.filter(|row| !row.is_deleted) {
                self.put_tag(
                    child,
                    TagFields {
                        parent: Some(new),
                        ..row
                    },
                )?;
            }
        }
        self.steps.put(Op::ItemTags {
            tag: new,
            rows: said,
        })
    }
}
