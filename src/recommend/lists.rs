//! The candidates of every shelf: which items, why they belong there, and how strongly.

use super::signal::DAY_MS;
use super::taste::Taste;
use super::types::{Factor, Facts, Reason, ShelfKind};
use super::{begun, pairing};
use crate::catalog::ItemId;
use crate::media::Kind;

/// Candidates of one shelf, not yet ordered or thinned.
pub struct List<'a> {
    pub kind: ShelfKind,
    pub media: Kind,
    pub about: Option<ItemId>,
    pub word: String,
    /// Place and score.
    pub entries: Vec<(u32, f32)>,
    /// The reasons the shelf itself gives.
    pub base: Base<'a>,
    /// Whether the person's liking counts too.
    pub is_liking: bool,
}

pub(super) type Base<'a> = Box<dyn Fn(usize) -> Vec<Reason> + 'a>;

/// "Because" shelves per kind.
const BECAUSE_MAX: usize = 2;
/// A seed for "because" must be this recent, in days.
const BECAUSE_DAYS: i64 = 45;
/// Similar means at least this cosine.
const COSINE_MIN: f32 = 0.35;
/// Not suggested again so soon, in days.
const REST_DAYS: i64 = 2;
/// "Once loved" means not for so long, in days.
const REDISCOVER_DAYS: i64 = 90;
/// "New" is at most so old, in days.
const NEW_DAYS: i64 = 30;
/// Days around today that count as "on this day".
const AROUND_DAYS: i64 = 3;
/// Played again only after so many hours.
const AGAIN_HOURS: i64 = 4;
/// Taught this lately, in days.
const TAUGHT_DAYS: i64 = 14;
const TAUGHT_MAX: usize = 2;
/// In a large library every day draws its own part for surprises: one in so many.
const SAMPLE: u64 = 8;
const SAMPLED_ABOVE: usize = 8000;
/// Days around today's date that count as this time of year.
const SEASON_DAYS: i64 = 30;

/// All candidate lists of one kind of shelf.
pub fn lists<'a>(kind: ShelfKind, taste: &'a Taste<'a>) -> Vec<List<'a>> {
    use Kind::{Audio, Clip, Photo};
    match kind {
        ShelfKind::Continue => begun::unfinished(taste),
        ShelfKind::Because => because(taste),
        ShelfKind::OnThisDay => vec![from_base(kind, Photo, taste, on_this_day, true)],
        ShelfKind::ThisHour => vec![this_hour(taste)],
        ShelfKind::PlayAgain => vec![from_base(kind, Audio, taste, play_again, true)],
        ShelfKind::Soundtrack => pairing::soundtrack(taste).into_iter().collect(),
        ShelfKind::Pictures => pairing::pictures(taste).into_iter().collect(),
        ShelfKind::FinishAlbum => vec![begun::finish_album(taste)],
        ShelfKind::Friend => super::friends::lists(taste),
        ShelfKind::Taught => taught(taste),
        ShelfKind::Rediscover => [Photo, Audio, Clip]
            .map(|media| from_base(kind, media, taste, rediscover, true))
            .into(),
        ShelfKind::NeverOpened => [Photo, Audio, Clip]
            .map(|media| from_base(kind, media, taste, never_opened, true))
            .into(),
        ShelfKind::NewHere => [Photo, Audio, Clip]
            .map(|media| from_base(kind, media, taste, new_here, true))
            .into(),
        ShelfKind::Surprise => [Photo, Audio]
            .map(|media| surprise(media, taste))
            .into_iter()
            .collect(),
    }
}

/// One reason.
pub fn reason(factor: Factor, weight: f32, key: &str, evidence: Vec<ItemId>) -> Reason {
    Reason {
        factor,
        weight,
        key: key.to_owned(),
        evidence,
    }
}

