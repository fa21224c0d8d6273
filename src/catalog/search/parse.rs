//! Text to conditions.

use jiff::civil::Date;

use super::{Column, Is, Number, Query, Range, Term, What};
use crate::catalog::types::TagState;
use crate::error::{Error, Result};
use crate::media::Kind;

const MAX_CHARS: usize = 1000;
const MAX_TERMS: usize = 50;
const FIELDS: &str = "tag, colour, kind, rating, year, date, artist, album, title, genre, bpm, duration, camera, is, in, file, format, collection";

/// Reads a search.
///
/// # Errors
/// [`Error::Query`] with what is wrong: an open quote, an unknown field, a value that does not fit.
pub fn parse(text: &str) -> Result<Query> {
    let refused = |why: String| Error::Query {
        query: text.to_owned(),
        why,
    };
    if text.chars().count() > MAX_CHARS {
        return Err(refused("it is longer than 1,000 characters".to_owned()));
    }
    let mut rest = text.trim_start();
    let mut terms = Vec::new();
    while !rest.is_empty() {
        if terms.len() == MAX_TERMS {
            return Err(refused("it has more than 50 conditions".to_owned()));
        }
        let (term, after) = term(rest).map_err(refused)?;
        terms.extend(term);
        rest = after.trim_start();
    }
    Ok(Query { terms })
}

type Read<T> = std::result::Result<T, String>;

fn term(text: &str) -> Read<(Option<Term>, &str)> {
    let (is_not, text) = match text.strip_prefix('-') {
        Some(rest) if rest.starts_with(|c: char| !c.is_whitespace()) => (true, rest),
        _ => (false, text),
    };
    if text.starts_with(['"', '“', '”']) {
        let (phrase, rest) = quoted(text)?;
        let what = What::Words {
            column: None,
            text: phrase,
            is_phrase: true,
        };
        return Ok((Some(Term { is_not, what }), rest));
    }
    let bare_end = text.find(char::is_whitespace).unwrap_or(text.len());
    let colon = text[..bare_end]
        .find([':', '：'])
        .filter(|at| is_field_name(&text[..*at]));
    let Some(colon) = colon else {
        let word = &text[..bare_end];
        let what = What::Words {
            column: None,
            text: word.to_owned(),
            is_phrase: false,
        };
        // Marks alone ask for nothing.
        let has_words = word.chars().any(char::is_alphanumeric);
        return Ok((
            has_words.then_some(Term { is_not, what }),
            &text[bare_end..],
        ));
    };
    let name = text[..colon].to_lowercase();
    let after = text[colon..].strip_prefix([':', '：']).unwrap_or_default();
    let (values, rest) = values(after)?;
    if values.is_empty() {
        return Err(format!("what should follow '{name}:'?"));
    }
    let what = field(&name, values)?;
    Ok((Some(Term { is_not, what }), rest))
}

fn is_field_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphabetic())
}

/// A phrase in quotes, and what follows it.
fn quoted(text: &str) -> Read<(String, &str)> {
    let mut chars = text.chars();
    chars.next();
    let inner = chars.as_str();
    let end = inner
        .find(['"', '“', '”'])
        .ok_or("a quotation mark is not closed")?;
    let after = &inner[end..];
    let mut chars = after.chars();
    chars.next();
    Ok((inner[..end].to_owned(), chars.as_str()))
}

/// Values separated by commas, each bare or in quotes.
fn values(mut text: &str) -> Read<(Vec<String>, &str)> {
    let mut values = Vec::new();
    loop {
        let (value, rest) = if text.starts_with(['"', '“', '”']) {
            quoted(text)?
        } else {
            let end = text
                .find(|c: char| c.is_whitespace() || c == ',' || c == '，')
                .unwrap_or(text.len());
            (text[..end].to_owned(), &text[end..])
        };
        let value = value.trim().to_owned();
        if !value.is_empty() {
            values.push(value);
        }
        match rest.strip_prefix([',', '，']) {
            Some(more) => text = more,
            None => return Ok((values, rest)),
        }
    }
}

