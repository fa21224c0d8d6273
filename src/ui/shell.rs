//! The shell: hosts the engine in an eframe window.

use std::sync::Arc;

use eframe::egui;
use egui::{Context, ThemePreference, Ui, ViewportBuilder, ViewportCommand};

use crate::app::command::Command;
use crate::app::engine::{Engine, Start, Wish};
use crate::error::{Error, Result, one_line};
use crate::jobs::Waker;
use crate::settings::Theme;
use crate::ui::frame;
use crate::ui::memory::{Memory, ScrollTo};
use crate::ui::outside_drag::OutsideDrag;
use crate::ui::scene::Scene;
use crate::ui::textures::Textures;
use crate::ui::theme;

/// The id that ties the window to its desktop entry.
const APP_ID: &str = "app.parlour.Parlour";

/// The window's content: engine, textures, memory.
pub struct Window {
    engine: Engine,
    textures: Textures,
    memory: Memory,
    commands: Vec<Command>,
    is_themed_for: Option<(Theme, bool, u32)>,
    outside_drag: OutsideDrag,
}

impl Window {
    /// Installs fonts and themes and starts the engine. `egui` is woken when something happens in the background.
    ///
    /// # Errors
    /// When the library cannot be opened.
    pub fn new(ctx: &Context, start: Start) -> Result<Self> {
        theme::install(ctx);
        let waking = ctx.clone();
        let waker: Waker = Arc::new(move || waking.request_repaint());
        Ok(Self::around(Engine::start(start, waker)?))
    }

    /// A window around an engine that runs already.
    pub fn around(engine: Engine) -> Self {
        Self {
            engine,
            textures: Textures::default(),
            memory: Memory::default(),
            commands: Vec::new(),
            is_themed_for: None,
            outside_drag: OutsideDrag::default(),
        }
    }

    /// The engine, to look at the state.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The engine, to give it commands from outside.
    pub fn engine_mut(&mut self) -> &mut Engine {
        &mut self.engine
    }

    /// The window's own memory.
    pub fn memory_mut(&mut self) -> &mut Memory {
        &mut self.memory
    }

    /// Whether every picture that arrived is on screen.
    pub fn is_settled(&self) -> bool {
        self.textures.is_settled() && !self.engine.is_waiting()
    }

    /// Bytes of thumbnails held for drawing.
    pub fn texture_bytes(&self) -> usize {
        self.textures.bytes()
    }

    /// Between frames: events in, wishes out.
    pub fn logic(&mut self, ctx: &Context) {
        self.engine.tick();
        let forgotten = std::mem::take(&mut self.engine.forgotten);
        self.textures.forget(&forgotten);
        let state = &mut self.engine.state;
        self.textures
            .begin_frame(ctx, &mut state.arrived_thumbs, &mut state.arrived_full);
        if let Some(item) = state.came_back_to.take() {
            self.memory.scroll_to = Some(ScrollTo(item));
        }
        let settings = &state.settings;
        let look = (
            settings.theme,
            settings.reduced_motion,
            (settings.text_scale * 100.0) as u32,
        );
        if self.is_themed_for != Some(look) {
            self.is_themed_for = Some(look);
            ctx.set_theme(match settings.theme {
                Theme::System => ThemePreference::System,
                Theme::Light => ThemePreference::Light,
                Theme::Dark => ThemePreference::Dark,
            });
            theme::set_motion(ctx, settings.reduced_motion);
            ctx.set_zoom_factor(settings.text_scale);
        }
        for wish in std::mem::take(&mut self.engine.wishes) {
            match wish {
                Wish::FocusSearch => self.memory.should_focus_search = true,
                Wish::FullScreen(on) => ctx.send_viewport_cmd(ViewportCommand::Fullscreen(on)),
                Wish::ComeToFront => ctx.send_viewport_cmd(ViewportCommand::Focus),
            }
        }
        if self.engine.is_waiting() {
            ctx.request_repaint_after(std::time::Duration::from_millis(100));
        }
        if self.engine.state.player.is_playing() {
            ctx.request_repaint_after(std::time::Duration::from_millis(200));
        }
    }

    /// Draws the frame, then carries out what was asked for in it.
    pub fn draw(&mut self, ui: &mut Ui) {
        let mut scene = Scene {
            state: &self.engine.state,
            textures: &mut self.textures,
            memory: &mut self.memory,
            commands: &mut self.commands,
        };
        frame::frame_ui(&mut scene, ui);
        if !self.commands.is_empty() {
            let mut has_acted = false;
            for command in std::mem::take(&mut self.commands) {
                has_acted |= !matches!(
                    command,
                    Command::Want(_) | Command::View(crate::app::command::View::Listed(_))
                );
                self.engine.apply(command);
            }
            if has_acted {
                ui.request_repaint();
            }
        }
        self.engine.save_settings();
    }
}

impl eframe::App for Window {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        Self::logic(self, ctx);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.draw(ui);
    }

    fn raw_input_hook(&mut self, ctx: &Context, raw_input: &mut egui::RawInput) {
        self.outside_drag.follow(ctx, raw_input);
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.engine.close();
    }
}

/// Opens the window and returns when it is closed.
///
/// # Errors
/// When the library cannot be opened, or there is no display or no OpenGL.
pub fn run(start: Start) -> Result<()> {
    if !has_display() {
        return Err(Error::Display {
            why: "there is no display here; the commands of `parlour --help` work without one"
                .to_owned(),
        });
    }
    let viewport = ViewportBuilder::default()
        .with_app_id(APP_ID)
        .with_title("Parlour")
        .with_inner_size(theme::WINDOW_FIRST)
        .with_min_inner_size(theme::WINDOW_MIN)
        .with_drag_and_drop(true)
        .with_icon(icon());
    let options = eframe::NativeOptions {
        viewport,
        ..eframe::NativeOptions::default()
    };
    let failed: Arc<parking_lot::Mutex<Option<Error>>> = Arc::default();
    let failing = failed.clone();
    let outcome = eframe::run_native(
        "Parlour",
        options,
        Box::new(move |cc| match Window::new(&cc.egui_ctx, start) {
            Ok(mut window) => {
                window.outside_drag = OutsideDrag::of(cc);
                Ok(Box::new(window))
            }
            Err(error) => {
                *failing.lock() = Some(error.clone());
                Err(error.into())
            }
        }),
    );
    if let Some(error) = failed.lock().take() {
        return Err(error);
    }
    outcome.map_err(|error| Error::Display {
        why: one_line(&error.to_string()),
    })
}

/// Whether there is a display to open a window on.
pub fn has_display() -> bool {
    !cfg!(target_os = "linux")
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// The program's icon for the window's title bar and the task list.
fn icon() -> egui::IconData {
    let bytes = include_bytes!("../../assets/icon/png/256.png");
    let decoder = image::codecs::png::PngDecoder::new(std::io::Cursor::new(bytes.as_slice()));
    let image = decoder
        .and_then(image::DynamicImage::from_decoder)
        .map(|image| image.to_rgba8());
    image.map_or_else(
        |_| egui::IconData::default(),
        |image| egui::IconData {
            width: image.width(),
            height: image.height(),
            rgba: image.into_raw(),
        },
    )
}
