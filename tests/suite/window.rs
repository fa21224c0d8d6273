//! The window, driven as a person would: by what is written on it.

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use parlour::app::command::{Command, Page};
use parlour::catalog::TagState;
use parlour::ui::shell::Window;

use crate::support::{Home, text};

type Driver = Harness<'static, Window>;

fn open(home: &Home) -> Driver {
    let start = home.start();
    let mut harness = Harness::builder()
        .with_size([1280.0, 800.0])
        .with_max_steps(64)
        .build_eframe(|cc| Window::new(&cc.egui_ctx, start).unwrap());
    settle(&mut harness);
    harness
}

/// Lets background threads answer, then draws until it is quiet.
fn settle(harness: &mut Driver) {
    let mut quiet = 0;
    for _ in 0..2000 {
        harness.step();
        quiet = if harness.state().is_settled() {
            quiet + 1
        } else {
            0
        };
        if quiet > 20 {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    panic!("the window never came to rest");
}

fn go(harness: &mut Driver, page: Page) {
    harness.state_mut().engine_mut().apply(Command::Go(page));
    settle(harness);
}

#[test]
fn an_empty_library_offers_three_ways_in() {
    let home = Home::new();
    let harness = open(&home);
    harness.get_by_label("Add folders");
    harness.get_by_label("Use my Pictures and Music");
    harness.get_by_label_contains("Nothing you open here ever leaves this computer");
}

#[test]
fn photos_can_be_chosen_and_tagged_and_it_can_be_undone() {
    let home = Home::new();
    assert_eq!(home.parlour(&["scan", text(&home.media())]).0, 0);
    let mut harness = open(&home);
    go(&mut harness, Page::Photos);
    let photos: Vec<_> = harness.get_all_by_label_contains("Photo of").collect();
    assert_eq!(photos.len(), 5);
    photos[0].click();
    drop(photos);
    settle(&mut harness);
    assert_eq!(harness.state().engine().state.selection.order.len(), 1);

    harness.key_press(eframe::egui::Key::T);
    settle(&mut harness);
    harness.get_by_label("Tag 1 item");
    harness.get_by_label("Add a tag").type_text("Lighthouse");
    settle(&mut harness);
    harness.key_press(eframe::egui::Key::Enter);
    settle(&mut harness);
    let tags = |harness: &Driver| -> u64 {
        let state = &harness.state().engine().state;
        state
            .tags
            .iter()
            .filter(|t| t.name == "Lighthouse")
            .map(|t| t.count_confirmed)
            .sum()
    };
    wait_until(&mut harness, |h| tags(h) == 1);

    harness
        .state_mut()
        .engine_mut()
        .apply(Command::Act(parlour::app::actions::Action::Undo));
    wait_until(&mut harness, |h| tags(h) == 0);
}

#[test]
fn a_folder_dropped_on_the_window_is_added() {
    let home = Home::new();
    let mut harness = open(&home);
    let engine = harness.state_mut().engine_mut();
    engine.apply(Command::Files(parlour::app::command::Files::Add(vec![
        home.media(),
    ])));
    wait_until(&mut harness, |h| {
        h.state().engine().state.index.counts.photos == 5
    });
    wait_until(&mut harness, |h| {
        h.state().engine().state.music.songs.len() == 2
    });
}

#[test]
fn files_dropped_on_a_tag_are_added_and_tagged() {
    let home = Home::new();
    let mut harness = open(&home);
    let file = home.media().join("photo 3.png");
    harness
        .state_mut()
        .engine_mut()
        .apply(Command::Edit(parlour::app::command::Edit::TagFiles {
            files: vec![file.clone()],
            tag: "Beach".to_owned(),
        }));
    wait_until(&mut harness, |h| {
        h.state().engine().state.index.counts.photos == 1
    });
    let library = harness.state().engine().library().clone();
    let reader = library.catalog().reader().unwrap();
    let item = reader.item_by_path(&file).unwrap().unwrap();
    let tags = reader.tags_of(item).unwrap();
    assert!(
        tags.iter()
            .any(|tag| tag.name == "Beach" && tag.state == TagState::Confirmed),
        "{tags:?}"
    );
}

#[test]
fn the_search_box_finds_and_says_when_it_cannot() {
    let home = Home::new();
    assert_eq!(home.parlour(&["scan", text(&home.media())]).0, 0);
    let mut harness = open(&home);
    harness
        .state_mut()
        .engine_mut()
        .apply(Command::Search("one".to_owned()));
    wait_until(&mut harness, |h| {
        h.state().engine().state.page == Page::Results
    });
    settle(&mut harness);
    harness.get_by_label("1 item");
    harness
        .state_mut()
        .engine_mut()
        .apply(Command::Search("zebra crossing".to_owned()));
    settle(&mut harness);
    wait_until(&mut harness, |h| {
        h.query_by_label_contains("Nothing here matches").is_some()
    });
}

#[test]
fn every_page_is_drawn_in_chinese_with_names_on_everything() {
    let home = Home::new();
    assert_eq!(home.parlour(&["scan", text(&home.media())]).0, 0);
    let mut harness = open(&home);
    let chinese = Some(parlour::app::words::Language::Chinese);
    harness
        .state_mut()
        .engine_mut()
        .apply(Command::Set(parlour::app::command::Set::Language(chinese)));
    for page in [
        Page::Home,
        Page::Photos,
        Page::Clips,
        Page::Tags(None),
        Page::Collections(None),
        Page::Tidy,
        Page::Settings,
    ] {
        go(&mut harness, page);
    }
    harness.get_by_label("文件夹");
}

fn wait_until(harness: &mut Driver, is_done: impl Fn(&Driver) -> bool) {
    for _ in 0..2000 {
        harness.step();
        if is_done(harness) {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    panic!("it never happened");
}