fn field(name: &str, values: Vec<String>) -> Read<What> {
    let text = |column: Column, any: Vec<String>| What::Text { column, any };
    Ok(match name {
        "tag" | "tags" => What::Tag {
            any: values,
            states: vec![TagState::Confirmed, TagState::Shown],
        },
        // The tags that are calculated from pixels have this prefix.
        "colour" | "color" => What::Tag {
            any: values
                .iter()
                .map(|value| look_slug(value))
                .collect::<Read<_>>()?,
            states: vec![TagState::Confirmed, TagState::Shown],
        },
        "suggested" => What::Tag {
            any: values,
            states: vec![TagState::Suggested],
        },
        "confirmed" => What::Tag {
            any: values,
            states: vec![TagState::Confirmed],
        },
        "rejected" => What::Tag {
            any: values,
            states: vec![TagState::Rejected],
        },
        "kind" | "type" => What::Kind(each(&values, kind)?),
        "rating" | "stars" => number(Number::Rating, &values, plain_number)?,
        "bpm" | "tempo" => number(Number::Bpm, &values, plain_number)?,
        "duration" | "length" => number(Number::DurationMs, &values, duration_ms)?,
        "width" => number(Number::Width, &values, plain_number)?,
        "height" => number(Number::Height, &values, plain_number)?,
        "track" => number(Number::Track, &values, plain_number)?,
        "date" => What::Date(each(&values, dates)?),
        "year" => What::Year(each(&values, years)?),
        "is" | "has" => What::Is(each(&values, is)?),
        "artist" => text(Column::Artist, values),
        "album" => text(Column::Album, values),
        "title" => text(Column::Title, values),
        "genre" => text(Column::Genre, values),
        "file" | "name" => text(Column::File, values),
        "in" | "folder" => text(Column::Folder, values),
        "note" | "caption" => text(Column::Notes, values),
        "camera" => What::Camera(values),
        "format" => What::Format(values),
        "collection" | "playlist" => What::Collection(values),
        _ => {
            return Err(format!(
                "there is no field '{name}' (there are {FIELDS}); put it in quotes to search for the words"
            ));
        }
    })
}

fn look_slug(value: &str) -> Read<String> {
    use crate::models::look;
    let wanted = value.to_lowercase().replace(' ', "-");
    let entries = look::entries();
    entries
        .iter()
        .find(|entry| {
            entry.slug.strip_prefix("look-") == Some(wanted.as_str())
                || entry.name_zh == value
                || entry.name_zh.strip_suffix('色') == Some(value)
                || entry.aliases.contains(&wanted)
        })
        .map(|entry| entry.slug.clone())
        .ok_or_else(|| format!("'{value}' is not a colour; there are black, grey, white, red, orange, brown, yellow, green, turquoise, blue, purple and pink"))
}

fn each<T>(values: &[String], read: impl Fn(&str) -> Read<T>) -> Read<Vec<T>> {
    values.iter().map(|value| read(value)).collect()
}

fn kind(value: &str) -> Read<Kind> {
    match value.to_lowercase().as_str() {
        "photo" | "photos" | "picture" | "pictures" | "image" | "照片" => Ok(Kind::Photo),
        "audio" | "music" | "song" | "songs" | "sound" | "音乐" => Ok(Kind::Audio),
        "clip" | "clips" | "video" | "videos" | "短片" => Ok(Kind::Clip),
        _ => Err(format!(
            "'{value}' is not a kind; there are photo, audio and clip"
        )),
    }
}

fn is(value: &str) -> Read<Is> {
    match value.to_lowercase().as_str() {
        "favourite" | "favorite" | "fav" => Ok(Is::Favourite),
        "hidden" => Ok(Is::Hidden),
        "missing" => Ok(Is::Missing),
        "unsupported" | "broken" => Ok(Is::Unsupported),
        "rated" | "rating" => Ok(Is::Rated),
        "tagged" | "tag" | "tags" => Ok(Is::Tagged),
        "suggested" => Ok(Is::Suggested),
        "located" | "place" | "gps" => Ok(Is::Located),
        "played" | "opened" => Ok(Is::Played),
        _ => Err(format!(
            "'{value}' is not a state; there are favourite, hidden, missing, unsupported, rated, tagged, suggested, located and played"
        )),
    }
}

fn number(field: Number, values: &[String], read: impl Fn(&str) -> Read<f64>) -> Read<What> {
    Ok(What::Number {
        field,
        ranges: each(values, |value| range(value, &read))?,
    })
}

fn range(value: &str, read: impl Fn(&str) -> Read<f64>) -> Read<Range> {
    let (from, to) = if let Some(least) = value.strip_prefix(">=") {
        (Some(read(least)?), None)
    } else if let Some(most) = value.strip_prefix("<=") {
        (None, Some(read(most)?))
    } else if let Some(above) = value.strip_prefix('>') {
        (Some(read(above)?.next_up()), None)
    } else if let Some(below) = value.strip_prefix('<') {
        (None, Some(read(below)?.next_down()))
    } else if let Some((from, to)) = value.split_once("..") {
        let side = |text: &str| {
            if text.is_empty() {
                Ok(None)
            } else {
                read(text).map(Some)
            }
        };
        let (from, to) = (side(from)?, side(to)?);
        if from.is_none() && to.is_none() {
            return Err("'..' needs a number on one side at least".to_owned());
        }
        (from, to)
    } else {
        let exact = read(value.strip_prefix('=').unwrap_or(value))?;
        (Some(exact), Some(exact))
    };
    Ok(Range { from, to })
}

