//! Draws egui's triangles into a picture without a display or a graphics driver: `parlour capture`, picture tests.
//!
//! The same arithmetic as egui's shaders: colours are multiplied and blended in gamma space with premultiplied
//! alpha, textures are sampled bilinearly, pixels are sampled at their centres (edges are already feathered by
//! egui's tessellator).

use std::collections::HashMap;

use eframe::egui;
use egui::epaint::{ClippedPrimitive, ImageData, Mesh, Primitive, Vertex};
use egui::{Color32, Rect, TextureFilter, TextureId, TexturesDelta};

/// A finished picture: `width * height` pixels of RGBA, rows from the top.
pub struct Canvas {
    pub width: usize,
    pub height: usize,
    pub rgba: Vec<u8>,
}

struct Texture {
    width: usize,
    height: usize,
    pixels: Vec<Color32>,
    is_nearest: bool,
}

/// Holds the textures between pictures and turns primitives into pixels.
#[derive(Default)]
pub struct Raster {
    textures: HashMap<TextureId, Texture>,
}

impl Raster {
    /// Applies what egui says changed: new pixels first, then what can be freed after the picture is drawn.
    pub fn update(&mut self, delta: &mut TexturesDelta) {
        for (id, change) in delta
            .set
            .drain()
            .flat_map(|(id, changes)| changes.into_iter().map(move |change| (id, change)))
        {
            let ImageData::Color(image) = &change.image;
            let [width, height] = image.size;
            match change.pos {
                None => {
                    self.textures.insert(
                        id,
                        Texture {
                            width,
                            height,
                            pixels: image.pixels.clone(),
                            is_nearest: change.options.magnification == TextureFilter::Nearest,
                        },
                    );
                }
                Some([x, y]) => {
                    let Some(texture) = self.textures.get_mut(&id) else {
                        continue;
                    };
                    for row in 0..height {
                        let from = row * width;
                        let to = (y + row) * texture.width + x;
                        texture.pixels[to..to + width]
                            .copy_from_slice(&image.pixels[from..from + width]);
                    }
                }
            }
        }
        for id in delta.free.drain() {
            self.textures.remove(&id);
        }
    }

    /// Draws the primitives over `background`. `size` is in pixels, `scale` is pixels per point.
    pub fn draw(
        &self,
        size: [usize; 2],
        scale: f32,
        background: Color32,
        primitives: &[ClippedPrimitive],
    ) -> Canvas {
        let [width, height] = size;
        let mut target = Target {
            width,
            height,
            pixels: vec![background; width * height],
        };
        for ClippedPrimitive {
            clip_rect,
            primitive,
        } in primitives
        {
            let Primitive::Mesh(mesh) = primitive else {
                continue;
            };
            let Some(texture) = self.textures.get(&mesh.texture_id) else {
                continue;
            };
            target.draw_mesh(mesh, texture, *clip_rect, scale);
        }
        let rgba = target
            .pixels
            .iter()
            .flat_map(|c| [c.r(), c.g(), c.b(), 255])
            .collect();
        Canvas {
            width,
            height,
            rgba,
        }
    }
}

struct Target {
    width: usize,
    height: usize,
    pixels: Vec<Color32>,
}

/// The half-open pixel rows and columns that may be touched.
struct Clip {
    left: usize,
    top: usize,
    right: usize,
    bottom: usize,
}

impl Target {
    fn draw_mesh(&mut self, mesh: &Mesh, texture: &Texture, clip: Rect, scale: f32) {
        let edge =
            |value: f32, limit: usize| (value * scale).round().clamp(0.0, limit as f32) as usize;
        let clip = Clip {
            left: edge(clip.min.x, self.width),
            top: edge(clip.min.y, self.height),
            right: edge(clip.max.x, self.width),
            bottom: edge(clip.max.y, self.height),
        };
        for [a, b, c] in mesh.triangles() {
            let corners = [a, b, c].map(|i| mesh.vertices[i as usize]);
            self.draw_triangle(corners, texture, &clip, scale);
        }
    }

