//! Sentences made of data: shelf titles, reasons, dates, names. The window and the command line say the same.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::words::{Language, Words};
use crate::catalog::Change;
use crate::jobs::{Activity, Progress};
use crate::library::Notice;
use crate::media::Kind;
use crate::models::Vocabulary;
use crate::recommend::{DayPart, Factor, Shelf, ShelfKind};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// "April 2019", "2019年4月".
pub fn month(words: &Words, year: i16, month: i8) -> String {
    let name = usize::try_from(month - 1).ok().and_then(|m| MONTHS.get(m));
    match (words.language(), name) {
        (_, None) => words.text("undated").to_string(),
        (Language::English, Some(name)) => format!("{name} {year}"),
        (Language::Chinese, Some(_)) => format!("{year}年{month}月"),
    }
}

/// "2019", "2019年".
pub fn year(words: &Words, year: i16) -> String {
    match words.language() {
        _ if year == 0 => words.text("undated").to_string(),
        Language::English => year.to_string(),
        Language::Chinese => format!("{year}年"),
    }
}

/// "12 April 2019", "2019年4月12日". Catalogue times of photos are wall-clock as if UTC.
pub fn date(words: &Words, at_ms: i64) -> String {
    let Ok(at) = Timestamp::from_millisecond(at_ms) else {
        return words.text("undated").to_string();
    };
    let day = at.to_zoned(TimeZone::UTC);
    match words.language() {
        Language::English => {
            let month = MONTHS[usize::try_from(day.month() - 1).unwrap_or(0).min(11)];
            format!("{} {month} {}", day.day(), day.year())
        }
        Language::Chinese => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
    }
}

/// Date and time of day: "12 April 2019, 18:30".
pub fn date_time(words: &Words, at_ms: i64) -> String {
    let Ok(at) = Timestamp::from_millisecond(at_ms) else {
        return words.text("undated").to_string();
    };
    let zoned = at.to_zoned(TimeZone::UTC);
    let time = format!("{:02}:{:02}", zoned.hour(), zoned.minute());
    match words.language() {
        Language::English => format!("{}, {time}", date(words, at_ms)),
        Language::Chinese => format!("{} {time}", date(words, at_ms)),
    }
}

/// What a screen reader calls an item.
pub fn item_name(words: &Words, kind: Kind, title: &str, date_ms: i64) -> String {
    let key = match kind {
        Kind::Photo => "name-photo",
        Kind::Audio => "name-audio",
        Kind::Clip => "name-clip",
    };
    words.with(
        key,
        &[
            ("title", title.into()),
            ("date", date(words, date_ms).into()),
        ],
    )
}

/// The title of a shelf: the reason it exists. `about` is the title or date of the item it speaks of.
pub fn shelf_title(words: &Words, shelf: &Shelf, about: Option<&str>) -> String {
    let is_audio = shelf.media == Kind::Audio;
    let plain = |photo: &'static str, audio: &'static str| {
        words.text(if is_audio { audio } else { photo }).to_string()
    };
    match shelf.kind {
        ShelfKind::Because => {
            let key = if is_audio {
                "shelf-because-played"
            } else {
                "shelf-because-looked"
            };
            words.with(key, &[("title", about.unwrap_or_default().into())])
        }
        ShelfKind::Continue => words.text("shelf-continue").to_string(),
        ShelfKind::OnThisDay => words.text("shelf-on-this-day").to_string(),
        ShelfKind::ThisHour => words
            .text(match shelf.word.as_str() {
                "morning" => "shelf-morning",
                "afternoon" => "shelf-afternoon",
                "night" => "shelf-night",
                _ => "shelf-evening",
            })
            .to_string(),
        ShelfKind::PlayAgain => words.text("shelf-play-again").to_string(),
        ShelfKind::Soundtrack | ShelfKind::Pictures => {
            let key = if shelf.kind == ShelfKind::Soundtrack {
                "shelf-soundtrack"
            } else {
                "shelf-pictures"
            };
            words.with(key, &[("title", about.unwrap_or_default().into())])
        }
        ShelfKind::FinishAlbum => words.text("shelf-finish-album").to_string(),
        ShelfKind::Friend => {
            let key = if is_audio {
                "shelf-friend-music"
            } else {
                "shelf-friend-photos"
            };
            words.with(key, &[("name", shelf.word.as_str().into())])
        }
        ShelfKind::Taught => words.with("shelf-taught", &[("tag", shelf.word.as_str().into())]),
        ShelfKind::Rediscover => plain("shelf-rediscover-photos", "shelf-rediscover-music"),
        ShelfKind::NeverOpened => plain("shelf-never-opened-photos", "shelf-never-opened-music"),
        ShelfKind::NewHere => plain("shelf-new-photos", "shelf-new-music"),
        ShelfKind::Surprise => plain("shelf-surprise-photos", "shelf-surprise-music"),
    }
}

