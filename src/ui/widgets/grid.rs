//! The grid of pictures: justified rows with sticky headers and a year scrubber, selection, keyboard, drag source.

use std::ops::Range;
use std::sync::Arc;

use eframe::egui;
use egui::accesskit::Role;
use egui::{
    Align2, CornerRadius, CursorIcon, Key, Rect, Response, ScrollArea, Sense, Stroke, StrokeKind,
    Ui, WidgetInfo, pos2, vec2,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use lucide_icons::Icon;

use crate::app::command::{Command, Select, View};
use crate::catalog::{Flags, ItemId};
use crate::media::Kind;
use crate::ui::drops::DraggedItems;
use crate::ui::scene::Scene;
use crate::ui::theme::{self, SPACE_8, SPACE_16, tokens};
use crate::ui::widgets::justified::{Justified, LineContent};
use crate::ui::widgets::{label, picture};

/// How a grid is cut into sections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sections {
    None,
    Months,
}

/// Year and month of a catalogue time; photos carry wall-clock time as if UTC.
fn month_of(date_ms: i64) -> (i16, i8) {
    Timestamp::from_millisecond(date_ms).map_or((0, 0), |at| {
        let date = at.to_zoned(TimeZone::UTC);
        (date.year(), date.month())
    })
}

/// Draws the grid of `list` into what is left of the page. `name` keeps its scroll place.
pub fn grid_ui(
    scene: &mut Scene<'_>,
    ui: &mut Ui,
    name: &'static str,
    list: &Arc<[ItemId]>,
    sections: Sections,
) {
    if !Arc::ptr_eq(&scene.state.listed, list) {
        scene.send(Command::View(View::Listed(list.clone())));
    }
    let scrubber = if sections == Sections::Months {
        28.0
    } else {
        0.0
    };
    let width = ui.available_width() - scrubber - SPACE_8;
    let row_height = scene.state.grid_height;
    let layout = match scene.memory.layouts.remove(name) {
        Some(layout) if layout.fits(list, width, row_height) => layout,
        _ => arrange(scene, list, width, row_height, sections),
    };
    let outer = ui.available_rect_before_wrap();
    let mut area = ScrollArea::vertical()
        .id_salt(("grid", name))
        .auto_shrink(false);
    if let Some(wanted) = scene.memory.scroll_to.take()
        && let Some(line) = list
            .iter()
            .position(|&id| id == wanted.0)
            .and_then(|index| layout.line_of(index))
    {
        area = area.vertical_scroll_offset((line.top - outer.height() / 3.0).max(0.0));
    }
    if let Some(top) = scene.memory.scroll_offsets.remove(name) {
        area = area.vertical_scroll_offset(top);
    }
    let shown = area.show_viewport(ui, |ui, viewport| {
        ui.set_height(layout.height + SPACE_16);
        ui.set_width(width);
        let origin = ui.min_rect().min;
        super::band::band_ui(scene, ui, name, list, &layout, origin);
        // One screen more on both sides is asked for, so that scrolling meets pictures.
        let reach = viewport.height() * 0.5;
        for at in layout.visible(viewport.top() - reach, viewport.bottom() + reach) {
            let line = &layout.lines[at];
            match &line.content {
                LineContent::Header(section) => {
                    let rect =
                        Rect::from_min_size(origin + vec2(0.0, line.top), vec2(width, line.height));
                    header(scene, ui, &layout, *section, rect);
                }
                LineContent::Row(items) => {
                    for index in items.clone() {
                        let (x, w) = layout.span(index);
                        let rect =
                            Rect::from_min_size(origin + vec2(x, line.top), vec2(w, line.height));
                        cell_ui(scene, ui, name, list, index, rect);
                    }
                }
            }
        }
    });
    let offset = shown.state.clamped_offset().y;
    if sections == Sections::Months {
        sticky(scene, ui, &layout, outer, offset, width);
        scrub_ui(scene, ui, name, &layout, outer, offset);
    }
    keyboard(scene, ui, list, &layout);
    scene.memory.layouts.insert(name, layout);
}

