//! The candidates of every shelf, each with its reasons.

use std::collections::{HashMap, HashSet};

use super::taste::{DAY_MS, Taste};
use super::types::{Factor, Facts, Input, Pick, Reason, ShelfKind};
use crate::catalog::ItemId;
use crate::media::Kind;

/// Candidates of one shelf, not yet ordered or thinned.
pub struct Candidates {
    pub kind: ShelfKind,
    pub media: Kind,
    pub about: Option<ItemId>,
    pub picks: Vec<Pick>,
}

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
/// Reasons kept per pick.
const REASONS_MAX: usize = 4;
/// What nobody wants to remember: left out of shelves that look back.
const NOT_MEMORABLE: [&str; 8] = [
    "screenshot",
    "document",
    "receipt",
    "text",
    "meme",
    "chart",
    "qr-code",
    "map",
];

/// All candidate lists of one kind of shelf.
pub fn candidates(kind: ShelfKind, input: &Input, taste: &Taste<'_>) -> Vec<Candidates> {
    match kind {
        ShelfKind::Continue => unfinished(input, taste),
        ShelfKind::Because => because(input, taste),
        ShelfKind::OnThisDay => vec![on_this_day(input, taste)],
        ShelfKind::Rediscover => {
            per_kind(kind, input, taste, &[Kind::Photo, Kind::Audio], rediscover)
        }
        ShelfKind::NeverOpened => per_kind(
            kind,
            input,
            taste,
            &[Kind::Photo, Kind::Audio],
            never_opened,
        ),
        ShelfKind::NewHere => per_kind(
            kind,
            input,
            taste,
            &[Kind::Photo, Kind::Audio, Kind::Clip],
            new_here,
        ),
    }
}

/// Items that may be suggested at all.
fn eligible<'a>(
    input: &'a Input,
    taste: &'a Taste<'_>,
    media: Kind,
) -> impl Iterator<Item = &'a Facts> {
    input.items.iter().filter(move |facts| {
        facts.kind == media && !facts.is_out && !taste.signal(facts.id).is_rejected
    })
}