/// Where a shelf puts an item's reasons. Most items are only ranked: then the weights are all that is kept.
pub(super) struct Sink<'s> {
    struck: &'s std::collections::HashSet<String>,
    sum: f32,
    count: usize,
    /// The first reason is what the shelf stands for: struck out, the item does not belong there.
    is_out: bool,
    list: Option<Vec<Reason>>,
}

impl<'s> Sink<'s> {
    pub fn new(taste: &'s Taste<'_>, is_explained: bool) -> Self {
        Self {
            struck: &taste.input.struck,
            sum: 0.0,
            count: 0,
            is_out: false,
            list: is_explained.then(Vec::new),
        }
    }

    pub fn add(&mut self, key: &str, weight: f32, factor: Factor, evidence: Option<ItemId>) {
        let is_struck = !self.struck.is_empty() && self.struck.contains(key);
        self.is_out |= is_struck && self.count == 0;
        self.count += 1;
        if is_struck {
            return;
        }
        self.sum += weight;
        if let Some(list) = &mut self.list {
            list.push(reason(factor, weight, key, evidence.into_iter().collect()));
        }
    }
}

/// Puts the reasons into the sink; none when the item does not belong on the shelf.
pub(super) type Reasons = fn(usize, &Facts, &Taste<'_>, &mut Sink<'_>) -> Option<()>;

/// A list of all items of a kind that the shelf has a first reason for.
pub(super) fn from_base<'a>(
    kind: ShelfKind,
    media: Kind,
    taste: &'a Taste<'a>,
    reasons: Reasons,
    is_liking: bool,
) -> List<'a> {
    let items = &taste.input.items;
    let entries = taste
        .eligible(media)
        .filter_map(|(at, facts)| {
            let mut sink = Sink::new(taste, false);
            reasons(at, facts, taste, &mut sink)?;
            let liking = if is_liking { taste.likings[at] } else { 0.0 };
            (!sink.is_out).then_some((at as u32, sink.sum + liking))
        })
        .collect();
    List {
        kind,
        media,
        about: None,
        word: String::new(),
        entries,
        base: Box::new(move |at| {
            let mut sink = Sink::new(taste, true);
            reasons(at, &items[at], taste, &mut sink);
            sink.list.unwrap_or_default()
        }),
        is_liking,
    }
}

pub(super) fn days_since(at_ms: i64, taste: &Taste<'_>) -> i64 {
    // Midnights between then and now, as people count.
    let day = at_ms
        .saturating_add(taste.input.utc_offset_ms)
        .div_euclid(DAY_MS);
    (taste.today - day).max(0)
}

fn days_u32(days: i64) -> u32 {
    u32::try_from(days).unwrap_or(u32::MAX)
}

/// Like one recent thing that was enjoyed.
fn because<'a>(taste: &'a Taste<'a>) -> Vec<List<'a>> {
    let mut lists = Vec::new();
    for media in [Kind::Photo, Kind::Audio] {
        let mut seeds: Vec<(i64, usize)> = taste
            .eligible(media)
            .filter(|(at, _)| {
                let signal = &taste.signals[*at];
                signal.value > 0.3 && days_since(signal.last_ms, taste) < BECAUSE_DAYS
            })
            .map(|(at, _)| (taste.signals[at].last_ms, at))
            .collect();
        seeds.sort_by_key(|&seed| std::cmp::Reverse(seed));
        let mut chosen: Vec<usize> = Vec::new();
        for (_, seed) in seeds.into_iter().take(24) {
            // Two shelves about nearly the same picture would be one shelf.
            let is_new = chosen
                .iter()
                .all(|&other| taste.cosine(seed, other).is_none_or(|cosine| cosine < 0.8));
            if !is_new {
                continue;
            }
            if let Some(list) = like_seed(seed, media, taste) {
                chosen.push(seed);
                lists.push(list);
            }
            if chosen.len() == BECAUSE_MAX {
                break;
            }
        }
    }
    lists
}

