//! Where the pointer is while files from outside hover over the window.
//!
//! The toolkit tells that files hover, not where: during such a drag the system sends the window no pointer movement.
//! On X11 the position is asked for in every frame of the drag. Where nobody can be asked, a drop counts for the whole
//! window rather than for whatever lay under the pointer when it was last seen.

use std::time::Duration;

use eframe::egui;
use egui::{Context, Event, RawInput};

/// How often the target under the pointer is looked up while files hover.
const FOLLOW_EVERY: Duration = Duration::from_millis(33);

/// Follows the pointer during drags from outside.
#[derive(Default)]
pub struct OutsideDrag {
    #[cfg(target_os = "linux")]
    pointer: Option<x11::Pointer>,
}

impl OutsideDrag {
    /// For a window that was just made.
    #[cfg_attr(
        not(target_os = "linux"),
        expect(unused_variables, reason = "only X11 can be asked")
    )]
    pub fn of(cc: &eframe::CreationContext<'_>) -> Self {
        Self {
            #[cfg(target_os = "linux")]
            pointer: x11::Pointer::of(cc),
        }
    }

    /// Puts the pointer where it is into a frame's input when files hover or are dropped.
    pub fn follow(&self, ctx: &Context, input: &mut RawInput) {
        if input.hovered_files.is_empty() && input.dropped_files.is_empty() {
            return;
        }
        input.events.push(match self.position(ctx) {
            Some(at) => Event::PointerMoved(at),
            None => Event::PointerGone,
        });
        ctx.request_repaint_after(FOLLOW_EVERY);
    }

    #[cfg(target_os = "linux")]
    fn position(&self, ctx: &Context) -> Option<egui::Pos2> {
        let (x, y) = self.pointer.as_ref()?.position()?;
        Some(egui::pos2(x, y) / ctx.pixels_per_point())
    }

    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::unused_self, reason = "the same door on every system")]
    fn position(&self, _ctx: &Context) -> Option<egui::Pos2> {
        None
    }
}

#[cfg(target_os = "linux")]
mod x11 {
    use eframe::CreationContext;
    use raw_window_handle::{HasWindowHandle as _, RawWindowHandle};
    use x11rb::protocol::xproto::ConnectionExt as _;
    use x11rb::rust_connection::RustConnection;

    /// A connection of our own to the display, and the window.
    pub(super) struct Pointer {
        connection: RustConnection,
        window: u32,
    }

    impl Pointer {
        /// `None` when the window is not one of X11.
        pub(super) fn of(cc: &CreationContext<'_>) -> Option<Self> {
            let window = match cc.window_handle().ok()?.as_raw() {
                RawWindowHandle::Xlib(handle) => u32::try_from(handle.window).ok()?,
                RawWindowHandle::Xcb(handle) => handle.window.get(),
                _ => return None,
            };
            let (connection, _) = x11rb::connect(None).ok()?;
            Some(Self { connection, window })
        }

        /// Pixels from the window's upper left corner.
        pub(super) fn position(&self) -> Option<(f32, f32)> {
            let reply = self.connection.query_pointer(self.window).ok()?;
            let reply = reply.reply().ok()?;
            Some((f32::from(reply.win_x), f32::from(reply.win_y)))
        }
    }
}
