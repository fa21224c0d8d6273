//! Who sits here: profiles, guests, friends' taste cards; and what the person says of suggestions.

use crate::app::command::{People, ShelfCommand};
use crate::app::desk::{Answer, Ask, Errand};
use crate::app::engine::Engine;
use crate::app::suggest::{self, Who};
use crate::app::{cards, phrases};
use crate::catalog::{Change, EventKind, ItemId, NewEvent, Profile, ProfileId};
use crate::error::Result;
use crate::recommend::card::Card;
use crate::recommend::{Beliefs, Compatibility, SHELF_CONTEXT, not_now_key};

/// Favourites that a card names, at most.
const CARD_SONGS: usize = 50;

/// What the taste page shows.
#[derive(Debug, Clone, Default)]
pub struct TasteView {
    pub beliefs: Beliefs,
    pub profiles: Vec<Profile>,
    pub cards: Vec<cards::Kept>,
    /// By the key of a profile or a followed card.
    pub compatibilities: Vec<(String, Compatibility)>,
}

impl Engine {
    /// For whom suggestions are made now.
    pub(super) fn who(&self) -> Who {
        Who {
            is_guest: self.state.is_guest,
            playing: self
                .state
                .player
                .track()
                .and_then(|track| track.item)
                .map(ItemId)
                .filter(|_| self.state.player.is_playing()),
            ..Who::of(&self.state.settings)
        }
    }

    /// Asks for new suggestions for whoever sits here. False when that has to wait.
    pub(super) fn suggest(&mut self) -> bool {
        self.desk.errand(Errand::Shelves(self.who()))
    }

    /// Asks for what is believed, for the taste page.
    pub(super) fn ask_beliefs(&mut self) {
        if self.asked.insert("beliefs".to_owned()) && !self.desk.errand(Errand::Beliefs(self.who()))
        {
            self.asked.remove("beliefs");
        }
    }

    pub(super) fn people(&mut self, people: People) {
        match people {
            People::Switch(profile) => {
                self.be(profile, false);
            }
            People::Guest(on) => {
                let profile = ProfileId(self.state.settings.profile);
                self.be(profile, on);
            }
            People::Add(name) => {
                let (post, library) = (self.desk.post(), self.library.clone());
                let name = name.trim().to_owned();
                if name.is_empty() {
                    return;
                }
                let adding = crate::jobs::spawn("profile", move || {
                    let added = library.catalog().bulk(|bulk| bulk.add_profile(&name));
                    post.send(match added {
                        Ok(profile) => Answer::ProfileAdded(profile),
                        Err(error) => Answer::Failed(error),
                    });
                });
                self.check(adding);
            }
            People::ChooseCard => {
                let dialog = rfd::AsyncFileDialog::new()
                    .add_filter("Parlour", &[cards::ENDING])
                    .pick_file();
                self.dialog(
                    async move { Some(Answer::ChosenCard(dialog.await?.path().to_owned())) },
                );
            }
            People::ExportCard { name } => {
                let dialog = rfd::AsyncFileDialog::new()
                    .set_file_name(format!("{name}.{}", cards::ENDING))
                    .save_file();
                self.dialog(async move {
                    let place = dialog.await?.path().to_owned();
                    Some(Answer::ChosenCardPlace(name, place))
                });
            }
            People::SaveCard { name, path } => {
                let said = self.state.words.with(
                    "toast-card-saved",
                    &[("path", path.display().to_string().into())],
                );
                let who = self.who();
                let dirs = self.dirs.clone();
                let vocabulary = self.state.vocabulary.clone();
                self.errand_off("card", said, move |library| {
                    let reader = library.catalog().reader()?;
                    let input = suggest::gather(&reader, &dirs, &who)?;
                    let card = Card::of(&input, &name, CARD_SONGS, |tag| {
                        vocabulary.entry(tag).is_some()
                    });
                    cards::write(&path, &card)
                });
            }
            People::ImportCard(path) => {
                let dirs = self.dirs.clone();
                let words = self.state.words.clone();
                let post = self.desk.post();
                let taking = crate::jobs::spawn("card", move || {
                    post.send(match cards::import(&dirs, &path) {
                        Ok(kept) => Answer::CardsChanged(Some(words.with(
                            "toast-card-taken",
                            &[("name", kept.card.name.as_str().into())],
                        ))),
                        Err(error) => Answer::Failed(error),
                    });
                });
                self.check(taking);
            }
            People::Follow { card, on } => {
                let dirs = self.dirs.clone();
                self.cards_off(move || cards::follow(&dirs, &card, on));
            }
            People::RemoveCard(card) => {
                let dirs = self.dirs.clone();
                self.cards_off(move || cards::remove(&dirs, &card));
            }
        }
    }