/// One reason as a sentence. `title_of` names the item it speaks of.
pub fn reason(
    words: &Words,
    vocabulary: &Vocabulary,
    factor: &Factor,
    title_of: impl Fn(crate::catalog::ItemId) -> String,
) -> String {
    match factor {
        Factor::Similar { to, cosine } => words.with(
            "reason-similar",
            &[
                ("title", title_of(*to).into()),
                (
                    "percent",
                    ((cosine.clamp(0.0, 1.0) * 100.0).round() as usize).into(),
                ),
            ],
        ),
        Factor::Tag { slug, .. } => words.with(
            "reason-tag",
            &[("tag", tag_name(words, vocabulary, slug).into())],
        ),
        Factor::Artist { name } => words.with("reason-artist", &[("name", name.as_str().into())]),
        Factor::Album { title } => words.with("reason-album", &[("title", title.as_str().into())]),
        Factor::Anniversary { years, days_off } => {
            let key = if *days_off == 0 {
                "reason-anniversary"
            } else {
                "reason-anniversary-near"
            };
            words.with(
                key,
                &[
                    ("years", (*years as usize).into()),
                    ("days", (*days_off as usize).into()),
                ],
            )
        }
        Factor::Unfinished { share } => words.with(
            "reason-unfinished",
            &[("percent", ((share * 100.0).round() as usize).into())],
        ),
        Factor::Enjoyed { times, days_ago } => words.with(
            "reason-enjoyed",
            &[
                ("times", (*times as usize).into()),
                ("days", (*days_ago as usize).into()),
            ],
        ),
        Factor::Favourite => words.text("reason-favourite").to_string(),
        Factor::Rated { stars } => {
            words.with("reason-rated", &[("stars", usize::from(*stars).into())])
        }
        Factor::Fresh { days_ago } => {
            words.with("reason-fresh", &[("days", (*days_ago as usize).into())])
        }
        Factor::NeverOpened => words.text("reason-never-opened").to_string(),
        Factor::Exploration => words.text("reason-exploration").to_string(),
        Factor::Taste => words.text("reason-taste").to_string(),
        Factor::Replay { times, days_ago } => words.with(
            "reason-replay",
            &[
                ("times", (*times as usize).into()),
                ("days", (*days_ago as usize).into()),
            ],
        ),
        Factor::Together { with } => {
            words.with("reason-together", &[("title", title_of(*with).into())])
        }
        Factor::Hour { part } => words
            .text(match part {
                DayPart::Morning => "reason-morning",
                DayPart::Afternoon => "reason-afternoon",
                DayPart::Evening => "reason-evening",
                DayPart::Night => "reason-night",
            })
            .to_string(),
        Factor::Season => words.text("reason-season").to_string(),
        Factor::Mood { valence, energy } => words.with(
            "reason-mood",
            &[("mood", mood(words, *valence, *energy).into())],
        ),
        Factor::Theme { picture, sound } => words.with(
            "reason-theme",
            &[
                ("picture", tag_name(words, vocabulary, picture).into()),
                ("sound", tag_name(words, vocabulary, sound).into()),
            ],
        ),
        Factor::SameWeeks => words.text("reason-same-weeks").to_string(),
        Factor::AlbumBegun { title, heard, of } => words.with(
            "reason-album-begun",
            &[
                ("title", title.as_str().into()),
                ("heard", (*heard as usize).into()),
                ("of", (*of as usize).into()),
            ],
        ),
        Factor::Friend { name, is_named } => {
            let key = if *is_named {
                "reason-friend-named"
            } else {
                "reason-friend-alike"
            };
            words.with(key, &[("name", name.as_str().into())])
        }
        Factor::Taught { slug } => words.with(
            "reason-taught",
            &[("tag", tag_name(words, vocabulary, slug).into())],
        ),
        Factor::Familiar => words.text("reason-familiar").to_string(),
    }
}

