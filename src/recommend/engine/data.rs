//! Interaction tables: who met what, how it was valued, when.

use std::collections::HashMap;
use std::io::{BufRead, Read as _};

/// Longer lines are malformed; no table of interactions has them.
const MAX_LINE_BYTES: u64 = 4096;
/// Malformed lines that are named; the rest is only counted.
const MAX_NAMED: usize = 10;
/// Rows beyond this are left out and counted: 24 bytes each, so that memory stays below a gigabyte.
pub const MAX_ROWS: usize = 32_000_000;

/// One interaction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interaction {
    /// Index into [`Table::users`].
    pub user: u32,
    /// Index into [`Table::items`].
    pub item: u32,
    /// A rating, or how much of it was heard; finite.
    pub value: f32,
    /// Seconds since the epoch, or any other clock that grows; 0 where the table has none.
    pub time: i64,
}

/// A line that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Counted from 1.
    pub line: usize,
    /// Why.
    pub why: &'static str,
}

/// Everything that was read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// Names of the users, in order of appearance.
    pub users: Vec<String>,
    /// Names of the items, in order of appearance.
    pub items: Vec<String>,
    /// The interactions, in the order of the file; of two about the same pair the later one counts.
    pub rows: Vec<Interaction>,
    /// The first malformed lines.
    pub bad: Vec<BadLine>,
    /// How many lines were malformed.
    pub bad_count: usize,
}

/// Reads tables one after the other with one numbering of users and items, so that a training and a test file fit.
#[derive(Debug, Default)]
pub struct Reader {
    users: HashMap<String, u32>,
    items: HashMap<String, u32>,
}

impl Reader {
    /// Reads MovieLens' `u.data` (tabs), `ratings.dat` (`::`), `ratings.csv` (commas, a heading) or any table of
    /// `user item value [time]` separated by tabs, commas, semicolons or spaces. Malformed lines are counted and left out.
    ///
    /// # Errors
    /// When the source cannot be read any further.
    pub fn read(&mut self, mut source: impl BufRead) -> std::io::Result<Table> {
        let mut table = Table::default();
        let mut line = Vec::new();
        let mut number = 0;
        loop {
            line.clear();
            let read = source
                .by_ref()
                .take(MAX_LINE_BYTES)
                .read_until(b'\n', &mut line)?;
            if read == 0 {
                break;
            }
            number += 1;
            let is_cut = read as u64 == MAX_LINE_BYTES && line.last() != Some(&b'\n');
            if is_cut {
                skip_line(&mut source)?;
                table.refuse(number, "the line is too long");
                continue;
            }
            let Ok(text) = std::str::from_utf8(&line) else {
                table.refuse(number, "the line is not UTF-8");
                continue;
            };
            let text = text.trim_start_matches('\u{feff}').trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            match parse(text) {
                Ok(_) if table.rows.len() >= MAX_ROWS => table.refuse(number, "too many rows"),
                Ok((user, item, value, time)) => {
                    let user = number_of(&mut self.users, user);
                    let item = number_of(&mut self.items, item);
                    table.rows.push(Interaction {
                        user,
                        item,
                        value,
                        time,
                    });
                }
                Err(_) if number == 1 && is_heading(text) => {}
                Err(why) => table.refuse(number, why),
            }
        }
        table.users = names(&self.users);
        table.items = names(&self.items);
        table.rows = latest(std::mem::take(&mut table.rows));
        Ok(table)
    }
}

impl Table {
    fn refuse(&mut self, line: usize, why: &'static str) {
        self.bad_count += 1;
        if self.bad.len() < MAX_NAMED {
            self.bad.push(BadLine { line, why });
        }
    }
}

fn skip_line(source: &mut impl BufRead) -> std::io::Result<()> {
    loop {
        let buffer = source.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        let (used, is_end) = match buffer.iter().position(|byte| *byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (buffer.len(), false),
        };
        source.consume(used);
        if is_end {
            return Ok(());
        }
    }
}

fn parse(text: &str) -> Result<(&str, &str, f32, i64), &'static str> {
    let mut fields = if text.contains("::") {
        split(text, |text| text.split("::"))
    } else if let Some(mark) = ['\t', ',', ';']
        .into_iter()
        .find(|mark| text.contains(*mark))
    {
        split(text, |text| text.split(mark))
    } else {
        split(text, str::split_whitespace)
    }
    .into_iter();
    let mut next = || fields.next().filter(|field| !field.is_empty());
    let user = next().ok_or("the user is missing")?;
    let item = next().ok_or("the item is missing")?;
    let value = next().ok_or("the value is missing")?;
    let value: f32 = value.parse().map_err(|_| "the value is no number")?;
    if !value.is_finite() || value.abs() > 1e6 {
        return Err("the value is out of range");
    }
    let time = match next() {
        None => 0,
        Some(time) => time
            .parse::<f64>()
            .ok()
            .filter(|time| time.is_finite() && time.abs() < 1e15)
            .ok_or("the time is no number")? as i64,
    };
    Ok((user, item, value, time))
}

fn split<'a, I: Iterator<Item = &'a str>>(
    text: &'a str,
    by: impl Fn(&'a str) -> I,
) -> Vec<&'a str> {
    by(text)
        .take(5)
        .map(|field| field.trim().trim_matches('"'))
        .collect()
}

/// A first line without any digit names the columns.
fn is_heading(text: &str) -> bool {
    !text.bytes().any(|byte| byte.is_ascii_digit())
}

fn number_of(known: &mut HashMap<String, u32>, name: &str) -> u32 {
    if let Some(number) = known.get(name) {
        return *number;
    }
    let number = known.len() as u32;
    known.insert(name.to_owned(), number);
    number
}

fn names(known: &HashMap<String, u32>) -> Vec<String> {
    let mut names = vec![String::new(); known.len()];
    for (name, number) in known {
        names[*number as usize] = name.clone();
    }
    names
}

/// Of several rows about the same user and item the one with the latest time, else the last one, stays in its place.
fn latest(rows: Vec<Interaction>) -> Vec<Interaction> {
    let mut order: Vec<u32> = (0..rows.len() as u32).collect();
    order.sort_by_key(|at| {
        let row = &rows[*at as usize];
        (row.user, row.item, row.time, *at)
    });
    let mut is_kept = vec![true; rows.len()];
    for pair in order.windows(2) {
        let (a, b) = (&rows[pair[0] as usize], &rows[pair[1] as usize]);
        if (a.user, a.item) == (b.user, b.item) {
            is_kept[pair[0] as usize] = false;
        }
    }
    rows.into_iter()
        .zip(is_kept)
        .filter_map(|(row, is_kept)| is_kept.then_some(row))
        .collect()
}
