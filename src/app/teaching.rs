//! Teaching beside the window: what is learnt of tags, why an item has one, and what can be taken back alone.

use std::collections::HashMap;
use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::app::command::Teach;
use crate::app::desk::{Answer, Post};
use crate::app::engine::Engine;
use crate::app::phrases;
use crate::catalog::{Change, ItemId, ModelRun, PastStep, RunId, TagId};
use crate::error::Result;
use crate::jobs::Cancel;
use crate::library::{Evidence, Lesson, LessonChanges, Library, Provenance, TagFacts};

/// Jobs that may wait.
const CAPACITY: usize = 256;
/// Facts of tags kept in memory.
const FACTS_MAX: usize = 200;
/// Steps of the past that are listed.
const STEPS_MAX: usize = 100;

/// What the window knows of teaching.
#[derive(Debug, Default)]
pub struct Teaching {
    /// Checks, lesson and thresholds of tags that were shown or taught.
    pub facts: HashMap<TagId, Arc<TagFacts>>,
    /// Examples, rejects and proposals of the last lesson of each tag, and how long it took.
    pub learnt: HashMap<TagId, Learnt>,
    /// What applying a lesson would change, for the sheet that asks.
    pub preview: Option<Preview>,
    /// Why an item has a tag, for the card.
    pub card: Option<Card>,
    /// Changes of the past, newest first; none before they were asked for.
    pub steps: Option<Arc<[PastStep]>>,
    /// Runs of models, newest first.
    pub runs: Option<Arc<[ModelRun]>>,
}

/// A lesson in short.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Learnt {
    pub examples: usize,
    pub rejects: usize,
    pub proposals: usize,
    pub took_ms: f64,
}

/// What applying would change.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    pub tag: TagId,
    pub show_from: f32,
    pub changes: Arc<LessonChanges>,
}

/// Where a tag on an item comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    pub item: ItemId,
    pub tag: TagId,
    pub provenance: Option<Arc<Provenance>>,
    /// None while it is looked for; then what was found, or why not.
    pub evidence: Option<std::result::Result<Option<Arc<Evidence>>, String>>,
}

/// What the teacher says.
#[derive(Debug)]
pub enum Taught {
    Learnt {
        tag: TagId,
        lesson: Lesson,
        facts: TagFacts,
    },
    Facts(TagId, TagFacts),
    Preview(Preview),
    Provenance(ItemId, TagId, Provenance),
    Evidence(ItemId, TagId, Result<Option<Evidence>>),
    Past(Vec<PastStep>, Vec<ModelRun>),
    /// Something was applied or taken back; how many items changed.
    Done {
        tag: Option<TagId>,
        key: &'static str,
        items: usize,
    },
}

/// A job for the teacher.
#[derive(Debug, Clone, PartialEq)]
enum Job {
    /// Learn the tag of this name anew.
    Learn(String),
    Teach(Teach),
}

/// The thread that learns. Nothing in it is needed for a frame.
pub(super) struct Teacher {
    jobs: Option<Sender<Job>>,
    cancel: Cancel,
    thread: Option<JoinHandle<()>>,
}

/// A way to tell the teacher that the examples of a tag changed.
#[derive(Clone)]
pub(super) struct Bell(Option<Sender<Job>>);

impl Bell {
    /// Never waits; when too much is waiting already, the next change rings again.
    pub fn ring(&self, tag: String) {
        if let Some(jobs) = &self.0
            && jobs.try_send(Job::Learn(tag)).is_err()
        {
            tracing::debug!("the teacher is busy");
        }
    }
}

impl Teacher {
    pub fn start(library: &Arc<Library>, post: Post) -> Result<Self> {
        let (jobs, questions) = bounded::<Job>(CAPACITY);
        let cancel = Cancel::new();
        let (library, stop) = (library.clone(), cancel.clone());
        let thread = crate::jobs::spawn("teach", move || run(&library, &questions, &post, &stop))?;
        Ok(Self {
            jobs: Some(jobs),
            cancel,
            thread: Some(thread),
        })
    }

    pub fn bell(&self) -> Bell {
        Bell(self.jobs.clone())
    }

    fn ask(&self, teach: Teach) -> bool {
        self.jobs
            .as_ref()
            .is_some_and(|jobs| jobs.try_send(Job::Teach(teach)).is_ok())
    }

    /// Ends what it does and waits for it.
    pub fn close(&mut self) {
        self.cancel.cancel();
        self.jobs = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the teacher ended with a fault");
        }
    }
}