/// A reason with its sign: the same likeness counts for and against.
pub fn weighed_reason(
    words: &Words,
    vocabulary: &Vocabulary,
    reason: &crate::recommend::Reason,
    title_of: impl Fn(crate::catalog::ItemId) -> String,
) -> String {
    if reason.weight >= 0.0 {
        return self::reason(words, vocabulary, &reason.factor, title_of);
    }
    match &reason.factor {
        Factor::Similar { to, .. } => {
            words.with("reason-against-similar", &[("title", title_of(*to).into())])
        }
        Factor::Tag { slug, .. } => words.with(
            "reason-against-tag",
            &[("tag", tag_name(words, vocabulary, slug).into())],
        ),
        Factor::Artist { name } => {
            words.with("reason-against-artist", &[("name", name.as_str().into())])
        }
        Factor::Taste => words.text("reason-against-taste").to_string(),
        other => self::reason(words, vocabulary, other, title_of),
    }
}

/// A place in the mood space in words: "calm and bright".
pub fn mood(words: &Words, valence: f32, energy: f32) -> String {
    let key = match (
        energy > 0.15,
        energy < -0.15,
        valence > 0.15,
        valence < -0.15,
    ) {
        (true, _, true, _) => "mood-lively-bright",
        (true, _, _, true) => "mood-lively-dark",
        (true, ..) => "mood-lively",
        (_, true, true, _) => "mood-calm-bright",
        (_, true, _, true) => "mood-calm-dark",
        (_, true, ..) => "mood-calm",
        (_, _, true, _) => "mood-bright",
        (_, _, _, true) => "mood-dark",
        _ => "mood-even",
    };
    words.text(key).to_string()
}

/// A stored key of a reason as a sentence, for lists of what was struck out. `title_of` names items.
pub fn struck(
    words: &Words,
    vocabulary: &Vocabulary,
    key: &str,
    title_of: impl Fn(crate::catalog::ItemId) -> String,
) -> String {
    let item = |text: &str| {
        let id = text.split(':').next().and_then(|n| n.parse::<i64>().ok());
        id.map(|id| title_of(crate::catalog::ItemId(id)))
            .unwrap_or_default()
    };
    match key.split_once(':') {
        Some(("tag" | "taught" | "memory-tag", slug)) => words.with(
            "struck-tag",
            &[("tag", tag_name(words, vocabulary, slug).into())],
        ),
        Some(("artist", name)) => words.with("struck-artist", &[("name", name.into())]),
        Some(("album", name)) => words.with("reason-album", &[("title", name.into())]),
        Some(("like", id)) => words.with("struck-like", &[("title", item(id).into())]),
        Some(("together", id)) => words.with("reason-together", &[("title", item(id).into())]),
        Some(("not-now", id)) => words.with("struck-not-now", &[("title", item(id).into())]),
        Some(("memory-dates", dates)) => words.with(
            "struck-dates",
            &[("dates", dates.replace("..", " – ").into())],
        ),
        Some(("memory-place", place)) => words.with("struck-place", &[("place", place.into())]),
        _ => {
            let factor = match key {
                "never-opened" => Factor::NeverOpened,
                "exploration" => Factor::Exploration,
                "taste" => Factor::Taste,
                "favourite" => Factor::Favourite,
                "season" => Factor::Season,
                "same-weeks" => Factor::SameWeeks,
                "familiar" => Factor::Familiar,
                "mood" => return words.text("struck-mood").to_string(),
                "hour" => return words.text("struck-hour").to_string(),
                "anniversary" => return words.text("shelf-on-this-day").to_string(),
                other => return other.to_owned(),
            };
            reason(words, vocabulary, &factor, title_of)
        }
    }
}

/// The name of a tag in the language in use: the vocabulary's where a model knows it, else as it was typed.
pub fn tag_name(words: &Words, vocabulary: &Vocabulary, slug: &str) -> String {
    vocabulary.name(slug, words.language().tag()).to_owned()
}

/// The name of a tag as lists show it: the person's own name, else the vocabulary's in the language in use.
pub fn shown_tag_name(words: &Words, vocabulary: &Vocabulary, tag: &crate::catalog::Tag) -> String {
    let language = words.language().tag();
    if let Some((_, own)) = tag.names.iter().find(|(of, _)| of == language) {
        return own.clone();
    }
    match &tag.slug {
        Some(slug) if !tag.is_renamed => tag_name(words, vocabulary, slug),
        _ => tag.name.clone(),
    }
}