fn plain_number(value: &str) -> Read<f64> {
    value
        .trim()
        .parse::<f64>()
        .ok()
        .filter(|number| number.is_finite())
        .ok_or_else(|| {
            if value.trim().is_empty() {
                "a number is missing".to_owned()
            } else {
                format!("'{value}' is not a number")
            }
        })
}

/// `3:20`, `1:02:03`, seconds, or with s, m, h behind.
fn duration_ms(value: &str) -> Read<f64> {
    let wrong = || format!("'{value}' is not a duration; write 3:20, 200 or 3m");
    let value = value.trim();
    let units = [('s', 1.0), ('m', 60.0), ('h', 3600.0)];
    if let Some((number, scale)) = units
        .iter()
        .find_map(|(unit, scale)| Some((value.strip_suffix(*unit)?, scale)))
    {
        return Ok(plain_number(number).map_err(|_| wrong())? * scale * 1000.0);
    }
    let mut seconds = 0.0;
    for part in value.split(':') {
        seconds = seconds * 60.0 + plain_number(part).map_err(|_| wrong())?;
    }
    Ok(seconds * 1000.0)
}

/// A year, month or day, or two with `..` between, or a comparison: from and to in milliseconds.
fn dates(value: &str) -> Read<(i64, i64)> {
    spans(value, |part| {
        let wrong = || format!("'{part}' is not a date; write 2024, 2024-05 or 2024-05-17");
        let numbers: Option<Vec<i16>> = part.split('-').map(|number| number.parse().ok()).collect();
        let numbers = numbers.ok_or_else(wrong)?;
        let date = |y: i16, m: i16, d: i16| {
            Date::new(
                y,
                i8::try_from(m).unwrap_or(0),
                i8::try_from(d).unwrap_or(0),
            )
            .map_err(|_| wrong())
        };
        let (first, next) = match numbers.as_slice() {
            [year] => (date(*year, 1, 1)?, date(year.saturating_add(1), 1, 1)?),
            [year, 12] => (date(*year, 12, 1)?, date(year.saturating_add(1), 1, 1)?),
            [year, month] => (
                date(*year, *month, 1)?,
                date(*year, month.saturating_add(1), 1)?,
            ),
            [year, month, day] => {
                let first = date(*year, *month, *day)?;
                (first, first.tomorrow().map_err(|_| wrong())?)
            }
            _ => return Err(wrong()),
        };
        Ok((start_ms(first)?, start_ms(next)?))
    })
}

fn start_ms(date: Date) -> Read<i64> {
    date.to_zoned(jiff::tz::TimeZone::UTC)
        .map(|start| start.timestamp().as_millisecond())
        .map_err(|_| "that date is out of range".to_owned())
}

/// Years, the end not included.
fn years(value: &str) -> Read<(i64, i64)> {
    spans(value, |part| {
        let year: i64 = part
            .parse()
            .ok()
            .filter(|year| (1..=9998).contains(year))
            .ok_or_else(|| format!("'{part}' is not a year"))?;
        Ok((year, year + 1))
    })
}

fn spans(value: &str, read: impl Fn(&str) -> Read<(i64, i64)>) -> Read<(i64, i64)> {
    if let Some(least) = value.strip_prefix(">=") {
        Ok((read(least)?.0, i64::MAX))
    } else if let Some(most) = value.strip_prefix("<=") {
        Ok((i64::MIN, read(most)?.1))
    } else if let Some(above) = value.strip_prefix('>') {
        Ok((read(above)?.1, i64::MAX))
    } else if let Some(below) = value.strip_prefix('<') {
        Ok((i64::MIN, read(below)?.0))
    } else if let Some((from, to)) = value.split_once("..") {
        if from.is_empty() && to.is_empty() {
            return Err("'..' needs a date on one side at least".to_owned());
        }
        let from = if from.is_empty() {
            i64::MIN
        } else {
            read(from)?.0
        };
        let to = if to.is_empty() { i64::MAX } else { read(to)?.1 };
        Ok((from, to))
    } else {
        read(value.strip_prefix('=').unwrap_or(value))
    }
}
