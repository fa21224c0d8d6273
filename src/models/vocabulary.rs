//! The names of tags: one vocabulary merged from all packs, in English and Chinese, with parents and aliases.

use std::collections::{BTreeSet, HashMap};

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Rows of one `vocabulary.csv`.
const MAX_ENTRIES: usize = 20_000;
/// Parents above one tag; a longer chain is a circle.
const MAX_DEPTH: usize = 16;

/// One tag that models know of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// What is stored and searched for: lowercase, with hyphens.
    pub slug: String,
    /// English name.
    pub name_en: String,
    /// Simplified Chinese name, empty when there is none.
    pub name_zh: String,
    /// Heading that it is listed under.
    pub group: String,
    /// The umbrella above it.
    pub parent: Option<String>,
    /// Other names, in any language.
    pub aliases: Vec<String>,
    /// What it can be found on: `photo`, `audio`.
    pub kinds: BTreeSet<String>,
}

impl Entry {
    /// An entry for a label of which only its text is known: `golden_retriever` is shown as "Golden retriever".
    pub fn of_label(label: &str, kind: &str) -> Self {
        let slug = slug_from(label);
        let words = slug.replace('-', " ");
        let mut rest = words.chars();
        let name = rest
            .next()
            .map(|first| first.to_uppercase().chain(rest).collect())
            .unwrap_or_default();
        Self {
            slug,
            name_en: name,
            kinds: BTreeSet::from([kind.to_owned()]),
            ..Self::default()
        }
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        [
            self.slug.as_str(),
            self.name_en.as_str(),
            self.name_zh.as_str(),
        ]
        .into_iter()
        .chain(self.aliases.iter().map(String::as_str))
        .filter(|name| !name.is_empty())
    }

    /// Takes over what this entry lacks.
    fn complete(&mut self, other: Self) {
        let fill = |mine: &mut String, theirs: String| {
            if mine.is_empty() {
                *mine = theirs;
            }
        };
        fill(&mut self.name_en, other.name_en);
        fill(&mut self.name_zh, other.name_zh);
        fill(&mut self.group, other.group);
        self.parent = self.parent.take().or(other.parent);
        for alias in other.aliases {
            if !self.aliases.contains(&alias) {
                self.aliases.push(alias);
            }
        }
        self.kinds.extend(other.kinds);
    }
}

/// The merged vocabulary of all packs.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    entries: Vec<Entry>,
    by_slug: HashMap<String, usize>,
    by_name: HashMap<String, usize>,
}

impl Vocabulary {
    /// Merges entries; where several have one slug, the first says what it is and later ones fill its gaps. Where
    /// several claim one name, a slug goes before a name, a name before an alias, an earlier entry before a later.
    pub fn new(all: impl IntoIterator<Item = Entry>) -> Self {
        let mut vocabulary = Self::default();
        for entry in all {
            match vocabulary.by_slug.get(&entry.slug) {
                Some(&at) => vocabulary.entries[at].complete(entry),
                None => {
                    let at = vocabulary.entries.len();
                    vocabulary.by_slug.insert(entry.slug.clone(), at);
                    vocabulary.entries.push(entry);
                }
            }
        }
        let Self {
            entries, by_name, ..
        } = &mut vocabulary;
        let mut claim = |name: &str, at: usize| {
            if !name.is_empty() {
                by_name.entry(folded(name)).or_insert(at);
            }
        };
        for (at, entry) in entries.iter().enumerate() {
            claim(&entry.slug, at);
        }
        for (at, entry) in entries.iter().enumerate() {
            claim(&entry.name_en, at);
            claim(&entry.name_zh, at);
        }
        for (at, entry) in entries.iter().enumerate() {
            for alias in &entry.aliases {
                claim(alias, at);
            }
        }
        vocabulary
    }

    /// All tags, in the order of the packs.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What is known of a tag.
    pub fn entry(&self, slug: &str) -> Option<&Entry> {
        self.by_slug.get(slug).map(|&at| &self.entries[at])
    }

    /// The slug that goes by this name or alias in any language, without regard to case, accents and hyphens.
    pub fn slug_of(&self, name: &str) -> Option<&str> {
        self.by_name
            .get(&folded(name))
            .map(|&at| self.entries[at].slug.as_str())
    }

    /// The tag a person means: the slug when the vocabulary knows the name, else the text as typed with its spaces
    /// tidied. Empty when nothing was typed.
    pub fn tag_for(&self, typed: &str) -> String {
        match self.slug_of(typed) {
            Some(slug) => slug.to_owned(),
            None => tidied(typed),
        }
    }