fn arrange(
    scene: &Scene<'_>,
    list: &Arc<[ItemId]>,
    width: f32,
    row_height: f32,
    sections: Sections,
) -> Justified {
    let index = &scene.state.index;
    let words = &scene.state.words;
    let aspect = |id| {
        index.row(id).map_or(1.0, |row| {
            if row.kind == Kind::Audio {
                1.0
            } else {
                row.aspect
            }
        })
    };
    match sections {
        Sections::None => Justified::new(
            list,
            width,
            row_height,
            aspect,
            |_| (),
            |()| (String::new(), 0),
        ),
        Sections::Months if is_sparse(scene, list) => Justified::new(
            list,
            width,
            row_height,
            aspect,
            |id| index.row(id).map_or(0, |row| month_of(row.date_ms).0),
            |&year| (crate::app::phrases::year(words, year), i32::from(year)),
        ),
        Sections::Months => Justified::new(
            list,
            width,
            row_height,
            aspect,
            |id| index.row(id).map_or((0, 0), |row| month_of(row.date_ms)),
            |&(year, month)| {
                (
                    crate::app::phrases::month(words, year, month),
                    i32::from(year),
                )
            },
        ),
    }
}

/// Whether months hold so few pictures that most rows would be nearly empty: then years are the sections.
fn is_sparse(scene: &Scene<'_>, list: &[ItemId]) -> bool {
    let mut months = 0;
    let mut last = None;
    for id in list {
        let month = scene.state.index.row(*id).map(|row| month_of(row.date_ms));
        if month != last {
            months += 1;
            last = month;
        }
    }
    list.len() < months * 6
}

fn header(scene: &mut Scene<'_>, ui: &Ui, layout: &Justified, section: usize, rect: Rect) {
    let Some(section) = layout.sections.get(section) else {
        return;
    };
    let t = tokens(ui);
    let base = rect.bottom() - 12.0;
    let drawn = ui.painter().text(
        pos2(rect.left() + 2.0, base),
        Align2::LEFT_BOTTOM,
        &section.label,
        theme::strong(theme::TEXT_STRONG),
        t.text,
    );
    let count = scene.with("n-items", &[("n", section.items.len().into())]);
    ui.painter().text(
        pos2(drawn.right() + SPACE_8, base - 1.0),
        Align2::LEFT_BOTTOM,
        count,
        theme::regular(theme::TEXT_CAPTION),
        t.faint,
    );
}

/// The header of the section at the top stays on screen.
fn sticky(
    scene: &mut Scene<'_>,
    ui: &mut Ui,
    layout: &Justified,
    outer: Rect,
    offset: f32,
    width: f32,
) {
    let Some(at) = layout
        .sections
        .iter()
        .rposition(|section| section.top <= offset)
        .filter(|_| offset > 1.0)
    else {
        return;
    };
    let height = 40.0;
    let next_top = layout
        .sections
        .get(at + 1)
        .map_or(f32::MAX, |next| next.top - offset);
    let lift = (next_top - height).min(0.0);
    let band = Rect::from_min_size(outer.min + vec2(0.0, lift), vec2(width, height));
    let clip = ui.painter().with_clip_rect(outer);
    clip.rect_filled(
        band,
        CornerRadius::ZERO,
        theme::faded(tokens(ui).canvas, 0.94),
    );
    let label = Rect::from_min_max(band.min, band.max - vec2(0.0, 0.0));
    let mut inner = ui.new_child(egui::UiBuilder::new().max_rect(label));
    inner.set_clip_rect(outer);
    header(scene, &inner, layout, at, label);
}

/// One picture.
fn cell_ui(
    scene: &mut Scene<'_>,
    ui: &Ui,
    grid: &str,
    list: &Arc<[ItemId]>,
    index: usize,
    rect: Rect,
) {
    let id = list[index];
    let response = ui.interact(
        rect,
        ui.scope_id().with((grid, id.0)),
        Sense::click_and_drag(),
    );
    let row = scene.state.index.row(id).copied();
    let kind = row.map_or(Kind::Photo, |r| r.kind);
    let is_selected = scene.state.selection.contains(id);
    let title = scene
        .state
        .details
        .get(&id)
        .map(|detail| detail.item.title.clone())
        .or_else(|| scene.state.music.song(id).map(|song| song.title.clone()))
        .unwrap_or_default();
    response.widget_info(|| {
        let name = match row {
            Some(row) => {
                crate::app::phrases::item_name(&scene.state.words, kind, &title, row.date_ms)
            }
            None => title.clone(),
        };
        WidgetInfo::selected(Role::ListBoxOption, true, is_selected, name)
    });
    if ui.is_rect_visible(rect) {
        let inner = if is_selected { rect.shrink(3.0) } else { rect };
        picture::paint_item(
            scene,
            ui,
            id,
            &title,
            inner,
            if is_selected { 4 } else { 2 },
        );
        decorate(scene, ui, id, kind, rect, &title, response.hovered());
        if is_selected {
            let t = tokens(ui);
            ui.painter()
                .rect_filled(inner, CornerRadius::same(4), t.selection);
            ui.painter().rect_stroke(
                rect,
                CornerRadius::same(4),
                Stroke::new(2.0, t.accent),
                StrokeKind::Inside,
            );
        }
    } else {
        // Just outside the screen: ask, do not draw.
        let _ready = scene.thumb(ui, id, rect.width().max(rect.height()));
    }
    pointer(scene, ui, &response, list, id);
}