fn like_seed<'a>(seed: usize, media: Kind, taste: &'a Taste<'a>) -> Option<List<'a>> {
    let to = taste.input.items[seed].id;
    let key = format!("like:{to}");
    if taste.input.struck.contains(&key) {
        return None;
    }
    let cosine_of = move |at: usize| {
        taste
            .cosine(seed, at)
            .filter(|cosine| *cosine >= COSINE_MIN)
    };
    let entries: Vec<(u32, f32)> = taste
        .eligible(media)
        .filter(|(at, _)| *at != seed)
        .filter(|(at, _)| {
            let signal = &taste.signals[*at];
            !signal.is_opened || days_since(signal.last_ms, taste) >= REST_DAYS
        })
        .filter_map(|(at, _)| {
            let cosine = cosine_of(at)?;
            Some((at as u32, cosine + 0.3 * taste.likings[at]))
        })
        .collect();
    (entries.len() >= 3).then(|| List {
        kind: ShelfKind::Because,
        media,
        about: Some(to),
        word: String::new(),
        entries,
        base: Box::new(move |at| {
            let cosine = cosine_of(at).unwrap_or(0.0);
            vec![reason(
                Factor::Similar { to, cosine },
                cosine,
                &key,
                vec![to],
            )]
        }),
        is_liking: true,
    })
}

/// Photos of these days in earlier years.
fn on_this_day(_: usize, facts: &Facts, taste: &Taste<'_>, sink: &mut Sink<'_>) -> Option<()> {
    let taken = civil(facts.date_ms.div_euclid(DAY_MS));
    let today = civil(taste.today);
    // Most photos are far off: a glance at month and day spares them the rest.
    let glance = |(_, month, day): (i16, i8, i8)| i64::from(month) * 31 + i64::from(day);
    let apart = (glance(taken) - glance(today)).abs();
    if apart.min(372 - apart) > AROUND_DAYS + 4 || !taste.memories.admits(facts) {
        return None;
    }
    // The anniversary nearest to today, across the turn of the year too; 29 February counts as the 28th.
    let (days_off, years) = [-1i16, 0, 1]
        .into_iter()
        .filter_map(|shift| {
            let year = today.0 + shift;
            let date = jiff::civil::Date::new(year, taken.1, taken.2)
                .or_else(|_| jiff::civil::Date::new(year, taken.1, 28))
                .ok()?;
            let years = u32::try_from(i32::from(year) - i32::from(taken.0)).ok()?;
            Some(((super::memories::day_of(date) - taste.today).abs(), years))
        })
        .filter(|(_, years)| *years > 0)
        .min()?;
    if days_off > AROUND_DAYS {
        return None;
    }
    let factor = Factor::Anniversary {
        years,
        days_off: days_off as u32,
    };
    let weight = 1.0 - 0.15 * days_off as f32;
    sink.add("anniversary", weight, factor, Some(facts.id));
    Some(())
}

/// Year, month and day of a day counted from 1970 (Hinnant's algorithm).
fn civil(day: i64) -> (i16, i8, i8) {
    let z = day.clamp(-4_000_000, 4_000_000) + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year.clamp(-9998, 9998) as i16, month as i8, day as i8)
}