    /// The name to show for a tag in a language ("en", "zh-CN", ...); a person's own tag is its own name.
    pub fn name<'a>(&'a self, slug: &'a str, language: &str) -> &'a str {
        let Some(entry) = self.entry(slug) else {
            return slug;
        };
        if language.starts_with("zh") && !entry.name_zh.is_empty() {
            &entry.name_zh
        } else if entry.name_en.is_empty() {
            slug
        } else {
            &entry.name_en
        }
    }

    /// The umbrellas above a tag, nearest first.
    pub fn parents(&self, slug: &str) -> Vec<&str> {
        let mut parents: Vec<&str> = Vec::new();
        let mut at = self.entry(slug);
        while let Some(parent) = at.and_then(|entry| entry.parent.as_deref()) {
            if parent == slug || parents.contains(&parent) || parents.len() == MAX_DEPTH {
                break;
            }
            parents.push(parent);
            at = self.entry(parent);
        }
        parents
    }

    /// The tags directly below a tag, in the order of the packs.
    pub fn children<'a>(&'a self, slug: &'a str) -> impl Iterator<Item = &'a Entry> {
        self.entries
            .iter()
            .filter(move |entry| entry.parent.as_deref() == Some(slug))
    }

    /// Tags with a name in any language that starts with the text, then those where a later word does, at most
    /// `limit`.
    pub fn search(&self, text: &str, limit: usize) -> Vec<&Entry> {
        let wanted = folded(text);
        if wanted.is_empty() {
            return Vec::new();
        }
        let mut ranked: Vec<(usize, usize)> = Vec::new();
        for (at, entry) in self.entries.iter().enumerate() {
            let rank = entry
                .names()
                .filter_map(|name| {
                    let name = folded(name);
                    if name == wanted {
                        Some(0)
                    } else if name.starts_with(&wanted) {
                        Some(1)
                    } else {
                        let is_inside = name.contains(&format!(" {wanted}"))
                            || (!wanted.is_ascii() && name.contains(&wanted));
                        is_inside.then_some(2)
                    }
                })
                .min();
            ranked.extend(rank.map(|rank| (rank, at)));
        }
        ranked.sort_unstable();
        ranked
            .into_iter()
            .take(limit)
            .map(|(_, at)| &self.entries[at])
            .collect()
    }
}

/// Reads a `vocabulary.csv`: slug, name_en, name_zh, group, parent, aliases and kinds (both separated by `;`).
///
/// # Errors
/// Half a sentence that says what is wrong, to follow "the model pack cannot be used:".
pub fn parse(text: &str) -> Result<Vec<Entry>, String> {
    #[derive(Deserialize)]
    struct Row {
        slug: String,
        #[serde(default)]
        name_en: String,
        #[serde(default)]
        name_zh: String,
        #[serde(default)]
        group: String,
        #[serde(default)]
        parent: String,
        #[serde(default)]
        aliases: String,
        #[serde(default)]
        kinds: String,
    }
    let list = |text: &str| -> Vec<String> {
        text.split(';')
            .map(|part| part.trim().to_owned())
            .filter(|part| !part.is_empty())
            .collect()
    };
    let mut entries = Vec::new();
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    for row in reader.deserialize() {
        let row: Row = row.map_err(|error| {
            format!(
                "its vocabulary cannot be read ({})",
                crate::error::one_line(&error.to_string())
            )
        })?;
        if row.slug.is_empty() {
            return Err("its vocabulary has a row without a slug".to_owned());
        }
        if entries.len() == MAX_ENTRIES {
            return Err(format!("its vocabulary has more than {MAX_ENTRIES} rows"));
        }
        entries.push(Entry {
            slug: row.slug,
            name_en: row.name_en,
            name_zh: row.name_zh,
            group: row.group,
            parent: (!row.parent.is_empty()).then_some(row.parent),
            aliases: list(&row.aliases),
            kinds: list(&row.kinds).into_iter().collect(),
        });
    }
    Ok(entries)
}

/// A label as a slug: lowercase, words joined by hyphens.
pub fn slug_from(label: &str) -> String {
    let lower = label.nfc().collect::<String>().to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| {
            c.is_whitespace() || c.is_control() || matches!(c, '_' | '-' | '/' | ',' | '"' | ':')
        })
        .filter(|word| !word.is_empty())
        .collect();
    words.join("-")
}

