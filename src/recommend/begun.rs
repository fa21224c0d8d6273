//! What was begun: long things left in the middle, the next song of an album, albums to be finished.

use std::collections::HashMap;

use super::lists::{List, Sink, days_since, from_base, reason};
use super::taste::Taste;
use super::types::{Factor, Facts, Reason, ShelfKind};
use crate::media::Kind;

/// After so many days nothing is "continued" any more.
const RECENT_DAYS: i64 = 21;

/// Long things that were left in the middle.
pub fn unfinished<'a>(taste: &'a Taste<'a>) -> Vec<List<'a>> {
    [Kind::Audio, Kind::Clip]
        .map(|media| from_base(ShelfKind::Continue, media, taste, left_in_the_middle, false))
        .into_iter()
        .map(|mut list| {
            if list.media == Kind::Audio {
                next_on_album(&mut list, taste);
            }
            list
        })
        .collect()
}

fn left_in_the_middle(
    at: usize,
    facts: &Facts,
    taste: &Taste<'_>,
    sink: &mut Sink<'_>,
) -> Option<()> {
    const LONG_MS: u64 = 8 * 60 * 1000;
    if facts.kind == Kind::Audio && facts.duration_ms < LONG_MS {
        return None;
    }
    let signal = &taste.signals[at];
    let share = signal
        .last_share
        .filter(|share| (0.03..0.92).contains(share))?;
    let days = days_since(signal.last_ms, taste);
    if days > RECENT_DAYS {
        return None;
    }
    let weight = 1.0 / (1.0 + days as f32 / 7.0);
    let factor = Factor::Unfinished { share };
    sink.add("unfinished", weight, factor, Some(facts.id));
    Some(())
}

/// The albums of the library with what was heard of them: places in track order.
fn albums<'a>(taste: &'a Taste<'a>) -> Vec<Vec<usize>> {
    let key = |facts: &'a Facts| (facts.artist.as_str(), facts.album.as_str());
    let mut albums: HashMap<(&str, &str), Vec<usize>> = taste
        .eligible(Kind::Audio)
        .filter(|(at, facts)| taste.signals[*at].times > 0 && !facts.album.is_empty())
        .map(|(_, facts)| (key(facts), Vec::new()))
        .collect();
    if albums.is_empty() {
        return Vec::new();
    }
    for (at, facts) in taste.eligible(Kind::Audio) {
        if !facts.album.is_empty()
            && let Some(songs) = albums.get_mut(&key(facts))
        {
            songs.push(at);
        }
    }
    let items = &taste.input.items;
    let mut list: Vec<Vec<usize>> = albums
        .into_values()
        .filter(|songs| songs.len() > 1)
        .map(|mut songs| {
            songs.sort_by_key(|&at| (items[at].place, at));
            songs
        })
        .collect();
    list.sort();
    list
}

fn heard_of(songs: &[usize], taste: &Taste<'_>) -> Vec<usize> {
    songs
        .iter()
        .copied()
        .filter(|&at| taste.signals[at].times > 0)
        .collect()
}

/// The next song of an album that was begun lately.
fn next_on_album<'a>(list: &mut List<'a>, taste: &'a Taste<'a>) {
    let items = &taste.input.items;
    let mut reasons: HashMap<usize, Reason> = HashMap::new();
    for songs in albums(taste) {
        let heard = heard_of(&songs, taste);
        let Some(&last) = heard.iter().max_by_key(|&&at| taste.signals[at].last_ms) else {
            continue;
        };
        let days = days_since(taste.signals[last].last_ms, taste);
        let next = songs.iter().find(|&&at| !taste.signals[at].is_opened);
        let (Some(&next), true) = (next, days <= RECENT_DAYS) else {
            continue;
        };
        let title = items[next].album.clone();
        let key = format!("album:{title}");
        if taste.input.struck.contains(&key) {
            continue;
        }
        let weight = 0.8 / (1.0 + days as f32 / 3.0);
        let evidence = heard.iter().map(|&at| items[at].id).take(3).collect();
        reasons.insert(
            next,
            reason(Factor::Album { title }, weight, &key, evidence),
        );
        list.entries.push((next as u32, weight));
    }
    let first = std::mem::replace(&mut list.base, Box::new(|_| Vec::new()));
    list.base = Box::new(move |at| match reasons.get(&at) {
        Some(reason) => vec![reason.clone()],
        None => first(at),
    });
}

/// The songs not heard yet of albums of which much was.
pub fn finish_album<'a>(taste: &'a Taste<'a>) -> List<'a> {
    const HEARD_MIN: f32 = 0.4;
    let items = &taste.input.items;
    let mut reasons: HashMap<usize, Reason> = HashMap::new();
    let mut entries = Vec::new();
    for songs in albums(taste) {
        let heard = heard_of(&songs, taste);
        let share = heard.len() as f32 / songs.len() as f32;
        if share < HEARD_MIN || heard.len() < 2 || heard.len() == songs.len() {
            continue;
        }
        let title = items[songs[0]].album.clone();
        let key = format!("album:{title}");
        if taste.input.struck.contains(&key) {
            continue;
        }
        for &at in songs.iter().filter(|&&at| !taste.signals[at].is_opened) {
            let factor = Factor::AlbumBegun {
                title: title.clone(),
                heard: heard.len() as u32,
                of: songs.len() as u32,
            };
            let evidence = heard.iter().map(|&at| items[at].id).take(3).collect();
            reasons.insert(at, reason(factor, share, &key, evidence));
            entries.push((at as u32, share));
        }
    }
    List {
        kind: ShelfKind::FinishAlbum,
        media: Kind::Audio,
        about: None,
        word: String::new(),
        entries,
        base: Box::new(move |at| reasons.get(&at).cloned().into_iter().collect()),
        is_liking: false,
    }
}
