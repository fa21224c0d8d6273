//! Text: page and section titles, captions, names shortened in the middle.

use eframe::egui;
use egui::{Label, Response, RichText, Ui};

use crate::ui::theme::{self, tokens};

/// The title of a page.
pub fn page_ui(ui: &mut Ui, text: &str) -> Response {
    let colour = tokens(ui).text;
    ui.add(
        Label::new(
            RichText::new(text)
                .font(theme::strong(theme::TEXT_PAGE))
                .color(colour),
        )
        .truncate(),
    )
}

/// The title of a section or shelf.
pub fn section_ui(ui: &mut Ui, text: &str) -> Response {
    let colour = tokens(ui).text;
    ui.add(
        Label::new(
            RichText::new(text)
                .font(theme::strong(theme::TEXT_SECTION))
                .color(colour),
        )
        .truncate(),
    )
}

/// Strong text in a row.
pub fn strong_ui(ui: &mut Ui, text: &str) -> Response {
    let colour = tokens(ui).text;
    ui.add(
        Label::new(
            RichText::new(text)
                .font(theme::strong(theme::TEXT_BODY))
                .color(colour),
        )
        .truncate(),
    )
}

/// Body text that wraps.
pub fn body_ui(ui: &mut Ui, text: &str) -> Response {
    let colour = tokens(ui).text;
    ui.add(Label::new(RichText::new(text).size(theme::TEXT_BODY).color(colour)).wrap())
}

/// Quiet text that wraps: explanations.
pub fn secondary_ui(ui: &mut Ui, text: &str) -> Response {
    let colour = tokens(ui).secondary;
    ui.add(Label::new(RichText::new(text).size(theme::TEXT_BODY).color(colour)).wrap())
}

/// Quiet small text on one line.
pub fn caption_ui(ui: &mut Ui, text: &str) -> Response {
    let colour = tokens(ui).faint;
    ui.add(Label::new(RichText::new(text).size(theme::TEXT_CAPTION).color(colour)).truncate())
}

/// `text` with its middle left out so that at most `max` characters stay: the end of a file name tells most.
pub fn middle_shortened(text: &str, max: usize) -> String {
    let count = text.chars().count();
    if count <= max || max < 5 {
        return text.to_owned();
    }
    let tail = (max - 1) / 2;
    let head = max - 1 - tail;
    let start: String = text.chars().take(head).collect();
    let end: String = text.chars().skip(count - tail).collect();
    format!("{start}…{end}")
}

/// `m:ss` or `h:mm:ss`.
pub fn duration(ms: u64) -> String {
    let secs = ms / 1000;
    let (h, m, s) = (secs / 3600, secs / 60 % 60, secs % 60);
    if h > 0 {
        format!("{h}:{m:02}:{s:02}")
    } else {
        format!("{m}:{s:02}")
    }
}

/// Bytes in a person's units.
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut value = count as f64;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 || value >= 100.0 {
        format!("{value:.0} {}", UNITS[unit])
    } else {
        format!("{value:.1} {}", UNITS[unit])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_middle() {
        assert_eq!(
            middle_shortened("IMG_20190412_183055_holiday.jpg", 15),
            "IMG_201…day.jpg"
        );
        assert_eq!(middle_shortened("短名.jpg", 15), "短名.jpg");
    }

    #[test]
    fn lengths_and_sizes() {
        assert_eq!(duration(65_400), "1:05");
        assert_eq!(duration(3_725_000), "1:02:05");
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(12_345_678), "12.3 MB");
    }
}
