//! Teaching a tag: from the items that have it to items that may have it too, and where models count as sure.

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use super::Library;
use crate::catalog::{Check, ItemId, LessonKept, Reader, RunId, Tag, TagId, TagState};
use crate::error::Result;
use crate::models::{Head, learnt_threshold};

/// From so many examples on a tag is taught by itself.
pub const EXAMPLES_MIN: usize = 3;
/// A proposal is at least this sure, before checks move it.
const PROPOSAL_MIN: f32 = 0.5;
/// Proposals of one lesson, at most.
const PROPOSALS_MAX: usize = 2_000;
/// Examples and rejects that are learnt from, at most: the newest say enough.
const EXAMPLES_MAX: usize = 200;
/// Items that stand for "everything else".
const BACKGROUND_MAX: usize = 400;
/// Checks that move a threshold, at most.
const CHECKS_MAX: usize = 200;

/// What was learnt of a tag. Nothing is changed until it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Lesson {
    /// The tag.
    pub tag: TagId,
    /// Items it was learnt from.
    pub examples: usize,
    /// Items that were said not to have it.
    pub rejects: usize,
    /// Items that may have it, best first, with how sure it is (0 to 1).
    pub proposals: Vec<(ItemId, f32)>,
    /// How long it took: learning and looking through the library.
    pub took_ms: f64,
}

/// A tag as one pack's embeddings know it.
pub(super) struct TaughtHead {
    pub pack: String,
    pub head: Head,
    pub examples: usize,
    pub rejects: usize,
}

/// What keeping a lesson would change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LessonChanges {
    /// Would be tagged by it.
    pub shown: Vec<ItemId>,
    /// Would be suggested.
    pub suggested: Vec<ItemId>,
    /// Are tagged or suggested by the lesson before, and would not be any more.
    pub gone: Vec<ItemId>,
}

/// What the tag page and the command line tell of a tag.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TagFacts {
    /// Right ones and all of the latest checks, a hundred at most.
    pub latest: (usize, usize),
    /// The same of as many checks before those; zero when there were none.
    pub before: (usize, usize),
    /// What was learnt and is in use.
    pub lesson: Option<LessonKept>,
    /// From which score on the lesson's proposals count as sure; none when they are only suggested.
    pub show_from: Option<f32>,
    /// The person does not want it to be learnt.
    pub is_off: bool,
    /// Where checks moved the models' threshold.
    pub threshold: Option<f32>,
    /// The models' own threshold, the highest of all packs that know the tag.
    pub own_threshold: Option<f32>,
}

/// Checks counted together.
const LATEST: usize = 100;

impl TagFacts {
    /// Counts checks, newest first.
    fn count(&mut self, checks: &[Check]) {
        let right = |some: &[Check]| (some.iter().filter(|c| c.was_right).count(), some.len());
        // Few checks are cut in half, so that it can be seen whether it gets better.
        let cut = if checks.len() > LATEST {
            LATEST
        } else if checks.len() >= 10 {
            checks.len() / 2
        } else {
            checks.len()
        };
        self.latest = right(&checks[..cut]);
        self.before = right(&checks[cut..checks.len().min(2 * cut)]);
    }
}