fn run(library: &Library, questions: &Receiver<Job>, post: &Post, cancel: &Cancel) {
    while let Ok(first) = questions.recv() {
        let mut jobs = vec![first];
        jobs.extend(questions.try_iter());
        for at in 0..jobs.len() {
            if cancel.is_cancelled() {
                return;
            }
            // Many changes of one tag are one lesson.
            if matches!(jobs[at], Job::Learn(_)) && jobs[at + 1..].contains(&jobs[at]) {
                continue;
            }
            let answer = crate::jobs::guarded("learn a tag", || one(library, &jobs[at], cancel));
            match answer {
                Ok(Some(taught)) => post.send(Answer::Taught(Box::new(taught))),
                Ok(None) => {}
                Err(error) => post.send(Answer::Failed(error)),
            }
        }
    }
}

fn one(library: &Library, job: &Job, cancel: &Cancel) -> Result<Option<Taught>> {
    let reader = library.catalog().reader()?;
    let teach = match job {
        Job::Learn(name) => {
            let Some(tag) = reader.find_tag(name)? else {
                return Ok(None);
            };
            let lesson = library.learn(tag)?;
            let facts = library.tag_facts(&reader, tag)?;
            return Ok(Some(match lesson {
                Some(lesson) => Taught::Learnt { tag, lesson, facts },
                None => Taught::Facts(tag, facts),
            }));
        }
        Job::Teach(teach) => teach,
    };
    Ok(Some(match *teach {
        Teach::Facts(tag) => Taught::Facts(tag, library.tag_facts(&reader, tag)?),
        Teach::Learn(tag) => {
            let Some(lesson) = library.teach(tag)? else {
                return Ok(None);
            };
            library.keep_lesson(&lesson, None)?;
            let facts = library.tag_facts(&reader, tag)?;
            Taught::Learnt { tag, lesson, facts }
        }
        Teach::Preview { tag, show_from } => {
            let Some(lesson) = library.teach(tag)? else {
                return Ok(None);
            };
            let changes = library.lesson_changes(&lesson, Some(show_from))?;
            Taught::Preview(Preview {
                tag,
                show_from,
                changes: Arc::new(changes),
            })
        }
        Teach::Apply { tag, show_from } => {
            let Some(lesson) = library.teach(tag)? else {
                return Ok(None);
            };
            let changes = library.lesson_changes(&lesson, Some(show_from))?;
            library.keep_lesson(&lesson, Some(show_from))?;
            Taught::Done {
                tag: Some(tag),
                key: "toast-lesson-applied",
                items: changes.shown.len(),
            }
        }
        Teach::Forget(tag) => Taught::Done {
            tag: Some(tag),
            key: "toast-lesson-forgotten",
            items: library.forget_lesson(tag)?,
        },
        Teach::Card { item, tag } => Taught::Provenance(item, tag, library.provenance(item, tag)?),
        Teach::Evidence { item, tag } => {
            Taught::Evidence(item, tag, library.evidence(item, tag, cancel))
        }
        Teach::Past => Taught::Past(reader.past_steps(STEPS_MAX)?, reader.model_runs()?),
        Teach::TakeBackRun(run) => Taught::Done {
            tag: None,
            key: "toast-run-taken-back",
            items: take_back_run(library, run)?,
        },
        Teach::TakeBackStep(step) => Taught::Done {
            tag: None,
            key: "toast-step-taken-back",
            items: library
                .catalog()
                .person(Change::TakeBack { step })?
                .items
                .len(),
        },
    }))
}

/// A lesson that is taken back rests, so that the next check does not bring it again.
fn take_back_run(library: &Library, run: RunId) -> Result<usize> {
    let runs = library.catalog().reader()?.model_runs()?;
    let taught = runs
        .iter()
        .find(|known| known.id == run)
        .and_then(|known| taught_tag(&known.pack));
    match taught {
        Some(tag) => library.forget_lesson(tag),
        None => library.take_back_run(run),
    }
}

/// The tag that a lesson's pack name speaks of.
pub fn taught_tag(pack: &str) -> Option<TagId> {
    let rest = pack.strip_prefix("taught-")?;
    rest.split('@').next()?.parse().ok().map(TagId)
}

/// The tags whose examples a change touches: they are learnt anew.
pub(super) fn tags_of(change: &Change) -> Vec<String> {
    match change {
        Change::AddTag { tag, .. }
        | Change::RemoveTag { tag, .. }
        | Change::RejectTag { tag, .. }
        | Change::ConfirmTag { tag, .. } => vec![tag.clone()],
        Change::Several(changes) => changes.iter().flat_map(tags_of).collect(),
        _ => Vec::new(),
    }
}