fn decorate(
    scene: &mut Scene<'_>,
    ui: &Ui,
    id: ItemId,
    kind: Kind,
    rect: Rect,
    title: &str,
    is_hovered: bool,
) {
    let Some(row) = scene.state.index.row(id).copied() else {
        return;
    };
    let t = tokens(ui);
    if kind != Kind::Photo && row.duration_ms > 0 {
        picture::duration_badge(ui, rect, &label::duration(u64::from(row.duration_ms)));
    }
    if row.flags.contains(Flags::FAVOURITE) {
        let at = rect.left_bottom() + vec2(14.0, -14.0);
        ui.painter().circle_filled(at, 10.0, t.scrim);
        ui.painter().text(
            at,
            Align2::CENTER_CENTER,
            Icon::Heart.unicode(),
            theme::icon(12.0),
            t.on_picture,
        );
    }
    let wants_title = kind != Kind::Photo || row.flags.contains(Flags::UNSUPPORTED);
    if wants_title
        && (is_hovered || kind != Kind::Photo)
        && !title.is_empty()
        && rect.width() > 60.0
    {
        let band = Rect::from_min_max(
            pos2(rect.left(), rect.top()),
            pos2(rect.right(), rect.top() + 26.0),
        );
        ui.painter().rect_filled(
            band,
            CornerRadius {
                nw: 2,
                ne: 2,
                sw: 0,
                se: 0,
            },
            t.scrim,
        );
        let (galley, _) = super::row::shortened(
            ui,
            title,
            theme::regular(theme::TEXT_CAPTION),
            t.on_picture,
            rect.width() - 16.0,
        );
        ui.painter().galley(
            pos2(band.left() + 8.0, band.center().y - galley.size().y / 2.0),
            galley,
            t.on_picture,
        );
    }
    if wants_title && title.is_empty() {
        scene.send(Command::Want(crate::app::command::Want::Detail(id)));
    }
}

/// Click selects, with Ctrl adds, with Shift extends; double click opens; dragging takes the selection along.
pub fn pointer(
    scene: &mut Scene<'_>,
    ui: &Ui,
    response: &Response,
    list: &Arc<[ItemId]>,
    id: ItemId,
) {
    if response.drag_started() {
        let items = if scene.state.selection.contains(id) {
            scene.state.selection.order.clone()
        } else {
            vec![id]
        };
        response.dnd_set_drag_payload(DraggedItems(items));
    } else if response.dragged() {
        ui.set_cursor_icon(CursorIcon::Grabbing);
    }
    if response.double_clicked() {
        scene.send(Command::View(View::Open {
            list: list.clone(),
            item: id,
        }));
    } else if response.clicked() {
        let modifiers = ui.input(|i| i.modifiers);
        scene.send(Command::Select(if modifiers.shift {
            Select::Range {
                list: list.to_vec(),
                to: id,
            }
        } else if modifiers.command {
            Select::Toggle(id)
        } else {
            Select::One(id)
        }));
    } else if response.secondary_clicked() && !scene.state.selection.contains(id) {
        scene.send(Command::Select(Select::One(id)));
    }
    response.context_menu(|ui| crate::ui::menus::items_ui(scene, ui, id));
}

