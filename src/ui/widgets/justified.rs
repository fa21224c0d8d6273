//! The photo grid's layout: rows of equal width and nearly equal height, natural aspect ratios, headers between
//! sections. Computed once per list and width; only visible rows are looked at per frame.

use std::ops::Range;
use std::sync::Arc;

use crate::catalog::ItemId;

/// One line of the grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub top: f32,
    pub height: f32,
    pub content: LineContent,
}

/// What a line holds.
#[derive(Debug, Clone, PartialEq)]
pub enum LineContent {
    /// A section header: index into the sections.
    Header(usize),
    /// Pictures: a range of the list.
    Row(Range<usize>),
}

/// A section of the list, such as a month.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    pub label: String,
    /// Year, for the scrubber.
    pub year: i32,
    pub items: Range<usize>,
    pub top: f32,
}

/// What the layout was made for; it is made anew when one of these differs.
#[derive(Debug, Clone, PartialEq)]
struct MadeFor {
    list: Arc<[ItemId]>,
    width: f32,
    row_height: f32,
}

/// A finished layout.
#[derive(Debug, Clone)]
pub struct Justified {
    made_for: MadeFor,
    pub lines: Vec<Line>,
    pub sections: Vec<Section>,
    /// Left edge and width of every picture.
    spans: Vec<(f32, f32)>,
    pub height: f32,
}

/// Gap between pictures, in points.
pub const GAP: f32 = 4.0;
/// Height of a section header, in points.
pub const HEADER_HEIGHT: f32 = 48.0;

impl Justified {
    /// Whether this layout still fits. Lists are compared by identity: a changed list is a new one.
    pub fn fits(&self, list: &Arc<[ItemId]>, width: f32, row_height: f32) -> bool {
        Arc::ptr_eq(&self.made_for.list, list)
            && (self.made_for.width - width).abs() < 0.5
            && (self.made_for.row_height - row_height).abs() < 0.5
    }

    /// Lays out `list` in `width` points with rows about `row_height` high. `aspect` gives width over height of a
    /// picture, `section` a key and a label; a new key starts a new section (an empty label draws no header).
    pub fn new<K: PartialEq>(
        list: &Arc<[ItemId]>,
        width: f32,
        row_height: f32,
        aspect: impl Fn(ItemId) -> f32,
        section_key: impl Fn(ItemId) -> K,
        section_label: impl Fn(&K) -> (String, i32),
    ) -> Self {
        let mut layout = Self {
            made_for: MadeFor {
                list: list.clone(),
                width,
                row_height,
            },
            lines: Vec::new(),
            sections: Vec::new(),
            spans: vec![(0.0, 0.0); list.len()],
            height: 0.0,
        };
        let mut start = 0;
        while start < list.len() {
            let key = section_key(list[start]);
            let end = (start..list.len())
                .find(|&i| section_key(list[i]) != key)
                .unwrap_or(list.len());
            let (label, year) = section_label(&key);
            layout.add_section(label, year, start..end, &aspect);
            start = end;
        }
        layout
    }

    fn add_section(
        &mut self,
        label: String,
        year: i32,
        items: Range<usize>,
        aspect: &impl Fn(ItemId) -> f32,
    ) {
        let top = self.height;
        if !label.is_empty() {
            self.lines.push(Line {
                top,
                height: HEADER_HEIGHT,
                content: LineContent::Header(self.sections.len()),
            });
            self.height += HEADER_HEIGHT;
        }
        self.sections.push(Section {
            label,
            year,
            items: items.clone(),
            top,
        });
        let MadeFor {
            list,
            width,
            row_height,
        } = self.made_for.clone();
        // A panorama is shown at most four times as wide as high, a tall screenshot at least half as wide.
        let shape = |i: usize| aspect(list[i]).clamp(0.5, 4.0);
        let mut row_start = items.start;
        let mut sum = 0.0;
        for i in items.clone() {
            sum += shape(i);
            let gaps = GAP * (i - row_start) as f32;
            if sum * row_height + gaps >= width {
                let height = ((width - gaps) / sum).max(1.0);
                self.add_row(row_start..i + 1, height, &shape);
                row_start = i + 1;
                sum = 0.0;
            }
        }
        if row_start < items.end {
            let gaps = GAP * (items.end - row_start - 1) as f32;
            let height = row_height.min((width - gaps) / sum.max(0.1));
            self.add_row(row_start..items.end, height, &shape);
        }
    }