impl Engine {
    pub(super) fn teach(&mut self, teach: Teach) {
        let key = match teach {
            Teach::Card { item, tag } => {
                self.state.teaching.card = Some(Card {
                    item,
                    tag,
                    provenance: None,
                    evidence: None,
                });
                None
            }
            Teach::Facts(tag) => Some(format!("facts {tag}")),
            Teach::Past => Some("past".to_owned()),
            Teach::Evidence { item, tag } => Some(format!("evidence {} {tag}", item.0)),
            Teach::Preview { tag, show_from } => Some(format!("preview {tag} {show_from}")),
            _ => None,
        };
        if let Some(key) = &key
            && self.asked.contains(key)
        {
            return;
        }
        if self.teacher.ask(teach) {
            self.asked.extend(key);
        }
    }

    pub(super) fn on_taught(&mut self, taught: Taught) {
        match taught {
            Taught::Learnt { tag, lesson, facts } => {
                let is_first = facts.lesson.as_ref().is_some_and(|kept| kept.number == 1);
                if is_first && !lesson.proposals.is_empty() {
                    let name = self.tag_name_of(tag);
                    let text = self.state.words.with(
                        "toast-learnt",
                        &[
                            ("tag", name.into()),
                            ("n", lesson.examples.into()),
                            ("more", lesson.proposals.len().into()),
                        ],
                    );
                    self.say(text, false);
                }
                let learnt = Learnt {
                    examples: lesson.examples,
                    rejects: lesson.rejects,
                    proposals: lesson.proposals.len(),
                    took_ms: lesson.took_ms,
                };
                self.state.teaching.learnt.insert(tag, learnt);
                self.keep_facts(tag, facts);
                self.state.teaching.preview = None;
                self.outdate(|stale| {
                    stale.tags = true;
                    stale.lists = true;
                });
            }
            Taught::Facts(tag, facts) => self.keep_facts(tag, facts),
            Taught::Preview(preview) => {
                self.asked
                    .remove(&format!("preview {} {}", preview.tag, preview.show_from));
                self.state.teaching.preview = Some(preview);
            }
            Taught::Provenance(item, tag, provenance) => {
                if let Some(card) = self.card_of(item, tag) {
                    card.provenance = Some(Arc::new(provenance));
                }
            }
            Taught::Evidence(item, tag, evidence) => {
                self.asked.remove(&format!("evidence {} {tag}", item.0));
                if let Some(card) = self.card_of(item, tag) {
                    card.evidence = Some(
                        evidence
                            .map(|found| found.map(Arc::new))
                            .map_err(|error| error.to_string()),
                    );
                }
            }
            Taught::Past(steps, runs) => {
                self.asked.remove("past");
                self.state.teaching.steps = Some(steps.into());
                self.state.teaching.runs = Some(runs.into());
            }
            Taught::Done { tag, key, items } => {
                let name = tag.map(|tag| self.tag_name_of(tag)).unwrap_or_default();
                let text = self
                    .state
                    .words
                    .with(key, &[("n", items.into()), ("tag", name.into())]);
                self.say(text, false);
                if let Some(tag) = tag {
                    self.state.teaching.facts.remove(&tag);
                    self.state.teaching.learnt.remove(&tag);
                }
                self.state.teaching.steps = None;
                self.state.teaching.runs = None;
                self.forget_details();
                self.everything_outdated();
                self.outdate(|stale| stale.undo = true);
            }
        }
    }

    fn card_of(&mut self, item: ItemId, tag: TagId) -> Option<&mut Card> {
        self.state
            .teaching
            .card
            .as_mut()
            .filter(|card| card.item == item && card.tag == tag)
    }

    fn keep_facts(&mut self, tag: TagId, facts: TagFacts) {
        self.asked.remove(&format!("facts {tag}"));
        let known = &mut self.state.teaching.facts;
        if known.len() >= FACTS_MAX {
            known.clear();
        }
        known.insert(tag, Arc::new(facts));
    }

    /// The name of a tag as lists show it.
    fn tag_name_of(&self, tag: TagId) -> String {
        self.state
            .tags
            .iter()
            .find(|known| known.id == tag)
            .map(|known| phrases::shown_tag_name(&self.state.words, &self.state.vocabulary, known))
            .unwrap_or_default()
    }
}

/// The tag that a change is about, if it is about one.
pub fn named_tag(change: &Change) -> Option<&str> {
    match change {
        Change::AddTag { tag, .. }
        | Change::RemoveTag { tag, .. }
        | Change::RejectTag { tag, .. }
        | Change::ConfirmTag { tag, .. }
        | Change::NameTag { tag, .. }
        | Change::DetachName { tag, .. } => Some(tag),
        Change::CreateTag { name }
        | Change::DeleteTag { name }
        | Change::DetachTag { name }
        | Change::ColourTag { name, .. } => Some(name),
        Change::RenameTag { from, .. } | Change::MergeTags { from, .. } => Some(from),
        Change::Several(changes) => changes.iter().find_map(named_tag),
        _ => None,
    }
}
