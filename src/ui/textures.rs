//! Pictures on the graphics card: bounded by bytes, least recently drawn out, uploads spread over frames.

use std::collections::HashMap;
use std::sync::Arc;

use eframe::egui;
use egui::{Color32, ColorImage, TextureHandle, TextureOptions, Vec2};

use crate::app::state::ArrivedThumb;
use crate::catalog::ItemId;
use crate::library::ThumbSize;
use crate::media::photo::Picture;
use crate::ui::widgets::cover;

/// Bytes of thumbnails kept.
const THUMBS_MAX_BYTES: usize = 256 << 20;
/// Bytes uploaded in one frame, at most (a single larger picture still goes alone).
const UPLOAD_MAX_BYTES: usize = 8 << 20;
/// Longest side of a texture that every graphics driver takes.
const SIDE_MAX: u32 = 4096;
/// Full pictures kept: the one shown and its neighbours.
const FULL_MAX: usize = 4;

/// What there is to draw for an item.
#[derive(Clone)]
pub enum Thumb {
    Ready(TextureHandle),
    /// There is no picture and there will be none (no cover, cannot be decoded).
    None,
    /// On its way.
    Waiting,
}

struct Entry {
    size: ThumbSize,
    /// None: there is no picture.
    texture: Option<TextureHandle>,
    bytes: usize,
    drawn_at: u64,
    /// Average colours for the dark and the light theme, made readable.
    tints: Option<[Color32; 2]>,
}

/// The textures of the window.
#[derive(Default)]
pub struct Textures {
    thumbs: HashMap<ItemId, Entry>,
    full: Vec<(ItemId, Option<TextureHandle>)>,
    waiting: Vec<ArrivedThumb>,
    bytes: usize,
    frame: u64,
}

impl Textures {
    /// Takes what has arrived since the last frame, uploads as much as the budget allows, and lets go of what was not
    /// drawn for longest. Call once per frame, before drawing.
    pub fn begin_frame(
        &mut self,
        ctx: &egui::Context,
        thumbs: &mut Vec<ArrivedThumb>,
        full: &mut Vec<(ItemId, Option<Arc<Picture>>)>,
    ) {
        self.frame += 1;
        self.waiting.append(thumbs);
        let mut uploaded = 0;
        let mut taken = 0;
        for arrived in &self.waiting {
            let bytes = arrived.picture.as_ref().map_or(0, |p| p.rgba.len());
            if uploaded > 0 && uploaded + bytes > UPLOAD_MAX_BYTES {
                break;
            }
            uploaded += bytes;
            taken += 1;
        }
        let now: Vec<ArrivedThumb> = self.waiting.drain(..taken).collect();
        for arrived in now {
            self.insert(ctx, &arrived);
        }
        if !self.waiting.is_empty() {
            ctx.request_repaint();
        }
        for (item, picture) in full.drain(..) {
            let texture = picture.map(|p| upload(ctx, "full", &p));
            self.full.retain(|(other, _)| *other != item);
            self.full.push((item, texture));
            if self.full.len() > FULL_MAX {
                self.full.remove(0);
            }
        }
        self.evict();
    }

    /// The best thumbnail of an item, and whether it is at least `wanted`.
    pub fn thumb(&mut self, item: ItemId, wanted: ThumbSize) -> (Thumb, bool) {
        match self.thumbs.get_mut(&item) {
            Some(entry) => {
                entry.drawn_at = self.frame;
                match &entry.texture {
                    Some(texture) => (Thumb::Ready(texture.clone()), entry.size >= wanted),
                    None => (Thumb::None, true),
                }
            }
            None => (Thumb::Waiting, false),
        }
    }

    /// The full picture of an item, if it is here. `Some(None)`: it cannot be shown.
    pub fn full(&self, item: ItemId) -> Option<Option<TextureHandle>> {
        self.full
            .iter()
            .find(|(other, _)| *other == item)
            .map(|(_, texture)| texture.clone())
    }

    /// The average colour of an item's picture, dark or light enough for text.
    pub fn tint(&self, item: ItemId, is_dark: bool) -> Option<Color32> {
        let [dark, light] = self.thumbs.get(&item)?.tints?;
        Some(if is_dark { dark } else { light })
    }

    /// Forgets pictures of items that changed.
    pub fn forget(&mut self, items: &[ItemId]) {
        for item in items {
            if let Some(entry) = self.thumbs.remove(item) {
                self.bytes -= entry.bytes;
            }
            self.full.retain(|(other, _)| other != item);
        }
    }

    /// Bytes of thumbnails on the graphics card.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether everything that arrived has been uploaded.
    pub fn is_settled(&self) -> bool {
        self.waiting.is_empty()
    }

    fn insert(&mut self, ctx: &egui::Context, arrived: &ArrivedThumb) {
        if let Some(old) = self.thumbs.get(&arrived.item)
            && old.texture.is_some()
            && old.size >= arrived.size
        {
            return;
        }
        let bytes = arrived.picture.as_ref().map_or(0, |p| p.rgba.len());
        let entry = Entry {
            size: arrived.size,
            texture: arrived.picture.as_ref().map(|p| upload(ctx, "thumb", p)),
            bytes,
            drawn_at: self.frame,
            tints: arrived
                .picture
                .as_ref()
                .map(|p| [true, false].map(|is_dark| cover::tint_of(&p.rgba, is_dark))),
        };
        self.bytes += bytes;
        if let Some(old) = self.thumbs.insert(arrived.item, entry) {
            self.bytes -= old.bytes;
        }
    }

    fn evict(&mut self) {
        if self.bytes <= THUMBS_MAX_BYTES {
            return;
        }
        let mut by_age: Vec<(u64, ItemId)> = self
            .thumbs
            .iter()
            .filter(|(_, entry)| entry.drawn_at + 1 < self.frame && entry.bytes > 0)
            .map(|(&item, entry)| (entry.drawn_at, item))
            .collect();
        by_age.sort_unstable();
        for (_, item) in by_age {
            // Down to nine tenths, so that this does not run on every frame.
            if self.bytes <= THUMBS_MAX_BYTES / 10 * 9 {
                break;
            }
            if let Some(entry) = self.thumbs.remove(&item) {
                self.bytes -= entry.bytes;
            }
        }
    }
}

fn upload(ctx: &egui::Context, name: &str, picture: &Picture) -> TextureHandle {
    let shrunk;
    let picture = if picture.width.max(picture.height) > SIDE_MAX {
        shrunk = picture.fit(SIDE_MAX);
        &shrunk
    } else {
        picture
    };
    let size = [picture.width as usize, picture.height as usize];
    let mut image = ColorImage::from_rgba_unmultiplied(size, &picture.rgba);
    image.source_size = Vec2::new(size[0] as f32, size[1] as f32);
    ctx.load_texture(name, image, TextureOptions::LINEAR)
}