/// Arrow keys move through the grid.
fn keyboard(scene: &mut Scene<'_>, ui: &Ui, list: &Arc<[ItemId]>, layout: &Justified) {
    let is_free =
        scene.state.sheet.is_none() && scene.state.viewer.is_none() && !ui.text_edit_focused();
    if !is_free || list.is_empty() {
        return;
    }
    let (step, row, is_extending) = ui.input_mut(|i| {
        let shift = i.modifiers.shift;
        let mut pressed = |key| {
            i.consume_key(egui::Modifiers::NONE, key) || i.consume_key(egui::Modifiers::SHIFT, key)
        };
        let step = i64::from(pressed(Key::ArrowRight)) - i64::from(pressed(Key::ArrowLeft));
        let row = i64::from(pressed(Key::ArrowDown)) - i64::from(pressed(Key::ArrowUp));
        (step, row, shift)
    });
    if step == 0 && row == 0 {
        return;
    }
    let current = scene
        .state
        .selection
        .order
        .last()
        .and_then(|id| list.iter().position(|other| other == id));
    let target = match current {
        None => Some(0),
        Some(at) if row != 0 => layout.neighbour_row(at, row > 0),
        Some(at) => usize::try_from(at as i64 + step)
            .ok()
            .filter(|&to| to < list.len()),
    };
    let Some(&to) = target.and_then(|to| list.get(to)) else {
        return;
    };
    scene.memory.scroll_to = Some(crate::ui::memory::ScrollTo(to));
    scene.send(Command::Select(if is_extending {
        Select::Range {
            list: list.to_vec(),
            to,
        }
    } else {
        Select::One(to)
    }));
    ui.request_repaint();
}

/// The years along the right edge; dragging shows the month and its count.
fn scrub_ui(
    scene: &mut Scene<'_>,
    ui: &Ui,
    name: &str,
    layout: &Justified,
    outer: Rect,
    offset: f32,
) {
    if layout.height <= outer.height() * 1.5 || layout.sections.is_empty() {
        return;
    }
    let track = Rect::from_min_max(pos2(outer.right() - 34.0, outer.top()), outer.max);
    let response = ui.interact(
        track,
        ui.scope_id().with(("scrub", name)),
        Sense::click_and_drag(),
    );
    response.widget_info(|| {
        WidgetInfo::slider(
            true,
            f64::from(offset / layout.height * 100.0),
            &*scene.text("timeline"),
        )
    });
    let t = tokens(ui);
    let reach = (layout.height - outer.height()).max(1.0);
    let y_of = |top: f32| track.top() + 10.0 + (top / reach).min(1.0) * (track.height() - 20.0);
    let mut last_label = f32::MIN;
    for range in years(layout) {
        let section = &layout.sections[range.start];
        let y = y_of(section.top);
        if y - last_label >= 22.0 {
            ui.painter().text(
                pos2(track.right() - 4.0, y),
                Align2::RIGHT_CENTER,
                section.year.to_string(),
                theme::regular(11.0),
                if response.hovered() || response.dragged() {
                    t.secondary
                } else {
                    t.faint
                },
            );
            last_label = y;
        } else {
            ui.painter()
                .circle_filled(pos2(track.right() - 8.0, y), 1.5, t.faint);
        }
    }
    let now = y_of(offset);
    ui.painter().line_segment(
        [pos2(track.left() - 6.0, now), pos2(track.left() + 2.0, now)],
        Stroke::new(2.0, t.accent),
    );
    if let Some(at) = response
        .interact_pointer_pos()
        .filter(|_| response.dragged() || response.clicked())
    {
        let share = ((at.y - track.top() - 10.0) / (track.height() - 20.0)).clamp(0.0, 1.0);
        scene
            .memory
            .scroll_offsets
            .insert(name.to_owned(), share * reach);
        ui.request_repaint();
    }
    if let Some(at) = response.hover_pos() {
        let share = ((at.y - track.top() - 10.0) / (track.height() - 20.0)).clamp(0.0, 1.0);
        if let Some(section) = layout.section_at(share * reach) {
            let count = scene.with("n-items", &[("n", section.items.len().into())]);
            let text = format!("{} · {count}", section.label);
            let galley = ui
                .painter()
                .layout_no_wrap(text, theme::strong(theme::TEXT_BODY), t.text);
            let size = galley.size() + vec2(24.0, 16.0);
            let plate =
                Rect::from_min_size(pos2(track.left() - size.x - 8.0, at.y - size.y / 2.0), size);
            let painter = ui
                .ctx()
                .layer_painter(egui::LayerId::new(egui::Order::Tooltip, response.id));
            painter.rect_filled(plate, CornerRadius::same(theme::RADIUS_CARD), t.overlay);
            painter.rect_stroke(
                plate,
                CornerRadius::same(theme::RADIUS_CARD),
                Stroke::new(1.0, t.line),
                StrokeKind::Inside,
            );
            painter.galley(plate.min + vec2(12.0, 8.0), galley, t.text);
        }
    }
}

/// Runs of sections of one year.
fn years(layout: &Justified) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (at, section) in layout.sections.iter().enumerate() {
        match runs.last_mut() {
            Some(run) if layout.sections[run.start].year == section.year => run.end = at + 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}