    fn add_row(&mut self, items: Range<usize>, height: f32, shape: &impl Fn(usize) -> f32) {
        let mut x = 0.0;
        for i in items.clone() {
            let width = shape(i) * height;
            self.spans[i] = (x, width);
            x += width + GAP;
        }
        self.lines.push(Line {
            top: self.height,
            height,
            content: LineContent::Row(items),
        });
        self.height += height + GAP;
    }

    /// Left edge and width of the picture at `index`, in points.
    pub fn span(&self, index: usize) -> (f32, f32) {
        self.spans[index]
    }

    /// The lines that touch the band from `top` to `bottom`.
    pub fn visible(&self, top: f32, bottom: f32) -> Range<usize> {
        let first = self
            .lines
            .partition_point(|line| line.top + line.height < top);
        let last = self.lines.partition_point(|line| line.top <= bottom);
        first..last.max(first)
    }

    /// The line that holds the item at `index`.
    pub fn line_of(&self, index: usize) -> Option<&Line> {
        self.lines
            .iter()
            .find(|line| matches!(&line.content, LineContent::Row(items) if items.contains(&index)))
    }

    /// The section at a height.
    pub fn section_at(&self, y: f32) -> Option<&Section> {
        let after = self.sections.partition_point(|section| section.top <= y);
        self.sections.get(after.saturating_sub(1))
    }

    /// The item above or below the one at `index`: same place in the neighbouring row.
    pub fn neighbour_row(&self, index: usize, is_down: bool) -> Option<usize> {
        let rows: Vec<&Range<usize>> = self
            .lines
            .iter()
            .filter_map(|line| match &line.content {
                LineContent::Row(items) => Some(items),
                LineContent::Header(_) => None,
            })
            .collect();
        let at = rows.iter().position(|items| items.contains(&index))?;
        let target = if is_down {
            at.checked_add(1)?
        } else {
            at.checked_sub(1)?
        };
        let (x, width) = self.span(index);
        let middle = x + width / 2.0;
        (*rows.get(target)?).clone().min_by(|&a, &b| {
            let distance = |i: usize| {
                let (x, width) = self.span(i);
                (x + width / 2.0 - middle).abs()
            };
            distance(a).total_cmp(&distance(b))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(aspects: &[f32], width: f32) -> Justified {
        let list: Arc<[ItemId]> = (0..aspects.len() as i64).map(ItemId).collect();
        Justified::new(
            &list,
            width,
            100.0,
            |id| aspects[id.0 as usize],
            |id| id.0 / 5,
            |k| (format!("section {k}"), 2020),
        )
    }

    #[test]
    fn full_rows_fill_the_width_and_nothing_overlaps() {
        let aspects: Vec<f32> = (0..40)
            .map(|i| [1.5, 0.67, 1.0, 2.4, 1.33][i % 5])
            .collect();
        let layout = layout(&aspects, 700.0);
        let mut bottom = 0.0;
        for line in &layout.lines {
            assert!(line.top >= bottom - 0.01);
            bottom = line.top + line.height;
            if let LineContent::Row(items) = &line.content {
                let (x, width) = layout.span(items.end - 1);
                assert!(x + width <= 700.5, "row ends at {}", x + width);
            }
        }
        assert_eq!(layout.sections.len(), 8);
    }

    #[test]
    fn only_lines_in_the_band_are_visible() {
        let layout = layout(&[1.0; 1000], 400.0);
        let visible = layout.visible(5000.0, 5600.0);
        assert!(visible.len() < 12, "{visible:?}");
        for line in &layout.lines[visible] {
            assert!(line.top <= 5600.0 && line.top + line.height >= 5000.0);
        }
    }

    #[test]
    fn down_and_up_lead_back() {
        let layout = layout(&[1.0; 50], 400.0);
        let below = layout.neighbour_row(0, true).unwrap();
        assert!(below > 0);
        assert_eq!(layout.neighbour_row(below, false), Some(0));
        assert_eq!(layout.neighbour_row(0, false), None);
    }
}