    fn cards_off(&mut self, work: impl FnOnce() -> Result<()> + Send + 'static) {
        let post = self.desk.post();
        let working = crate::jobs::spawn("card", move || {
            post.send(match work() {
                Ok(()) => Answer::CardsChanged(None),
                Err(error) => Answer::Failed(error),
            });
        });
        self.check(working);
    }

    fn errand_off(
        &mut self,
        name: &'static str,
        said: String,
        work: impl FnOnce(&crate::library::Library) -> Result<()> + Send + 'static,
    ) {
        let (post, library) = (self.desk.post(), self.library.clone());
        let working = crate::jobs::spawn(name, move || {
            post.send(match work(&library) {
                Ok(()) => Answer::Said {
                    text: said,
                    is_problem: false,
                },
                Err(error) => Answer::Failed(error),
            });
        });
        self.check(working);
    }

    fn check<T>(&mut self, started: Result<T>) {
        if let Err(error) = started {
            self.problem(&error);
        }
    }

    /// Somebody else sits down: nothing of the one before is mixed in.
    pub(super) fn be(&mut self, profile: ProfileId, is_guest: bool) {
        self.stop_looking();
        self.write_history(true);
        self.state.is_guest = is_guest;
        self.state.settings.profile = profile.0;
        self.settings_changed();
        self.state.shelves = crate::app::state::Requested::default();
        self.state.taste = None;
        self.shown_today.clear();
        self.desk.ask(Ask::Struck);
        self.suggest();
        self.ask_beliefs();
    }

    /// Somebody's cards or profiles changed.
    pub(super) fn people_changed(&mut self) {
        self.suggest();
        self.asked.remove("beliefs");
        self.ask_beliefs();
    }

    pub(super) fn shelf(&mut self, command: ShelfCommand) {
        let words = self.state.words.clone();
        let say = |key: &'static str| Some(words.text(key).to_string());
        if self.state.is_guest {
            // Guests strike nothing out for others; what they do not want leaves their page.
            match &command {
                ShelfCommand::NotNow(item) => return self.take_away(*item),
                ShelfCommand::Strike(_) | ShelfCommand::Unstrike(_) => return,
                _ => {}
            }
        }
        match command {
            ShelfCommand::Strike(key) => {
                let key = self.who().stored(&key);
                self.change(Change::StrikeReason { key }, say("toast-struck"));
                self.desk.ask(Ask::Struck);
            }
            ShelfCommand::Unstrike(key) => {
                let key = self.who().stored(&key);
                self.change(Change::UnstrikeReason { key }, say("toast-unstruck"));
                self.desk.ask(Ask::Struck);
            }
            ShelfCommand::Like(item) => self.judge(item, EventKind::Liked, "toast-liked"),
            ShelfCommand::Dislike(item) => {
                self.take_away(item);
                self.judge(item, EventKind::Disliked, "toast-disliked");
            }
            ShelfCommand::Never(item) => {
                self.take_away(item);
                self.judge(item, EventKind::Hidden, "toast-never");
            }
            ShelfCommand::NotNow(item) => {
                self.take_away(item);
                let (now_ms, offset_ms) = suggest::clock();
                let key = self.who().stored(&not_now_key(item, now_ms, offset_ms));
                self.change(Change::StrikeReason { key }, say("toast-not-now"));
            }
            ShelfCommand::PreviewDislike(None) => self.state.leaving = None,
            ShelfCommand::PreviewDislike(Some(item)) => {
                self.state.leaving = None;
                let who = self.who();
                self.desk.errand(Errand::Leaving(who, item));
            }
            ShelfCommand::Chosen { shelf, item } => {
                let context = format!("{SHELF_CONTEXT}{shelf}");
                self.note(Some(item), EventKind::Shown, 1.0, Some(context));
            }
            ShelfCommand::HideShelf(key) => {
                self.state.settings.hidden_shelves.push(key);
                self.settings_changed();
                self.suggest();
            }
            ShelfCommand::ShowAllShelves => {
                self.state.settings.hidden_shelves.clear();
                self.settings_changed();
                self.suggest();
            }
            ShelfCommand::Refresh => {
                self.suggest();
            }
        }
    }