/// What runs in the background, on one line: "Tagging 1,240 of 8,020 · about 6 min".
pub fn progress(words: &Words, progress: &Progress, now_ms: i64) -> String {
    let key = match progress.activity {
        Activity::Scan => "doing-scan",
        Activity::Analyse => "doing-analyse",
        Activity::Thumbnails => "doing-thumbnails",
        Activity::Import => "doing-import",
        Activity::Export => "doing-export",
        Activity::Teach => "doing-teach",
    };
    let what = words.text(key);
    let Some(total) = progress.total.filter(|&total| total > 0) else {
        return words.with(
            "progress-open",
            &[
                ("what", (&*what).into()),
                ("done", grouped(progress.done).into()),
            ],
        );
    };
    let mut line = words.with(
        "progress",
        &[
            ("what", (&*what).into()),
            ("done", grouped(progress.done).into()),
            ("total", grouped(total).into()),
        ],
    );
    let spent_ms = (now_ms - progress.started_ms).max(0) as f64;
    if progress.done >= 20 && spent_ms > 5_000.0 && progress.done < total {
        let left_ms = spent_ms / progress.done as f64 * (total - progress.done) as f64;
        let minutes = (left_ms / 60_000.0).ceil() as usize;
        line.push_str(" · ");
        line.push_str(&words.with("about-minutes", &[("n", minutes.into())]));
    }
    line
}

/// What a change was, for "Undone: ...".
pub fn change(words: &Words, change: &Change) -> String {
    let key = match change {
        Change::AddTag { .. } | Change::ConfirmTag { .. } => "change-tag",
        Change::RemoveTag { .. } | Change::RejectTag { .. } => "change-untag",
        Change::CreateTag { .. }
        | Change::RenameTag { .. }
        | Change::MergeTags { .. }
        | Change::DeleteTag { .. }
        | Change::NameTag { .. }
        | Change::DetachName { .. }
        | Change::DetachTag { .. }
        | Change::ColourTag { .. } => "change-tags",
        Change::TakeBack { .. } => "change-taken-back",
        Change::Rate { .. } => "change-rating",
        Change::Retitle(_) => "change-title",
        Change::Redate(_) => "change-date",
        Change::Locate(_) => "change-place",
        Change::Favourite { .. } => "change-favourite",
        Change::Hide { .. } => "change-hide",
        Change::CreateCollection { .. }
        | Change::RenameCollection { .. }
        | Change::SetCollectionQuery { .. }
        | Change::DeleteCollection { .. }
        | Change::AddToCollection { .. }
        | Change::RemoveFromCollection { .. } => "change-collection",
        Change::Judge(_) => "change-judge",
        Change::RecordEvents(_) | Change::ForgetHistory { .. } => "change-history",
        Change::StrikeReason { .. } | Change::UnstrikeReason { .. } => "change-reason",
        Change::Several(changes) => {
            return changes
                .first()
                .map_or_else(String::new, |first| self::change(words, first));
        }
    };
    words.text(key).to_string()
}

/// A calm fact about the library, as a sentence.
pub fn notice(words: &Words, notice: &Notice) -> String {
    match notice {
        Notice::Catalog(notice) => notice.to_string(),
        Notice::FolderOffline(path) => words.with(
            "notice-offline",
            &[("path", path.display().to_string().into())],
        ),
        Notice::FolderBack(path) => words.with(
            "notice-back",
            &[("path", path.display().to_string().into())],
        ),
        Notice::NotWatched { path, why } => words.with(
            "notice-not-watched",
            &[
                ("path", path.display().to_string().into()),
                ("why", why.as_str().into()),
            ],
        ),
        Notice::CacheUnwritable(why) => words.with("notice-cache", &[("why", why.as_str().into())]),
        Notice::Pack(why) => why.clone(),
    }
}

/// 12345 as "12,345".
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_read_as_written_in_each_language() {
        let at = 1_555_093_800_000; // 2019-04-12 18:30
        assert_eq!(
            date_time(&Words::new(Language::English), at),
            "12 April 2019, 18:30"
        );
        assert_eq!(date(&Words::new(Language::Chinese), at), "2019年4月12日");
        assert_eq!(month(&Words::new(Language::Chinese), 2019, 4), "2019年4月");
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }
}
