//! Draws every page to PNG, without a display: for looking at, for the README, for tests.

use std::path::Path;
use std::time::{Duration, Instant};

use eframe::egui;
use egui::{Context, Event, Pos2, RawInput, Rect, Vec2};

use crate::app::command::{Command, ListKey, MusicPage, Page, Play, Select, Set, Sheet, View};
use crate::app::engine::{Engine, Start};
use crate::app::words::Language;
use crate::error::{Error, Result, one_line};
use crate::media::Kind;
use crate::player::{Output, PlayerCommand, QueueState, Track};
use crate::settings::Theme;
use crate::ui::raster::{Canvas, Raster};
use crate::ui::shell::Window;
use crate::ui::theme;

/// How a picture is taken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shot {
    pub width: f32,
    pub height: f32,
    /// Pixels per point.
    pub scale: f32,
    pub theme: Theme,
    pub language: Language,
}

impl Shot {
    /// The forms every page is looked at in: both themes, both sizes, both languages, both scales.
    pub fn all() -> Vec<Self> {
        let mut shots = Vec::new();
        for (width, height) in [(1280.0, 800.0), (720.0, 480.0)] {
            for scale in [1.0, 2.0] {
                for theme in [Theme::Dark, Theme::Light] {
                    for language in Language::ALL {
                        shots.push(Self {
                            width,
                            height,
                            scale,
                            theme,
                            language,
                        });
                    }
                }
            }
        }
        shots
    }

    /// One picture a page: dark and light, English, the usual size.
    pub fn few() -> Vec<Self> {
        [Theme::Dark, Theme::Light]
            .into_iter()
            .map(|theme| Self {
                width: 1280.0,
                height: 800.0,
                scale: 1.0,
                theme,
                language: Language::English,
            })
            .collect()
    }

    /// Part of the file name: `1280x800@1-dark-en`.
    fn name(&self) -> String {
        let theme = if self.theme == Theme::Light {
            "light"
        } else {
            "dark"
        };
        format!(
            "{}x{}@{}-{theme}-{}",
            self.width,
            self.height,
            self.scale,
            self.language.tag()
        )
    }
}

/// A window without a display: the same content, drawn by the rasteriser.
pub struct Studio {
    ctx: Context,
    window: Window,
    raster: Raster,
    shot: Shot,
    events: Vec<Event>,
    started: Instant,
}

impl Studio {
    /// Opens the library and waits until its lists are there.
    ///
    /// # Errors
    /// When the library cannot be opened.
    pub fn open(start: Start, shot: Shot) -> Result<Self> {
        let ctx = Context::default();
        let window = Window::new(&ctx, start)?;
        let mut studio = Self {
            ctx,
            window,
            raster: Raster::default(),
            shot,
            events: Vec::new(),
            started: Instant::now(),
        };
        studio.dress(shot);
        studio.settle();
        Ok(studio)
    }

    /// Changes size, theme and language.
    pub fn dress(&mut self, shot: Shot) {
        self.shot = shot;
        let engine = self.window.engine_mut();
        engine.apply(Command::Set(Set::Theme(shot.theme)));
        engine.apply(Command::Set(Set::Language(Some(shot.language))));
        engine.apply(Command::Set(Set::ReducedMotion(true)));
    }

    /// The window.
    pub fn window(&mut self) -> &mut Window {
        &mut self.window
    }

    /// The engine behind it.
    pub fn engine(&mut self) -> &mut Engine {
        self.window.engine_mut()
    }

    /// Something the pointer or the keyboard does in the next frame.
    pub fn event(&mut self, event: Event) {
        self.events.push(event);
    }