fn per_kind(
    kind: ShelfKind,
    input: &Input,
    taste: &Taste<'_>,
    medias: &[Kind],
    base: fn(&Facts, &Input, &Taste<'_>) -> Option<Vec<Reason>>,
) -> Vec<Candidates> {
    medias
        .iter()
        .map(|&media| {
            let picks = eligible(input, taste, media)
                .filter_map(|facts| {
                    let mut reasons = base(facts, input, taste)?;
                    reasons.extend(liking(facts, input, taste));
                    pick(facts.id, reasons, &input.struck)
                })
                .collect();
            Candidates {
                kind,
                media,
                about: None,
                picks,
            }
        })
        .collect()
}

/// A pick from its reasons: struck ones go, the strongest stay, the score is their sum. None when nothing is left.
fn pick(item: ItemId, mut reasons: Vec<Reason>, struck: &HashSet<String>) -> Option<Pick> {
    // The first reason is what the shelf stands for: without it the item does not belong there.
    if reasons
        .first()
        .is_none_or(|reason| struck.contains(&reason.key))
    {
        return None;
    }
    reasons.retain(|reason| reason.weight > 0.0 && !struck.contains(&reason.key));
    let first = (!reasons.is_empty()).then(|| reasons.remove(0))?;
    reasons.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    reasons.insert(0, first);
    reasons.truncate(REASONS_MAX);
    let score = reasons.iter().map(|reason| reason.weight).sum();
    Some(Pick {
        item,
        score,
        reasons,
    })
}

fn reason(factor: Factor, weight: f32, key: String, evidence: Vec<ItemId>) -> Reason {
    Reason {
        factor,
        weight,
        key,
        evidence,
    }
}

/// What the person's taste says of an item: likeness to what was liked, tags, artist, own marks.
fn liking(facts: &Facts, input: &Input, taste: &Taste<'_>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let seeds = taste.seeds.get(&facts.kind).map_or(&[][..], Vec::as_slice);
    let nearest = seeds
        .iter()
        .filter(|(seed, _)| *seed != facts.id)
        .filter_map(|&(seed, value)| Some((seed, taste.cosine(input, seed, facts.id)?, value)))
        .max_by(|a, b| (a.1 * a.2.min(1.0)).total_cmp(&(b.1 * b.2.min(1.0))));
    if let Some((to, cosine, value)) = nearest.filter(|n| n.1 >= COSINE_MIN) {
        let weight = 0.6 * cosine * value.min(1.0);
        reasons.push(reason(
            Factor::Similar { to, cosine },
            weight,
            format!("like:{to}"),
            vec![to],
        ));
    }
    let best_tags = facts
        .tags
        .iter()
        .filter_map(|(tag, score)| Some((tag, score * taste.tags.get(tag.as_str())?)))
        .filter(|(_, affinity)| *affinity > 0.05);
    for (slug, affinity) in best_tags {
        let evidence = evidence_of(input, taste, facts, |other| {
            other.tags.iter().any(|(tag, _)| tag == slug)
        });
        reasons.push(reason(
            Factor::Tag {
                slug: slug.clone(),
                affinity,
            },
            0.4 * affinity,
            format!("tag:{slug}"),
            evidence,
        ));
    }
    let by_artist = taste
        .artists
        .get(facts.artist.as_str())
        .filter(|&&affinity| affinity > 0.05);
    if let Some(&affinity) = by_artist.filter(|_| !facts.artist.is_empty()) {
        let evidence = evidence_of(input, taste, facts, |other| other.artist == facts.artist);
        reasons.push(reason(
            Factor::Artist {
                name: facts.artist.clone(),
            },
            0.5 * affinity,
            format!("artist:{}", facts.artist),
            evidence,
        ));
    }
    if facts.is_favourite {
        reasons.push(reason(
            Factor::Favourite,
            0.3,
            "favourite".to_owned(),
            vec![facts.id],
        ));
    }
    if facts.rating >= 4 {
        let factor = Factor::Rated {
            stars: facts.rating,
        };
        let weight = 0.1 * f32::from(facts.rating - 2);
        reasons.push(reason(factor, weight, "rated".to_owned(), vec![facts.id]));
    }
    reasons
}

/// Up to three enjoyed items that show what a reason says.
fn evidence_of(
    input: &Input,
    taste: &Taste<'_>,
    facts: &Facts,
    fits: impl Fn(&Facts) -> bool,
) -> Vec<ItemId> {
    taste
        .seeds
        .get(&facts.kind)
        .into_iter()
        .flatten()
        .filter(|(seed, _)| *seed != facts.id)
        .filter(|(seed, _)| {
            taste
                .places
                .get(seed)
                .is_some_and(|&at| fits(&input.items[at]))
        })
        .map(|&(seed, _)| seed)
        .take(3)
        .collect()
}

/// Long things that were left in the middle, and the next song of an album that was begun.
fn unfinished(input: &Input, taste: &Taste<'_>) -> Vec<Candidates> {
    const LONG_MS: u64 = 8 * 60 * 1000;
    let mut lists = Vec::new();
    for media in [Kind::Audio, Kind::Clip] {
        let mut picks: Vec<Pick> = eligible(input, taste, media)
            .filter(|facts| facts.duration_ms >= LONG_MS || media == Kind::Clip)
            .filter_map(|facts| {
                let signal = taste.signal(facts.id);
                let share = signal
                    .last_share
                    .filter(|share| (0.03..0.92).contains(share))?;
                let age_days = (input.now_ms - signal.last_ms).max(0) / DAY_MS;
                let weight = 1.0 / (1.0 + age_days as f32 / 7.0);
                let first = reason(
                    Factor::Unfinished { share },
                    weight,
                    "unfinished".to_owned(),
                    vec![facts.id],
                );
                pick(facts.id, vec![first], &input.struck)
            })
            .collect();
        if media == Kind::Audio {
            picks.extend(next_on_album(input, taste));
        }
        lists.push(Candidates {
            kind: ShelfKind::Continue,
            media,
            about: None,
            picks,
        });
    }
    lists
}

/// Of every album begun in the last two weeks and not heard to the end: the first song not played.
fn next_on_album(input: &Input, taste: &Taste<'_>) -> Vec<Pick> {
    const RECENT_MS: i64 = 14 * DAY_MS;
    let mut albums: HashMap<(&str, &str), Vec<&Facts>> = HashMap::new();
    for facts in eligible(input, taste, Kind::Audio).filter(|facts| !facts.album.is_empty()) {
        albums
            .entry((&facts.artist, &facts.album))
            .or_default()
            .push(facts);
    }
    let mut picks: Vec<Pick> = albums
        .into_values()
        .filter_map(|mut songs| {
            songs.sort_by_key(|facts| facts.place);
            let heard: Vec<&&Facts> = songs
                .iter()
                .filter(|facts| {
                    taste
                        .signal(facts.id)
                        .last_share
                        .is_some_and(|share| share > 0.8)
                })
                .collect();
            let last = heard
                .iter()
                .max_by_key(|facts| taste.signal(facts.id).last_ms)?;
            let age_ms = input.now_ms - taste.signal(last.id).last_ms;
            let next = songs
                .iter()
                .find(|facts| !taste.signal(facts.id).is_opened)?;
            if age_ms > RECENT_MS {
                return None;
            }
            let weight = 0.8 / (1.0 + age_ms.max(0) as f32 / (3 * DAY_MS) as f32);
            let factor = Factor::Album {
                title: next.album.clone(),
            };
            let evidence = heard.iter().map(|facts| facts.id).take(3).collect();
            let first = reason(factor, weight, format!("album:{}", next.album), evidence);
            pick(next.id, vec![first], &input.struck)
        })
        .collect();
    picks.sort_by_key(|pick| pick.item);
    picks
}

/// Like one recent thing that was enjoyed.
fn because(input: &Input, taste: &Taste<'_>) -> Vec<Candidates> {
    let mut lists = Vec::new();
    for media in [Kind::Photo, Kind::Audio] {
        let mut seeds: Vec<(ItemId, i64)> = eligible(input, taste, media)
            .map(|facts| (facts.id, taste.signal(facts.id)))
            .filter(|(_, signal)| {
                signal.value > 0.3 && input.now_ms - signal.last_ms < BECAUSE_DAYS * DAY_MS
            })
            .map(|(id, signal)| (id, signal.last_ms))
            .collect();
        seeds.sort_by_key(|&(id, last_ms)| std::cmp::Reverse((last_ms, id)));
        let mut chosen: Vec<ItemId> = Vec::new();
        for (seed, _) in seeds {
            // Two shelves about nearly the same picture would be one shelf.
            let is_new = chosen.iter().all(|&other| {
                taste
                    .cosine(input, seed, other)
                    .is_none_or(|cosine| cosine < 0.8)
            });
            if !is_new {
                continue;
            }
            let picks = like_seed(seed, media, input, taste);
            if picks.len() >= 3 {
                chosen.push(seed);
                lists.push(Candidates {
                    kind: ShelfKind::Because,
                    media,
                    about: Some(seed),
                    picks,
                });
            }
            if chosen.len() == BECAUSE_MAX {
                break;
            }
        }
    }
    lists
}

fn like_seed(seed: ItemId, media: Kind, input: &Input, taste: &Taste<'_>) -> Vec<Pick> {
    eligible(input, taste, media)
        .filter(|facts| facts.id != seed)
        .filter(|facts| input.now_ms - taste.signal(facts.id).last_ms > REST_DAYS * DAY_MS)
        .filter_map(|facts| {
            let cosine = taste
                .cosine(input, seed, facts.id)
                .filter(|&cosine| cosine >= COSINE_MIN)?;
            let factor = Factor::Similar { to: seed, cosine };
            let mut reasons = vec![reason(factor, cosine, format!("like:{seed}"), vec![seed])];
            reasons.extend(
                liking(facts, input, taste)
                    .into_iter()
                    .filter(|other| !matches!(other.factor, Factor::Similar { .. })),
            );
            pick(facts.id, reasons, &input.struck)
        })
        .collect()
}

/// Photos of these days in earlier years.
fn on_this_day(input: &Input, taste: &Taste<'_>) -> Candidates {
    let today = civil(taste.today);
    let picks = eligible(input, taste, Kind::Photo)
        .filter(|facts| is_memorable(facts))
        .filter_map(|facts| {
            let taken = civil(facts.date_ms.div_euclid(DAY_MS));
            // The anniversary nearest to today, across the turn of the year too; 29 February counts as the 28th.
            let (days_off, years) = [-1i16, 0, 1]
                .into_iter()
                .filter_map(|shift| {
                    let year = today.0 + shift;
                    let date = jiff::civil::Date::new(year, taken.1, taken.2)
                        .or_else(|_| jiff::civil::Date::new(year, taken.1, 28))
                        .ok()?;
                    let years = u32::try_from(i32::from(year) - i32::from(taken.0)).ok()?;
                    Some(((epoch_day(date) - taste.today).abs(), years))
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
            let mut reasons = vec![reason(
                factor,
                weight,
                "anniversary".to_owned(),
                vec![facts.id],
            )];
            reasons.extend(liking(facts, input, taste));
            pick(facts.id, reasons, &input.struck)
        })
        .collect();
    Candidates {
        kind: ShelfKind::OnThisDay,
        media: Kind::Photo,
        about: None,
        picks,
    }
}

/// Year, month and day of a day counted from 1970.
fn civil(day: i64) -> (i16, i8, i8) {
    jiff::Timestamp::from_millisecond(day.saturating_mul(DAY_MS)).map_or((1970, 1, 1), |at| {
        let date = at.to_zoned(jiff::tz::TimeZone::UTC).date();
        (date.year(), date.month(), date.day())
    })
}

fn epoch_day(date: jiff::civil::Date) -> i64 {
    date.to_zoned(jiff::tz::TimeZone::UTC)
        .map_or(0, |at| at.timestamp().as_millisecond().div_euclid(DAY_MS))
}

fn is_memorable(facts: &Facts) -> bool {
    !facts
        .tags
        .iter()
        .any(|(tag, score)| *score > 0.5 && NOT_MEMORABLE.contains(&tag.as_str()))
}

/// Enjoyed once, not for a long time.
fn rediscover(facts: &Facts, input: &Input, taste: &Taste<'_>) -> Option<Vec<Reason>> {
    let signal = taste.signal(facts.id);
    let days_ago = (input.now_ms - signal.last_ms).max(0) / DAY_MS;
    let is_marked = facts.is_favourite || facts.rating >= 4;
    if !is_memorable(facts) || (signal.is_opened && days_ago < REDISCOVER_DAYS) {
        return None;
    }
    if signal.times > 0 {
        let weight = 0.5 + 0.2 * signal.ever.min(3.0);
        let factor = Factor::Enjoyed {
            times: signal.times,
            days_ago: u32::try_from(days_ago).unwrap_or(u32::MAX),
        };
        return Some(vec![reason(
            factor,
            weight,
            "enjoyed".to_owned(),
            vec![facts.id],
        )]);
    }
    // Marked before there was any history: added long ago by the person's own word.
    let is_old = input.now_ms - facts.date_ms > REDISCOVER_DAYS * DAY_MS;
    (is_marked && is_old).then(Vec::new)
}

/// Not opened yet.
fn never_opened(facts: &Facts, _input: &Input, taste: &Taste<'_>) -> Option<Vec<Reason>> {
    let signal = taste.signal(facts.id);
    (!signal.is_opened && is_memorable(facts)).then(|| {
        vec![reason(
            Factor::NeverOpened,
            0.2,
            "never-opened".to_owned(),
            Vec::new(),
        )]
    })
}

/// Added lately.
fn new_here(facts: &Facts, input: &Input, _taste: &Taste<'_>) -> Option<Vec<Reason>> {
    let days_ago = (input.now_ms - facts.added_ms).max(0) / DAY_MS;
    (days_ago <= NEW_DAYS).then(|| {
        let weight = 0.5 * (1.0 - days_ago as f32 / (NEW_DAYS + 1) as f32);
        let factor = Factor::Fresh {
            days_ago: days_ago as u32,
        };
        vec![reason(factor, weight, "fresh".to_owned(), Vec::new())]
    })
}
