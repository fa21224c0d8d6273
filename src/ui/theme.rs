//! Every colour, size, duration and font of the window. Nothing else names a raw one.
#![allow(
    clippy::disallowed_methods,
    reason = "the one file that may make colours from numbers"
)]

use std::sync::Arc;

use eframe::egui;
use egui::epaint::Shadow;
use egui::style::{ScrollStyle, WidgetVisuals};
use egui::{
    Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Stroke,
    TextStyle, Theme, Vec2,
};

/// Spacing, in points.
pub const SPACE_4: f32 = 4.0;
pub const SPACE_8: f32 = 8.0;
pub const SPACE_12: f32 = 12.0;
pub const SPACE_16: f32 = 16.0;
pub const SPACE_24: f32 = 24.0;
pub const SPACE_32: f32 = 32.0;
pub const SPACE_48: f32 = 48.0;

/// Corner radii, in points.
pub const RADIUS_SMALL: u8 = 6;
pub const RADIUS_CARD: u8 = 10;
pub const RADIUS_SHEET: u8 = 16;
pub const RADIUS_FULL: u8 = 255;

/// Text sizes, in points.
pub const TEXT_CAPTION: f32 = 12.0;
pub const TEXT_BODY: f32 = 14.0;
pub const TEXT_STRONG: f32 = 16.0;
pub const TEXT_SECTION: f32 = 20.0;
pub const TEXT_PAGE: f32 = 28.0;

/// Icon sizes, in points.
pub const ICON: f32 = 18.0;
pub const ICON_CHIP: f32 = 14.0;
pub const ICON_LARGE: f32 = 48.0;

/// The frame, in points.
pub const RAIL_WIDTH: f32 = 200.0;
pub const RAIL_NARROW: f32 = 56.0;
pub const RAIL_NARROW_BELOW: f32 = 900.0;
pub const INSPECTOR_WIDTH: f32 = 320.0;
pub const PLAYER_HEIGHT: f32 = 72.0;
pub const TOP_HEIGHT: f32 = 56.0;
pub const COLUMN_WIDTH: f32 = 640.0;
pub const WINDOW_MIN: [f32; 2] = [720.0, 480.0];
pub const WINDOW_FIRST: [f32; 2] = [1280.0, 800.0];

/// Row heights of the photo grid, in points.
pub const GRID_HEIGHT_MIN: f32 = 80.0;
pub const GRID_HEIGHT_MAX: f32 = 640.0;
pub const GRID_HEIGHT_FIRST: f32 = 190.0;

/// Durations, in seconds.
pub const MOTION_HOVER_SECS: f32 = 0.12;
pub const MOTION_PANEL_SECS: f32 = 0.18;
pub const TOAST_SECS: f64 = 4.0;

/// The colours of one theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tokens {
    pub is_dark: bool,
    pub canvas: Color32,
    pub surface: Color32,
    pub raised: Color32,
    pub overlay: Color32,
    pub line: Color32,
    pub text: Color32,
    pub secondary: Color32,
    pub faint: Color32,
    pub accent: Color32,
    pub on_accent: Color32,
    pub good: Color32,
    pub warn: Color32,
    pub bad: Color32,
    /// Fill behind what is selected.
    pub selection: Color32,
    /// Fill behind what the pointer is over.
    pub hover: Color32,
    /// Dims what a drop cannot reach, and pictures behind sheets.
    pub scrim: Color32,
    /// Text and icons on pictures, with `scrim` behind them.
    pub on_picture: Color32,
}

/// The dark theme: a living room in the evening.
pub const DARK: Tokens = Tokens {
    is_dark: true,
    canvas: Color32::from_rgb(0x13, 0x14, 0x16),
    surface: Color32::from_rgb(0x1A, 0x1C, 0x1F),
    raised: Color32::from_rgb(0x22, 0x25, 0x2A),
    overlay: Color32::from_rgb(0x2A, 0x2E, 0x34),
    line: Color32::from_rgba_premultiplied(20, 20, 20, 20),
    text: Color32::from_rgb(0xEC, 0xED, 0xEE),
    secondary: Color32::from_rgb(0xB3, 0xB8, 0xBF),
    faint: Color32::from_rgb(0x94, 0x9A, 0xA2),
    accent: Color32::from_rgb(0xE0, 0xA4, 0x58),
    on_accent: Color32::from_rgb(0x1B, 0x12, 0x06),
    good: Color32::from_rgb(0x7F, 0xB6, 0x85),
    warn: Color32::from_rgb(0xD9, 0xA4, 0x41),
    bad: Color32::from_rgb(0xE5, 0x85, 0x7B),
    selection: Color32::from_rgba_premultiplied(49, 36, 19, 56),
    hover: Color32::from_rgba_premultiplied(13, 13, 13, 13),
    scrim: Color32::from_rgba_premultiplied(0, 0, 0, 150),
    on_picture: Color32::WHITE,
};

