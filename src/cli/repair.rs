//! `parlour repair`: dates, places and titles put right, with a preview; one step of undo.

use std::path::PathBuf;

use serde::Serialize;

use super::output::Console;
use super::{Context, absolute};
use crate::catalog::{Change, ItemId, Reader};
use crate::error::{Error, Result};
use crate::library::repair::{self, DateRepair, PlaceRepair, Preview};
use crate::media::{wall_clock_ms, wall_clock_text};

/// Arguments of `parlour repair`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Args)]
struct Common {
    /// Files of the library.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Only say what would change.
    #[arg(long)]
    dry_run: bool,
    /// One JSON object per line.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// When photos and clips were taken.
    #[command(group = clap::ArgGroup::new("date").required(true))]
    Dates {
        /// Move by so much: `+1h`, `-2d`, `1h30m`, `-45s`.
        #[arg(long, group = "date", allow_hyphen_values = true)]
        shift: Option<String>,
        /// Set to this: `2021-05-03T12:34:56`.
        #[arg(long, group = "date")]
        set: Option<String>,
        /// Read from the file's name.
        #[arg(long, group = "date")]
        from_name: bool,
        /// Take the time of the file.
        #[arg(long, group = "date")]
        from_file_time: bool,
        /// Back to what the file says.
        #[arg(long, group = "date")]
        forget: bool,
        #[command(flatten)]
        common: Common,
    },
    /// Where photos and clips were taken.
    #[command(group = clap::ArgGroup::new("place").required(true))]
    Places {
        /// Set to this: `38.7223,-9.1393` (degrees north and east).
        #[arg(long, group = "place", allow_hyphen_values = true)]
        at: Option<String>,
        /// Borrow from the photo nearest in time, two hours away at most.
        #[arg(long, group = "place")]
        from_nearest: bool,
        /// Back to what the file says.
        #[arg(long, group = "place")]
        forget: bool,
        #[command(flatten)]
        common: Common,
    },
    /// What an item is called; an empty title brings the file's own back.
    Title {
        /// The title.
        title: String,
        /// Files of the library.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Take the last repair back.
    Undo,
}

/// Previews, and repairs.
pub fn run(context: &Context, args: &Args, console: &mut Console<'_>) -> Result<()> {
    let library = context.library(console)?;
    let reader = library.catalog().reader()?;
    let change = match &args.action {
        Action::Dates {
            shift,
            set,
            from_name,
            from_file_time,
            forget: _,
            common,
        } => {
            let how = match (shift, set) {
                (Some(text), _) => DateRepair::Shift(span_ms(text)?),
                (_, Some(text)) => DateRepair::Set(
                    wall_clock_ms(text).ok_or_else(|| unreadable(text, "it is no date"))?,
                ),
                _ if *from_name => DateRepair::FromName,
                _ if *from_file_time => DateRepair::FromFileTime,
                _ => DateRepair::Forget,
            };
            let items = items_of(&reader, &common.files, console)?;
            let previews = repair::dates(&reader, &items, how)?;
            let show = |ms: &i64| wall_clock_text(*ms).unwrap_or_default();
            say(&previews, show, common, console);
            repair::date_change(&previews).filter(|_| !common.dry_run)
        }
        Action::Places {
            at,
            from_nearest,
            forget: _,
            common,
        } => {
            let how = match at {
                Some(text) => {
                    let (north, east) =
                        place(text).ok_or_else(|| unreadable(text, "it is no place"))?;
                    PlaceRepair::Set(north, east)
                }
                None if *from_nearest => PlaceRepair::FromNearest,
                None => PlaceRepair::Forget,
            };
            let items = items_of(&reader, &common.files, console)?;
            let previews = repair::places(&reader, &items, how)?;
            let show = |place: &(f64, f64)| format!("{:.6},{:.6}", place.0, place.1);
            say(&previews, show, common, console);
            repair::place_change(&previews).filter(|_| !common.dry_run)
        }
        Action::Title { title, files } => {
            let title = Some(title.clone()).filter(|title| !title.trim().is_empty());
            let items = items_of(&reader, files, console)?;
            let titles: Vec<_> = items.iter().map(|item| (*item, title.clone())).collect();
            (!titles.is_empty()).then_some(Change::Retitle(titles))
        }
        Action::Undo => {
            let last = reader.undo_label()?;
            let is_repair = matches!(
                last,
                Some(Change::Redate(_) | Change::Locate(_) | Change::Retitle(_))
            );
            if !is_repair {
                return Err(Error::NotFound {
                    what: "repair to take back; the last change was another",
                    name: "last".to_owned(),
                });
            }
            library.catalog().undo()?;
            None
        }
    };
    if let Some(change) = change {
        library.catalog().person(change)?;
    }
    Ok(())
}

fn say<T: PartialEq + Serialize>(
    previews: &[Preview<T>],
    show: impl Fn(&T) -> String,
    common: &Common,
    console: &mut Console<'_>,
) {
    for preview in previews {
        if common.json {
            console.json(preview);
            continue;
        }
        let text = |value: &Option<T>| value.as_ref().map_or_else(|| "none".to_owned(), &show);
        let path = preview.path.display();
        if preview.is_forgotten {
            console.line(&format!(
                "{path}: {} -> as the file says",
                text(&preview.old)
            ));
        } else if preview.old == preview.new || preview.new.is_none() {
            console.line(&format!("{path}: {} stays", text(&preview.old)));
        } else {
            let (old, new) = (text(&preview.old), text(&preview.new));
            console.line(&format!("{path}: {old} -> {new}"));
        }
    }
}

fn items_of(reader: &Reader, files: &[PathBuf], console: &mut Console<'_>) -> Result<Vec<ItemId>> {
    let mut items = Vec::new();
    for file in files {
        let path = absolute(file)?;
        match reader.item_by_path(&path)? {
            Some(item) => items.push(item),
            None => console.problem(&Error::NotFound {
                what: "file in the library named",
                name: path.display().to_string(),
            }),
        }
    }
    Ok(items)
}

fn unreadable(text: &str, why: &str) -> Error {
    Error::Query {
        query: text.to_owned(),
        why: why.to_owned(),
    }
}

fn place(text: &str) -> Option<(f64, f64)> {
    let (north, east) = text.split_once(',')?;
    let (north, east): (f64, f64) = (north.trim().parse().ok()?, east.trim().parse().ok()?);
    ((-90.0..=90.0).contains(&north) && (-180.0..=180.0).contains(&east)).then_some((north, east))
}

/// `+1d2h30m`, `-45s`.
fn span_ms(text: &str) -> Result<i64> {
    let wrong = || unreadable(text, "write a time like +1h30m or -2d");
    let body = text.trim();
    let (sign, body) = match body.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, body.strip_prefix('+').unwrap_or(body)),
    };
    let (mut sum, mut number) = (0_i64, String::new());
    for c in body.chars() {
        if c.is_ascii_digit() {
            number.push(c);
            continue;
        }
        let unit: i64 = match c {
            'd' => 86_400,
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => return Err(wrong()),
        };
        let value: i64 = number.parse().map_err(|_| wrong())?;
        number.clear();
        sum = value
            .checked_mul(unit * 1000)
            .and_then(|ms| sum.checked_add(ms))
            .filter(|ms| *ms < 200 * 366 * 86_400_000)
            .ok_or_else(wrong)?;
    }
    if !number.is_empty() || sum == 0 {
        return Err(wrong());
    }
    Ok(sign * sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_places_are_read_or_refused() {
        assert_eq!(span_ms("+1h30m"), Ok(5_400_000));
        assert_eq!(span_ms("-2d"), Ok(-172_800_000));
        for bad in ["", "1", "+h", "5y", "99999999999999d", "+0s"] {
            assert!(span_ms(bad).is_err(), "{bad}");
        }
        assert_eq!(place("38.7, -9.1"), Some((38.7, -9.1)));
        assert_eq!(place("91,0"), None);
    }
}