    /// One frame; returns the picture when it is wanted.
    pub fn frame(&mut self, is_wanted: bool) -> Option<Canvas> {
        let size = Vec2::new(self.shot.width, self.shot.height);
        let mut input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, size)),
            time: Some(self.started.elapsed().as_secs_f64()),
            events: std::mem::take(&mut self.events),
            focused: true,
            ..RawInput::default()
        };
        if let Some(viewport) = input.viewports.get_mut(&egui::ViewportId::ROOT) {
            viewport.native_pixels_per_point = Some(self.shot.scale);
        }
        let window = &mut self.window;
        window.logic(&self.ctx);
        let output = self.ctx.run_ui(input, |ui| window.draw(ui));
        let mut delta = output.textures_delta;
        self.raster.update(&mut delta);
        if !is_wanted {
            return None;
        }
        let scale = output.pixels_per_point;
        let primitives = self.ctx.tessellate(output.shapes, scale);
        let pixels = [
            (self.shot.width * self.shot.scale).round() as usize,
            (self.shot.height * self.shot.scale).round() as usize,
        ];
        let background = match self.shot.theme {
            Theme::Light => theme::LIGHT.canvas,
            _ => theme::DARK.canvas,
        };
        Some(self.raster.draw(pixels, scale, background, &primitives))
    }

    /// Draws until nothing more arrives, ten seconds at most.
    pub fn settle(&mut self) {
        let end = Instant::now() + Duration::from_secs(10);
        let mut quiet = 0;
        while quiet < 8 && Instant::now() < end {
            self.frame(false);
            let is_quiet = self.window.is_settled() && self.window.engine().state.is_ready;
            quiet = if is_quiet { quiet + 1 } else { 0 };
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Settles and takes the picture.
    pub fn picture(&mut self) -> Canvas {
        self.settle();
        loop {
            if let Some(canvas) = self.frame(true) {
                return canvas;
            }
        }
    }
}

/// Draws every page of the library into `out`; `on` hears of each file.
///
/// # Errors
/// When the library cannot be opened or a picture cannot be written.
pub fn capture(
    dirs: crate::dirs::Dirs,
    out: &Path,
    shots: &[Shot],
    mut on: impl FnMut(&Path),
) -> Result<usize> {
    std::fs::create_dir_all(out).map_err(|e| Error::io("create the folder", out, &e))?;
    let Some(&first) = shots.first() else {
        return Ok(0);
    };
    let start = Start {
        dirs,
        files: Vec::new(),
        output: Output::Null,
        is_window: false,
    };
    let kept = crate::settings::Settings::load(&start.dirs.settings()).0;
    let mut studio = Studio::open(start, first)?;
    // A queue that waits at its first song: the player bar shows, nothing plays, nothing enters the history.
    let tracks = some_tracks(&mut studio)?;
    let mut written = 0;
    for shot in shots {
        studio.dress(*shot);
        for (name, page) in pages(&studio) {
            studio.engine().apply(Command::View(View::Close));
            studio.engine().apply(Command::View(View::Sheet(None)));
            studio.engine().apply(Command::View(View::Inspector(false)));
            studio.engine().apply(Command::Select(Select::None));
            let queue = if name.starts_with("now-playing") {
                tracks.clone()
            } else {
                Vec::new()
            };
            studio
                .engine()
                .apply(Command::Play(Play::Player(PlayerCommand::Restore(
                    Box::new(QueueState {
                        current: (!queue.is_empty()).then_some(0),
                        tracks: queue,
                        ..QueueState::default()
                    }),
                ))));
            for command in page {
                studio.engine().apply(command);
                studio.frame(false);
            }
            studio.window().memory_mut().are_controls_kept = true;
            let canvas = studio.picture();
            let path = out.join(format!("{name}-{}.png", shot.name()));
            write(&path, &canvas)?;
            on(&path);
            written += 1;
        }
    }
    let dirs = studio.engine().dirs().clone();
    drop(studio);
    // Taking pictures leaves the person's settings as they were.
    kept.save(&dirs.settings())?;
    Ok(written)
}

/// The first songs of the library, as the player knows them.
fn some_tracks(studio: &mut Studio) -> Result<Vec<Track>> {
    let engine = studio.engine();
    let songs: Vec<_> = engine
        .state
        .music
        .songs
        .iter()
        .map(|song| song.id)
        .take(8)
        .collect();
    let items = engine.library().catalog().reader()?.items(&songs)?;
    Ok(items
        .into_iter()
        .filter_map(|item| {
            Some(Track {
                item: Some(item.id.0),
                path: item.path()?.to_owned(),
                title: item.title,
                artist: item.artist.unwrap_or_default(),
                album: item.album.unwrap_or_default(),
                duration_ms: item.duration_ms,
                ..Track::default()
            })
        })
        .collect())
}

/// Every page, with what leads there.
fn pages(studio: &Studio) -> Vec<(String, Vec<Command>)> {
    let state = &studio.window.engine().state;
    let go = |page| vec![Command::Go(page)];
    let mut pages = vec![
        ("home".to_owned(), go(Page::Home)),
        ("photos".to_owned(), go(Page::Photos)),
        (
            "music-albums".to_owned(),
            go(Page::Music(MusicPage::Albums)),
        ),
        (
            "music-artists".to_owned(),
            go(Page::Music(MusicPage::Artists)),
        ),
        ("music-songs".to_owned(), go(Page::Music(MusicPage::Songs))),
        ("clips".to_owned(), go(Page::Clips)),
        ("tags".to_owned(), go(Page::Tags(None))),
        ("collections".to_owned(), go(Page::Collections(None))),
        ("tidy".to_owned(), go(Page::Tidy)),
        ("settings".to_owned(), go(Page::Settings)),
        ("taste".to_owned(), go(Page::Taste)),
    ];
    if let Some(album) = state.music.albums.first() {
        pages.push((
            "music-album".to_owned(),
            go(Page::Music(MusicPage::Album(album.key.clone()))),
        ));
    }
    if let Some(tag) = state
        .tags
        .iter()
        .max_by_key(|tag| tag.count_shown + tag.count_confirmed)
    {
        pages.push(("tag".to_owned(), go(Page::Tags(Some(tag.path.clone())))));
    }
    let photos = state.index.photos().clone();
    if let Some(&photo) = photos.get(photos.len() / 3) {
        let open = View::Open {
            list: photos.clone(),
            item: photo,
        };
        pages.push((
            "viewer".to_owned(),
            vec![Command::Go(Page::Photos), Command::View(open)],
        ));
        pages.push((
            "inspector".to_owned(),
            vec![
                Command::Go(Page::Photos),
                Command::Select(Select::One(photo)),
                Command::View(View::Inspector(true)),
            ],
        ));
        pages.push((
            "quick-tag".to_owned(),
            vec![
                Command::Go(Page::Photos),
                Command::View(View::Sheet(Some(Sheet::QuickTag(vec![photo])))),
            ],
        ));
    }
    if let Some(row) = state
        .index
        .rows()
        .iter()
        .find(|row| row.kind == Kind::Audio)
    {
        pages.push((
            "inspector-song".to_owned(),
            vec![
                Command::Go(Page::Music(MusicPage::Songs)),
                Command::Select(Select::One(row.id)),
                Command::View(View::Inspector(true)),
            ],
        ));
    }
    if !state.music.songs.is_empty() {
        pages.push(("now-playing".to_owned(), go(Page::NowPlaying)));
        pages.push((
            "now-playing-bar".to_owned(),
            go(Page::Music(MusicPage::Albums)),
        ));
    }
    if !state.index.is_empty() {
        pages.push((
            "palette".to_owned(),
            vec![
                Command::Go(Page::Home),
                Command::View(View::Sheet(Some(Sheet::Palette))),
            ],
        ));
        pages.push((
            "shortcuts".to_owned(),
            vec![Command::View(View::Sheet(Some(Sheet::Shortcuts)))],
        ));
        pages.push((
            "search".to_owned(),
            vec![
                Command::Search("kind:photo".to_owned()),
                Command::Want(crate::app::command::Want::List(ListKey::Results)),
                Command::Go(Page::Results),
            ],
        ));
    }
    pages
}

/// Saves a picture as PNG.
///
/// # Errors
/// When the file cannot be written.
pub fn write(path: &Path, canvas: &Canvas) -> Result<()> {
    let file = std::fs::File::create(path).map_err(|e| Error::io("write the picture", path, &e))?;
    let encoder = image::codecs::png::PngEncoder::new(std::io::BufWriter::new(file));
    image::ImageEncoder::write_image(
        encoder,
        &canvas.rgba,
        canvas.width as u32,
        canvas.height as u32,
        image::ExtendedColorType::Rgba8,
    )
    .map_err(|e| Error::Io {
        action: "write the picture",
        why: one_line(&e.to_string()),
        path: path.to_owned(),
    })
}