    fn draw_triangle(&mut self, corners: [Vertex; 3], texture: &Texture, clip: &Clip, scale: f32) {
        let [mut a, mut b, c] = corners;
        let point = |v: &Vertex| (v.pos.x * scale, v.pos.y * scale);
        let (cx, cy) = point(&c);
        let doubled_area = |a: &Vertex, b: &Vertex| {
            let ((ax, ay), (bx, by)) = (point(a), point(b));
            (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        };
        let mut area = doubled_area(&a, &b);
        if area < 0.0 {
            std::mem::swap(&mut a, &mut b);
            area = -area;
        }
        if area < 1e-6 || !area.is_finite() {
            return;
        }
        let ((ax, ay), (bx, by)) = (point(&a), point(&b));
        let low = |x: f32, y: f32, z: f32, from: usize| {
            (x.min(y).min(z).floor().max(from as f32)) as usize
        };
        let high = |x: f32, y: f32, z: f32, to: usize| {
            (x.max(y).max(z).ceil().min(to as f32)).max(0.0) as usize
        };
        let (left, right) = (low(ax, bx, cx, clip.left), high(ax, bx, cx, clip.right));
        let (top, bottom) = (low(ay, by, cy, clip.top), high(ay, by, cy, clip.bottom));
        // An edge shared by two triangles belongs to exactly one of them (top-left rule).
        let owns = |x0: f32, y0: f32, x1: f32, y1: f32| y1 < y0 || (y1 == y0 && x1 > x0);
        let edges = [
            (bx, by, cx, cy, owns(bx, by, cx, cy)),
            (cx, cy, ax, ay, owns(cx, cy, ax, ay)),
            (ax, ay, bx, by, owns(ax, ay, bx, by)),
        ];
        let is_plain = a.uv == b.uv && b.uv == c.uv;
        let flat = is_plain.then(|| texture.sample(a.uv.x, a.uv.y));
        for y in top..bottom {
            let py = y as f32 + 0.5;
            for x in left..right {
                let px = x as f32 + 0.5;
                let mut weights = [0.0f32; 3];
                let mut is_inside = true;
                for (weight, &(x0, y0, x1, y1, owned)) in weights.iter_mut().zip(&edges) {
                    *weight = (x1 - x0) * (py - y0) - (y1 - y0) * (px - x0);
                    if *weight < 0.0 || (*weight == 0.0 && !owned) {
                        is_inside = false;
                        break;
                    }
                }
                if !is_inside {
                    continue;
                }
                let [wa, wb, wc] = weights.map(|w| w / area);
                let texel = flat.unwrap_or_else(|| {
                    texture.sample(
                        a.uv.x * wa + b.uv.x * wb + c.uv.x * wc,
                        a.uv.y * wa + b.uv.y * wb + c.uv.y * wc,
                    )
                });
                let channel = |i: usize| {
                    f32::from(a.color[i]) * wa
                        + f32::from(b.color[i]) * wb
                        + f32::from(c.color[i]) * wc
                };
                let source = [0, 1, 2, 3].map(|i| channel(i) * texel[i] / 255.0);
                let pixel = &mut self.pixels[y * self.width + x];
                let rest = 1.0 - source[3] / 255.0;
                let blend = |i: usize| {
                    (source[i] + f32::from(pixel[i]) * rest + 0.5).clamp(0.0, 255.0) as u8
                };
                *pixel = opaque(blend(0), blend(1), blend(2));
            }
        }
    }
}

/// A pixel of the canvas, which has nothing behind it.
#[expect(
    clippy::disallowed_methods,
    reason = "pixels are computed here, not chosen"
)]
fn opaque(r: u8, g: u8, b: u8) -> Color32 {
    Color32::from_rgba_premultiplied(r, g, b, 255)
}

impl Texture {
    /// Bilinear (or nearest) sample at normalised coordinates, clamped at the edge; components 0..=255.
    fn sample(&self, u: f32, v: f32) -> [f32; 4] {
        let texel = |x: usize, y: usize| self.pixels[y * self.width + x].to_array().map(f32::from);
        let (right, bottom) = (self.width - 1, self.height - 1);
        if self.is_nearest {
            let x = (u * self.width as f32).clamp(0.0, right as f32) as usize;
            let y = (v * self.height as f32).clamp(0.0, bottom as f32) as usize;
            return texel(x, y);
        }
        let x = (u * self.width as f32 - 0.5).clamp(0.0, right as f32);
        let y = (v * self.height as f32 - 0.5).clamp(0.0, bottom as f32);
        let (x0, y0) = (x as usize, y as usize);
        let (x1, y1) = ((x0 + 1).min(right), (y0 + 1).min(bottom));
        let (fx, fy) = (x - x0 as f32, y - y0 as f32);
        let (p, q, r, s) = (texel(x0, y0), texel(x1, y0), texel(x0, y1), texel(x1, y1));
        [0, 1, 2, 3].map(|i| {
            let upper = p[i] + (q[i] - p[i]) * fx;
            let lower = r[i] + (s[i] - r[i]) * fx;
            upper + (lower - upper) * fy
        })
    }
}