/// The light theme.
pub const LIGHT: Tokens = Tokens {
    is_dark: false,
    canvas: Color32::from_rgb(0xF6, 0xF5, 0xF2),
    surface: Color32::WHITE,
    raised: Color32::WHITE,
    overlay: Color32::WHITE,
    line: Color32::from_rgba_premultiplied(0, 0, 0, 23),
    text: Color32::from_rgb(0x1C, 0x1D, 0x1F),
    secondary: Color32::from_rgb(0x4C, 0x50, 0x56),
    faint: Color32::from_rgb(0x66, 0x69, 0x6F),
    accent: Color32::from_rgb(0x9A, 0x5B, 0x13),
    on_accent: Color32::WHITE,
    good: Color32::from_rgb(0x2F, 0x7A, 0x3B),
    warn: Color32::from_rgb(0x8A, 0x5A, 0x00),
    bad: Color32::from_rgb(0xB3, 0x36, 0x2B),
    selection: Color32::from_rgba_premultiplied(25, 15, 3, 41),
    hover: Color32::from_rgba_premultiplied(0, 0, 0, 13),
    scrim: Color32::from_rgba_premultiplied(0, 0, 0, 150),
    on_picture: Color32::WHITE,
};

/// The tokens of the theme that this `Ui` is drawn in.
pub fn tokens(ui: &egui::Ui) -> &'static Tokens {
    if ui.visuals().dark_mode {
        &DARK
    } else {
        &LIGHT
    }
}

/// The tokens of the theme that the window is in.
pub fn tokens_of(ctx: &egui::Context) -> &'static Tokens {
    match ctx.theme() {
        Theme::Dark => &DARK,
        Theme::Light => &LIGHT,
    }
}

/// A colour made from a picture or a title (cover tints, generated covers): hue in turns, the rest 0..=1.
pub fn tint(hue: f32, saturation: f32, value: f32) -> Color32 {
    let colour = egui::ecolor::HsvaGamma {
        h: hue.rem_euclid(1.0),
        s: saturation,
        v: value,
        a: 1.0,
    };
    colour.into()
}

/// `colour` at `opacity` (0..=1).
pub fn faded(colour: Color32, opacity: f32) -> Color32 {
    colour.gamma_multiply(opacity)
}

/// `from` moved towards `to` by `share` (0..=1).
pub fn mixed(from: Color32, to: Color32, share: f32) -> Color32 {
    from.lerp_to_gamma(to, share)
}

/// The face for titles and strong text.
pub fn strong_family() -> FontFamily {
    FontFamily::Name("strong".into())
}

/// A strong font of `size` points.
pub fn strong(size: f32) -> FontId {
    FontId::new(size, strong_family())
}

/// A regular font of `size` points.
pub fn regular(size: f32) -> FontId {
    FontId::proportional(size)
}

/// The icon font at `size` points.
pub fn icon(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name("icons".into()))
}

/// Installs fonts, both themes and motion into a context. Call once, before the first frame.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts());
    for (theme, tokens) in [(Theme::Dark, &DARK), (Theme::Light, &LIGHT)] {
        ctx.style_mut_of(theme, |style| apply(style, tokens));
    }
}

/// Turns motion off or on.
pub fn set_motion(ctx: &egui::Context, is_reduced: bool) {
    ctx.all_styles_mut(|style| {
        style.animation_time = if is_reduced { 0.0 } else { MOTION_HOVER_SECS };
        style.scroll_animation = if is_reduced {
            egui::style::ScrollAnimation::none()
        } else {
            egui::style::ScrollAnimation::default()
        };
    });
}

/// Inter for text, the Chinese face behind it, Lucide for icons.
pub fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::empty();
    let faces: [(&str, &'static [u8]); 4] = [
        (
            "inter",
            include_bytes!("../../assets/fonts/inter-regular.otf"),
        ),
        (
            "inter-strong",
            include_bytes!("../../assets/fonts/inter-semibold.otf"),
        ),
        (
            "noto-sc",
            include_bytes!("../../assets/fonts/noto-sans-sc.otf"),
        ),
        ("lucide", lucide_icons::LUCIDE_FONT_BYTES),
    ];
    for (name, bytes) in faces {
        let mut data = FontData::from_static(bytes);
        if name == "lucide" {
            // The icons sit a little high in their em square.
            data = data.tweak(egui::FontTweak {
                y_offset_factor: 0.08,
                ..egui::FontTweak::default()
            });
        }
        fonts.font_data.insert(name.to_owned(), Arc::new(data));
    }
    let families = [
        (FontFamily::Proportional, ["inter", "noto-sc", "lucide"]),
        (FontFamily::Monospace, ["inter", "noto-sc", "lucide"]),
        (strong_family(), ["inter-strong", "noto-sc", "lucide"]),
        (
            FontFamily::Name("icons".into()),
            ["lucide", "inter", "noto-sc"],
        ),
    ];
    for (family, faces) in families {
        fonts
            .families
            .insert(family, faces.iter().map(|&face| face.to_owned()).collect());
    }
    fonts
}