/// Songs for this time of day: what is played at this hour, and before there is history what its mood is.
fn this_hour<'a>(taste: &'a Taste<'a>) -> List<'a> {
    let part = taste.hours.part;
    let feelings = super::mood::Feelings::new(taste.input);
    let target = pairing::mood_of_part(part);
    let played = &taste.hours.played;
    let items = &taste.input.items;
    let reasons = move |at: usize| -> Vec<Reason> {
        let facts = &items[at];
        let mut reasons = Vec::new();
        let fit = 2.0 * taste.hours.fit(&facts.tags);
        if fit > 0.02 {
            let evidence = played
                .iter()
                .filter(|&&other| other != at)
                .filter(|&&other| {
                    items[other]
                        .tags
                        .iter()
                        .any(|(tag, _)| facts.tags.iter().any(|(own, _)| own == tag))
                })
                .map(|&other| items[other].id)
                .take(3)
                .collect();
            reasons.push(reason(
                Factor::Hour { part },
                fit.min(1.0),
                "hour",
                evidence,
            ));
        }
        let likeness = 0.5 * super::mood::likeness(feelings.mood(facts), target);
        if likeness > 0.05 {
            let factor = Factor::Mood {
                valence: target.valence,
                energy: target.energy,
            };
            reasons.push(reason(factor, likeness, "mood", Vec::new()));
        }
        reasons.retain(|reason| !taste.input.struck.contains(&reason.key));
        reasons
    };
    let entries = taste
        .eligible(Kind::Audio)
        .filter(|(at, _)| hours_since(taste.signals[*at].last_ms, taste) >= AGAIN_HOURS)
        .filter_map(|(at, _)| {
            let sum: f32 = reasons(at).iter().map(|reason| reason.weight).sum();
            (sum > 0.15).then(|| (at as u32, sum + taste.likings[at]))
        })
        .collect();
    List {
        kind: ShelfKind::ThisHour,
        media: Kind::Audio,
        about: None,
        word: part.as_str().to_owned(),
        entries,
        base: Box::new(reasons),
        is_liking: true,
    }
}

fn hours_since(at_ms: i64, taste: &Taste<'_>) -> i64 {
    taste.input.now_ms.saturating_sub(at_ms).max(0) / 3_600_000
}

/// Songs that come back: played at least twice, by how fresh and how frequent the memory of playing them is.
fn play_again(at: usize, facts: &Facts, taste: &Taste<'_>, sink: &mut Sink<'_>) -> Option<()> {
    let signal = &taste.signals[at];
    if signal.times < 2
        || signal.value <= 0.0
        || hours_since(signal.last_ms, taste) < AGAIN_HOURS
        || days_since(signal.last_ms, taste) >= REDISCOVER_DAYS
    {
        return None;
    }
    // Base-level activation through a logistic, as its users do to get a probability.
    let activation = (signal.activation.max(1e-6)).ln();
    let weight = 1.0 / (1.0 + (-(activation + 2.0)).exp());
    let factor = Factor::Replay {
        times: signal.times,
        days_ago: days_u32(days_since(signal.last_ms, taste)),
    };
    sink.add("replay", weight, factor, Some(facts.id));
    Some(())
}

/// More of what was taught lately.
fn taught<'a>(taste: &'a Taste<'a>) -> Vec<List<'a>> {
    let mut lists = Vec::new();
    for (name, at_ms) in &taste.input.taught {
        if lists.len() >= TAUGHT_MAX || days_since(*at_ms, taste) > TAUGHT_DAYS {
            break;
        }
        let Some(tag) = taste.input.names.iter().position(|known| known == name) else {
            continue;
        };
        let key = format!("taught:{name}");
        if taste.input.struck.contains(&key) {
            continue;
        }
        for media in Kind::ALL {
            let score_of = move |facts: &Facts| {
                let found = facts.tags.iter().find(|(t, _)| *t as usize == tag);
                found.map(|(_, score)| 0.5 + 0.3 * score)
            };
            let entries: Vec<(u32, f32)> = taste
                .eligible(media)
                .filter_map(|(at, facts)| Some((at as u32, score_of(facts)? + taste.likings[at])))
                .collect();
            if entries.len() < 3 {
                continue;
            }
            let (key, slug, items) = (key.clone(), name.clone(), &taste.input.items);
            lists.push(List {
                kind: ShelfKind::Taught,
                media,
                about: None,
                word: name.clone(),
                entries,
                base: Box::new(move |at| {
                    let weight = score_of(&items[at]).unwrap_or(0.0);
                    let factor = Factor::Taught { slug: slug.clone() };
                    vec![reason(factor, weight, &key, Vec::new())]
                }),
                is_liking: true,
            });
        }
    }
    lists
}