    /// What the person says of an item, as something that can be taken back.
    fn judge(&mut self, item: ItemId, kind: EventKind, toast: &'static str) {
        self.state.leaving = None;
        let text = self.state.words.text(toast).to_string();
        if self.state.is_guest {
            self.say(text, false);
            return;
        }
        let event = NewEvent {
            profile: ProfileId(self.state.settings.profile),
            item: Some(item),
            kind,
            value: 1.0,
            at_ms: self.state.now_ms,
            context: None,
        };
        self.change(Change::Judge(vec![event]), Some(text));
    }

    /// Off the page at once; the next page is on its way.
    fn take_away(&mut self, item: ItemId) {
        let Some(shelves) = &self.state.shelves.value else {
            return;
        };
        let mut shelves = shelves.to_vec();
        for shelf in &mut shelves {
            shelf.picks.retain(|pick| pick.item != item);
        }
        shelves.retain(|shelf| !shelf.picks.is_empty());
        self.state.shelves.value = Some(shelves.into());
    }

    /// New shelves are there: shown on Home, they count as shown, once a day each.
    pub(super) fn note_shown(&mut self) {
        if self.state.page != crate::app::command::Page::Home || !self.is_window {
            return;
        }
        let Some(shelves) = self.state.shelves.value.clone() else {
            return;
        };
        let (now_ms, offset_ms) = suggest::clock();
        let day = (now_ms + offset_ms).div_euclid(24 * 3600 * 1000);
        for shelf in shelves.iter() {
            let key = shelf.arm();
            if self.shown_today.insert((day, key.clone())) {
                let context = format!("{SHELF_CONTEXT}{key}");
                self.note(None, EventKind::Shown, 0.0, Some(context));
            }
        }
    }

    /// The programme is there: it plays, and its photos are shown meanwhile.
    pub(super) fn on_programme(&mut self, programme: &crate::recommend::Programme) {
        use crate::app::command::{Play, View};
        if programme.tracks.is_empty() && programme.photos.is_empty() {
            let text = self.state.words.text("programme-nothing").to_string();
            self.say(text, false);
            return;
        }
        let why = programme.tracks.first().and_then(|pick| {
            let first = pick.reasons.first()?;
            Some(phrases::reason(
                &self.state.words,
                &self.state.vocabulary,
                &first.factor,
                |_| String::new(),
            ))
        });
        if !programme.tracks.is_empty() {
            let items = programme.tracks.iter().map(|pick| pick.item).collect();
            self.play(Play::Items {
                items,
                start: 0,
                why,
            });
        }
        if let Some(first) = programme.photos.first() {
            let list = programme.photos.iter().map(|pick| pick.item).collect();
            self.view(View::Open {
                list,
                item: first.item,
            });
            self.view(View::Slideshow(true));
        }
        let text = self.state.words.with(
            "programme-starts",
            &[
                ("n", programme.tracks.len().into()),
                (
                    "minutes",
                    ((programme.duration_ms as f64 / 60_000.0).round() as usize).into(),
                ),
            ],
        );
        self.say(text, false);
    }
}

/// What the taste page shows, read for one person.
///
/// # Errors
/// When the catalogue cannot be read.
pub fn taste_view(
    reader: &crate::catalog::Reader,
    dirs: &crate::dirs::Dirs,
    input: &crate::recommend::Input,
) -> Result<TasteView> {
    Ok(TasteView {
        beliefs: crate::recommend::beliefs(input),
        profiles: reader.profiles()?,
        cards: cards::all(dirs),
        compatibilities: crate::recommend::compatibilities(input),
    })
}