fn apply(style: &mut egui::Style, t: &Tokens) {
    style.text_styles = [
        (TextStyle::Small, regular(TEXT_CAPTION)),
        (TextStyle::Body, regular(TEXT_BODY)),
        (TextStyle::Button, regular(TEXT_BODY)),
        (TextStyle::Monospace, regular(TEXT_BODY)),
        (TextStyle::Heading, strong(TEXT_SECTION)),
    ]
    .into();
    style.animation_time = MOTION_HOVER_SECS;
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.4;
    style.url_in_tooltip = false;

    let spacing = &mut style.spacing;
    spacing.item_spacing = Vec2::splat(SPACE_8);
    spacing.button_padding = Vec2::new(SPACE_12, SPACE_8);
    spacing.interact_size = Vec2::new(32.0, 32.0);
    spacing.icon_width = ICON;
    spacing.menu_margin = Margin::same(SPACE_8 as i8);
    spacing.window_margin = Margin::same(SPACE_24 as i8);
    spacing.slider_width = 160.0;
    spacing.combo_width = 160.0;
    spacing.tooltip_width = 360.0;
    spacing.scroll = ScrollStyle {
        bar_width: 8.0,
        floating_width: 3.0,
        ..ScrollStyle::thin()
    };

    let v = &mut style.visuals;
    *v = if t.is_dark {
        egui::Visuals::dark()
    } else {
        egui::Visuals::light()
    };
    v.override_text_color = None;
    v.weak_text_color = Some(t.secondary);
    v.hyperlink_color = t.accent;
    v.faint_bg_color = t.hover;
    v.extreme_bg_color = if t.is_dark { t.canvas } else { t.surface };
    v.text_edit_bg_color = Some(if t.is_dark { t.raised } else { t.surface });
    v.code_bg_color = t.raised;
    v.warn_fg_color = t.warn;
    v.error_fg_color = t.bad;
    v.panel_fill = t.canvas;
    v.window_fill = t.overlay;
    v.window_stroke = Stroke::new(1.0, t.line);
    v.window_corner_radius = CornerRadius::same(RADIUS_SHEET);
    v.menu_corner_radius = CornerRadius::same(RADIUS_CARD);
    let shadow = Shadow {
        offset: [0, 8],
        blur: 32,
        spread: 0,
        color: Color32::from_black_alpha(if t.is_dark { 110 } else { 48 }),
    };
    v.window_shadow = shadow;
    v.popup_shadow = shadow;
    v.selection.bg_fill = t.selection;
    v.selection.stroke = Stroke::new(1.0, t.accent);
    v.button_frame = true;
    v.slider_trailing_fill = true;
    v.striped = false;
    v.indent_has_left_vline = false;

    let visuals = |fill: Color32, stroke: Stroke, text: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: stroke,
        corner_radius: CornerRadius::same(RADIUS_SMALL),
        fg_stroke: Stroke::new(1.5, text),
        expansion: 0.0,
    };
    let line = Stroke::new(1.0, t.line);
    let button = if t.is_dark {
        t.raised
    } else {
        mixed(t.surface, t.text, 0.05)
    };
    let w = &mut v.widgets;
    w.noninteractive = visuals(t.surface, line, t.text);
    w.inactive = visuals(button, Stroke::NONE, t.text);
    w.hovered = visuals(mixed(button, t.text, 0.08), Stroke::NONE, t.text);
    w.active = visuals(mixed(button, t.text, 0.14), Stroke::NONE, t.text);
    w.open = visuals(mixed(button, t.text, 0.08), line, t.text);
}

/// Colours a person may give a tag.
pub const TAG_COLOURS: [&str; 8] = [
    "#c9554d", "#c98a3d", "#a8a23f", "#5f9e5b", "#4a9a9a", "#5a86c2", "#8a70b8", "#b8649a",
];

/// `#rrggbb` as a colour.
pub fn of_hex(text: &str) -> Option<Color32> {
    let hex = text.strip_prefix('#').filter(|hex| hex.len() == 6)?;
    let value = u32::from_str_radix(hex, 16).ok()?;
    let [_, r, g, b] = value.to_be_bytes();
    Some(Color32::from_rgb(r, g, b))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance, WCAG 2.2.
    fn luminance(c: Color32) -> f64 {
        let linear = |v: u8| {
            let v = f64::from(v) / 255.0;
            if v <= 0.040_45 {
                v / 12.92
            } else {
                ((v + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(c.r()) + 0.7152 * linear(c.g()) + 0.0722 * linear(c.b())
    }

    fn contrast(a: Color32, b: Color32) -> f64 {
        let (high, low) = (
            luminance(a).max(luminance(b)),
            luminance(a).min(luminance(b)),
        );
        (high + 0.05) / (low + 0.05)
    }

    #[test]
    fn text_can_be_read_on_every_surface() {
        for t in [&DARK, &LIGHT] {
            for ground in [t.canvas, t.surface, t.raised, t.overlay] {
                for text in [
                    t.text,
                    t.secondary,
                    t.faint,
                    t.accent,
                    t.good,
                    t.warn,
                    t.bad,
                ] {
                    let ratio = contrast(text, ground);
                    assert!(ratio >= 4.5, "{text:?} on {ground:?}: {ratio:.2}");
                }
                assert!(contrast(t.text, ground.blend(t.selection)) >= 4.5);
            }
            assert!(contrast(t.on_accent, t.accent) >= 4.5);
        }
    }
}