impl Library {
    /// Learns a tag from the items that have it and those that were said not to; `None` without an example that was
    /// looked at by a model.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub fn teach(&self, tag: TagId) -> Result<Option<Lesson>> {
        let reader = self.catalog().reader()?;
        let began = Instant::now();
        let of = |states: &[TagState]| -> Result<Vec<ItemId>> {
            let found = reader.items_with_tag(tag, states)?;
            Ok(found.into_iter().map(|(item, _)| item).collect())
        };
        let (yes, no) = (of(&[TagState::Confirmed])?, of(&[TagState::Rejected])?);
        let judged: HashSet<ItemId> = yes.iter().chain(&no).copied().collect();
        let floor = proposal_floor(&reader, tag)?;
        let mut lesson = Lesson {
            tag,
            examples: 0,
            rejects: 0,
            proposals: Vec::new(),
            took_ms: 0.0,
        };
        for taught in self.heads(&reader, tag)? {
            lesson.examples += taught.examples;
            lesson.rejects += taught.rejects;
            let matrix = self.inner.similar.of_pack(self.catalog(), &taught.pack)?;
            let scored = matrix.scored(|row| taught.head.score(row), floor);
            lesson.proposals.extend(
                scored
                    .into_iter()
                    .filter(|(item, _)| !judged.contains(item)),
            );
        }
        if lesson.examples == 0 {
            return Ok(None);
        }
        lesson
            .proposals
            .sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let mut seen = HashSet::new();
        lesson.proposals.retain(|(item, _)| seen.insert(*item));
        lesson.proposals.truncate(PROPOSALS_MAX);
        let ids: Vec<ItemId> = lesson.proposals.iter().map(|(item, _)| *item).collect();
        let there: HashSet<ItemId> = reader.index_rows(&ids)?.iter().map(|row| row.id).collect();
        lesson.proposals.retain(|(item, _)| there.contains(item));
        lesson.took_ms = began.elapsed().as_secs_f64() * 1000.0;
        Ok(Some(lesson))
    }

    /// A head for every pack whose embeddings the examples have.
    pub(super) fn heads(&self, reader: &Reader, tag: TagId) -> Result<Vec<TaughtHead>> {
        let of = |states: &[TagState]| -> Result<Vec<ItemId>> {
            let found = reader.items_with_tag(tag, states)?;
            Ok(found.into_iter().map(|(item, _)| item).collect())
        };
        let yes = newest(of(&[TagState::Confirmed])?);
        let no = newest(of(&[TagState::Rejected])?);
        // What is guessed to have the tag is no example of what has it not.
        let known: HashSet<ItemId> = of(&[
            TagState::Confirmed,
            TagState::Rejected,
            TagState::Shown,
            TagState::Suggested,
        ])?
        .into_iter()
        .collect();
        let mut heads = Vec::new();
        for pack in reader.embedding_packs()? {
            let matrix = self.inner.similar.of_pack(self.catalog(), &pack)?;
            let (positives, negatives) = (matrix.rows_of(&yes), matrix.rows_of(&no));
            if positives.is_empty() {
                continue;
            }
            let background = matrix.spread(BACKGROUND_MAX, |item| known.contains(&item));
            let head = Head::train(
                &slices(&positives),
                &slices(&negatives),
                &slices(&background),
            );
            if let Some(head) = head {
                heads.push(TaughtHead {
                    pack,
                    head,
                    examples: positives.len(),
                    rejects: negatives.len(),
                });
            }
        }
        Ok(heads)
    }

    /// What keeping a lesson would change when its proposals count as sure from `show_from` on.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub fn lesson_changes(&self, lesson: &Lesson, show_from: Option<f32>) -> Result<LessonChanges> {
        let reader = self.catalog().reader()?;
        let states = [TagState::Shown, TagState::Suggested];
        let mut now: HashMap<ItemId, TagState> = HashMap::new();
        for state in states {
            for (item, _) in reader.items_with_tag(lesson.tag, &[state])? {
                now.insert(item, state);
            }
        }
        let mut changes = LessonChanges::default();
        let mut stays = HashSet::new();
        for (item, score) in &lesson.proposals {
            stays.insert(*item);
            let is_shown = show_from.is_some_and(|from| *score >= from);
            match now.get(item) {
                Some(TagState::Shown) => {}
                _ if is_shown => changes.shown.push(*item),
                Some(_) => {}
                None => changes.suggested.push(*item),
            }
        }
        let before = reader.lesson_items(lesson.tag)?;
        changes.gone = before
            .into_iter()
            .filter(|item| !stays.contains(item) && now.contains_key(item))
            .collect();
        Ok(changes)
    }

    /// Puts a lesson into the library, in place of the one before: suggestions, and tags from `show_from` on. What
    /// people said is never touched.
    ///
    /// # Errors
    /// When the catalogue cannot be written.
    pub fn keep_lesson(&self, lesson: &Lesson, show_from: Option<f32>) -> Result<RunId> {
        let proposals: Vec<(ItemId, f32, bool)> = lesson
            .proposals
            .iter()
            .map(|(item, score)| (*item, *score, show_from.is_some_and(|from| *score >= from)))
            .collect();
        let (run, changed) = self.catalog().bulk(|bulk| {
            bulk.set_taught(lesson.tag, show_from, false)?;
            bulk.set_lesson(lesson.tag, &proposals)
        })?;
        if !changed.is_empty() {
            self.inner.outbox.items_changed(changed);
        }
        Ok(run)
    }

    /// Learns a tag anew after its examples changed and keeps what was learnt as it was kept before; also moves the
    /// models' threshold. `None` when there are too few examples, or it is to rest.
    ///
    /// # Errors
    /// When the catalogue cannot be read or written.
    pub fn learn(&self, tag: TagId) -> Result<Option<Lesson>> {
        self.learn_threshold(tag)?;
        let reader = self.catalog().reader()?;
        let (show_from, is_off) = reader.taught(tag)?;
        let has_lesson = reader.lesson(tag)?.is_some();
        if is_off {
            return Ok(None);
        }
        let lesson = self.teach(tag)?;
        let Some(lesson) = lesson.filter(|lesson| lesson.examples >= EXAMPLES_MIN || has_lesson)
        else {
            return Ok(None);
        };
        self.keep_lesson(&lesson, show_from)?;
        Ok(Some(lesson))
    }

    /// Takes back what was learnt of a tag; it rests until it is taught again. Returns the items that changed.
    ///
    /// # Errors
    /// When the catalogue cannot be written.
    pub fn forget_lesson(&self, tag: TagId) -> Result<usize> {
        let kept = self.catalog().reader()?.lesson(tag)?;
        let items = self.catalog().bulk(|bulk| {
            bulk.set_taught(tag, None, true)?;
            match &kept {
                Some(kept) => bulk.roll_back_run(kept.run),
                None => Ok(Vec::new()),
            }
        })?;
        let n = items.len();
        self.inner.outbox.items_changed(items);
        Ok(n)
    }

    /// Takes back a run of a model: what it said goes, what people said stays. Returns how many items it touched.
    ///
    /// # Errors
    /// When the catalogue cannot be written.
    pub fn take_back_run(&self, run: RunId) -> Result<usize> {
        let items = self.catalog().bulk(|bulk| bulk.roll_back_run(run))?;
        let n = items.len();
        self.inner.similar.changed();
        self.inner.outbox.items_changed(items);
        Ok(n)
    }

    /// Moves the score from which models' tags of this name are shown, from what was confirmed and rejected. Tells it
    /// when it moved.
    ///
    /// # Errors
    /// When the catalogue cannot be read or written.
    pub fn learn_threshold(&self, tag: TagId) -> Result<Option<f32>> {
        let reader = self.catalog().reader()?;
        let Some(own) = self.own_threshold(&reader, tag)? else {
            return Ok(None);
        };
        let checks: Vec<(f32, bool)> = reader
            .checks(tag, CHECKS_MAX)?
            .iter()
            .filter(|check| !check.pack.starts_with("taught-"))
            .map(|check| (check.score, check.was_right))
            .collect();
        let learnt = learnt_threshold(own, &checks);
        let wanted = ((learnt - own).abs() > 1e-4).then_some(learnt);
        if wanted == reader.threshold(tag)? {
            return Ok(None);
        }
        let changed = self
            .catalog()
            .bulk(|bulk| bulk.set_threshold(tag, wanted, checks.len()))?;
        if !changed.is_empty() {
            self.inner.outbox.items_changed(changed);
        }
        Ok(Some(learnt))
    }

    fn own_threshold(&self, reader: &Reader, tag: TagId) -> Result<Option<f32>> {
        let slug = reader
            .tags()?
            .into_iter()
            .find(|known: &Tag| known.id == tag)
            .and_then(|known| known.slug);
        Ok(slug.and_then(|slug| self.threshold_of(&slug)))
    }

    /// The score from which on the packs show a tag: the highest of those that know it.
    pub fn threshold_of(&self, slug: &str) -> Option<f32> {
        self.packs()
            .list()
            .iter()
            .flat_map(|pack| pack.labels())
            .filter(|label| label.slug == slug)
            .map(|label| label.thresholds.show)
            .reduce(f32::max)
    }

    /// What there is to tell of a tag.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub fn tag_facts(&self, reader: &Reader, tag: TagId) -> Result<TagFacts> {
        let mut facts = TagFacts {
            lesson: reader.lesson(tag)?,
            threshold: reader.threshold(tag)?,
            own_threshold: self.own_threshold(reader, tag)?,
            ..TagFacts::default()
        };
        (facts.show_from, facts.is_off) = reader.taught(tag)?;
        facts.count(&reader.checks(tag, 2 * LATEST)?);
        Ok(facts)
    }

    /// The confirmed examples of a tag that are most like an item, best first.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub fn nearest_examples(
        &self,
        tag: TagId,
        item: ItemId,
        n: usize,
    ) -> Result<Vec<(ItemId, f32)>> {
        let reader = self.catalog().reader()?;
        let yes = reader.items_with_tag(tag, &[TagState::Confirmed])?;
        let yes: Vec<ItemId> = yes
            .into_iter()
            .map(|(id, _)| id)
            .filter(|id| *id != item)
            .collect();
        let mut best: Vec<(ItemId, f32)> = Vec::new();
        for pack in reader.embedding_packs()? {
            let matrix = self.inner.similar.of_pack(self.catalog(), &pack)?;
            best.extend(matrix.nearest_among(item, &yes));
        }
        best.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let mut seen = HashSet::new();
        best.retain(|(id, _)| seen.insert(*id));
        best.truncate(n);
        Ok(best)
    }
}

/// From which score on a lesson proposes: rejected proposals raise it.
fn proposal_floor(reader: &Reader, tag: TagId) -> Result<f32> {
    let checks: Vec<(f32, bool)> = reader
        .checks(tag, CHECKS_MAX)?
        .iter()
        .filter(|check| check.pack.starts_with("taught-"))
        .map(|check| (check.score, check.was_right))
        .collect();
    Ok(learnt_threshold(PROPOSAL_MIN, &checks).clamp(0.3, 0.95))
}

fn slices(rows: &[Vec<f32>]) -> Vec<&[f32]> {
    rows.iter().map(Vec::as_slice).collect()
}

/// The newest items: ids grow with time.
fn newest(mut items: Vec<ItemId>) -> Vec<ItemId> {
    items.sort_unstable_by(|a, b| b.cmp(a));
    items.truncate(EXAMPLES_MAX);
    items
}