/// A text with its spaces tidied and its letters composed, otherwise as it is.
fn tidied(text: &str) -> String {
    let composed: String = text.nfc().filter(|c| !c.is_control()).collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The form in which names are compared: compatibility letters, no accents, lowercase, single spaces for hyphens.
fn folded(text: &str) -> String {
    let plain: String = text
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .map(|c| if matches!(c, '-' | '_') { ' ' } else { c })
        .collect();
    plain
        .to_lowercase()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHOTO: &str = "slug,name_en,name_zh,group,parent,aliases,kinds\n\
        animal,Animal,动物,animal,,creature;beast,photo\n\
        dog,Dog,狗,animal,animal,puppy;hound;小狗,photo\n\
        big-cat,Big cat,大型猫科动物,animal,animal,lion;tiger,photo\n\
        cafe,Café,咖啡馆,scene,,,photo\n";
    const AUDIO: &str = "slug,name_en,name_zh,group,parent,aliases,kinds\n\
        dog,Dog bark,狗叫,animals,animal,bark,audio\n\
        lion-roar,Lion,狮子,animals,big-cat,,audio\n\
        loop-a,Loop A,,x,loop-b,,audio\n\
        loop-b,Loop B,,x,loop-a,,audio\n";

    fn vocabulary() -> Vocabulary {
        let mut all = parse(PHOTO).expect("reads");
        all.extend(parse(AUDIO).expect("reads"));
        Vocabulary::new(all)
    }

    #[test]
    fn one_slug_in_two_packs_is_one_tag_with_all_its_names() {
        let vocabulary = vocabulary();
        let dog = vocabulary.entry("dog").expect("there");
        assert_eq!(dog.name_en, "Dog");
        assert_eq!(
            dog.kinds,
            BTreeSet::from(["photo".to_owned(), "audio".to_owned()])
        );
        for name in ["DOG", " 狗 ", "puppy", "bark", "小狗"] {
            assert_eq!(vocabulary.slug_of(name), Some("dog"), "{name}");
        }
    }

    #[test]
    fn a_name_goes_before_an_alias_and_accents_do_not_matter() {
        let vocabulary = vocabulary();
        assert_eq!(vocabulary.slug_of("lion"), Some("lion-roar"));
        assert_eq!(vocabulary.slug_of("Big_Cat"), Some("big-cat"));
        assert_eq!(vocabulary.slug_of("CAFÉ"), Some("cafe"));
        assert_eq!(vocabulary.slug_of("cafe\u{301}"), Some("cafe"));
        assert_eq!(vocabulary.slug_of("zebra"), None);
    }

    #[test]
    fn free_text_stays_as_typed() {
        let vocabulary = vocabulary();
        assert_eq!(
            vocabulary.tag_for("  Grandma's   Garden "),
            "Grandma's Garden"
        );
        assert_eq!(vocabulary.tag_for("Puppy"), "dog");
        assert_eq!(vocabulary.tag_for(" \u{7} "), "");
        assert_eq!(
            vocabulary.name("Grandma's Garden", "zh-CN"),
            "Grandma's Garden"
        );
    }

    #[test]
    fn names_follow_the_language() {
        let vocabulary = vocabulary();
        assert_eq!(vocabulary.name("dog", "en"), "Dog");
        assert_eq!(vocabulary.name("dog", "zh-CN"), "狗");
        assert_eq!(vocabulary.name("loop-a", "zh-CN"), "Loop A");
        assert_eq!(vocabulary.name("dog", "de"), "Dog");
    }

    #[test]
    fn parents_are_nearest_first_and_circles_end() {
        let vocabulary = vocabulary();
        assert_eq!(vocabulary.parents("lion-roar"), ["big-cat", "animal"]);
        assert_eq!(vocabulary.parents("loop-a"), ["loop-b"]);
        assert_eq!(vocabulary.parents("nothing"), Vec::<&str>::new());
        assert_eq!(vocabulary.children("animal").count(), 2);
    }

    #[test]
    fn search_puts_whole_names_first_and_finds_later_words() {
        let vocabulary = vocabulary();
        let slugs = |text: &str| -> Vec<&str> {
            vocabulary
                .search(text, 5)
                .iter()
                .map(|entry| entry.slug.as_str())
                .collect()
        };
        assert_eq!(slugs("lion"), ["big-cat", "lion-roar"]);
        assert_eq!(slugs("b"), ["animal", "dog", "big-cat", "loop-b"]);
        assert_eq!(slugs("cat"), ["big-cat"]);
        assert_eq!(slugs("动"), ["animal", "big-cat"]);
        assert!(slugs("").is_empty());
    }

    #[test]
    fn labels_without_a_vocabulary_get_a_readable_name() {
        let entry = Entry::of_label("golden_retriever", "photo");
        assert_eq!(
            (entry.slug.as_str(), entry.name_en.as_str()),
            ("golden-retriever", "Golden retriever")
        );
        assert_eq!(Entry::of_label("狗", "photo").name_en, "狗");
    }

    #[test]
    fn a_broken_vocabulary_says_so() {
        assert!(
            parse("slug,name_en\n,Dog\n")
                .expect_err("no slug")
                .contains("without a slug")
        );
        assert!(
            parse("name_en\nDog\n")
                .expect_err("no column")
                .contains("cannot be read")
        );
    }
}