/// Enjoyed once, not for a long time.
fn rediscover(at: usize, facts: &Facts, taste: &Taste<'_>, sink: &mut Sink<'_>) -> Option<()> {
    let signal = &taste.signals[at];
    let days_ago = days_since(signal.last_ms, taste);
    if !taste.memories.admits(facts) || (signal.is_opened && days_ago < REDISCOVER_DAYS) {
        return None;
    }
    if signal.times > 0 {
        let weight = 0.5 + 0.2 * signal.ever.min(3.0);
        let factor = Factor::Enjoyed {
            times: signal.times,
            days_ago: days_u32(days_ago),
        };
        sink.add("enjoyed", weight, factor, Some(facts.id));
    } else {
        // Marked before there was any history: added long ago by the person's own word.
        let is_marked = facts.is_favourite || facts.rating >= 4;
        if !is_marked || days_since(facts.date_ms, taste) < REDISCOVER_DAYS {
            return None;
        }
    }
    season(facts, taste, sink);
    Some(())
}

fn season(facts: &Facts, taste: &Taste<'_>, sink: &mut Sink<'_>) {
    if facts.kind != Kind::Photo {
        return;
    }
    let apart = (taste.today - facts.date_ms.div_euclid(DAY_MS)).rem_euclid(365);
    let apart = apart.min(365 - apart);
    if apart <= SEASON_DAYS {
        sink.add("season", 0.1, Factor::Season, Some(facts.id));
    }
}

/// Not opened yet.
fn never_opened(at: usize, facts: &Facts, taste: &Taste<'_>, sink: &mut Sink<'_>) -> Option<()> {
    if taste.signals[at].is_opened || !taste.memories.admits(facts) {
        return None;
    }
    sink.add("never-opened", 0.2, Factor::NeverOpened, None);
    season(facts, taste, sink);
    Some(())
}

/// Added lately.
fn new_here(_: usize, facts: &Facts, taste: &Taste<'_>, sink: &mut Sink<'_>) -> Option<()> {
    let days_ago = days_since(facts.added_ms, taste);
    if days_ago > NEW_DAYS {
        return None;
    }
    let weight = 0.5 * (1.0 - days_ago as f32 / (NEW_DAYS + 1) as f32);
    let days_ago = days_u32(days_ago);
    sink.add("fresh", weight, Factor::Fresh { days_ago }, None);
    Some(())
}

/// What lies farthest from everything that was opened, and is not expected to displease.
fn surprise<'a>(media: Kind, taste: &'a Taste<'a>) -> List<'a> {
    let opened: Vec<usize> = taste
        .seeds
        .get(&media)
        .map_or_else(Vec::new, |seeds| seeds.iter().map(|(at, _)| *at).collect());
    let distance = |at: usize| {
        opened
            .iter()
            .filter_map(|&seed| taste.cosine(seed, at))
            .fold(0.0f32, f32::max)
    };
    let is_struck = taste.input.struck.contains("exploration");
    let entries = if opened.is_empty() || is_struck {
        // Before the first like everything is a surprise.
        Vec::new()
    } else {
        let is_large = taste.input.items.len() > SAMPLED_ABOVE;
        taste
            .eligible(media)
            .filter(|(_, facts)| {
                !is_large || super::chance::of_day(facts.id, taste.today).is_multiple_of(SAMPLE)
            })
            .filter(|(at, facts)| {
                !taste.signals[*at].is_opened
                    && taste.memories.admits(facts)
                    && taste.likings[*at] > -0.3
            })
            .map(|(at, _)| (at as u32, 1.0 - distance(at)))
            .collect()
    };
    List {
        kind: ShelfKind::Surprise,
        media,
        about: None,
        word: String::new(),
        entries,
        base: Box::new(|_| vec![super::diversity::try_reason()]),
        is_liking: true,
    }
}
