//! Every text the program shows, in the person's language. One Fluent table per language, in `assets/i18n/`.

use std::collections::HashMap;
use std::sync::Arc;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use parking_lot::RwLock;
use serde::{Deserialize, Serialize};
use unic_langid::LanguageIdentifier;

const ENGLISH: &str = include_str!("../../assets/i18n/en.ftl");
const CHINESE: &str = include_str!("../../assets/i18n/zh-CN.ftl");

/// A language that Parlour speaks in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Language {
    #[serde(rename = "en")]
    English,
    #[serde(rename = "zh-CN")]
    Chinese,
}

impl Language {
    /// All languages, in the order Settings lists them.
    pub const ALL: [Self; 2] = [Self::English, Self::Chinese];

    /// The language named by a tag such as `en`, `zh`, `zh-Hans-CN`.
    pub fn parse(tag: &str) -> Option<Self> {
        let tag = tag.to_ascii_lowercase();
        if tag.starts_with("zh") {
            Some(Self::Chinese)
        } else if tag.starts_with("en") {
            Some(Self::English)
        } else {
            None
        }
    }

    /// The desktop's language where Parlour speaks it, else English.
    pub fn of_system() -> Self {
        sys_locale::get_locale()
            .and_then(|tag| Self::parse(&tag))
            .unwrap_or(Self::English)
    }

    /// The language's name in itself.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Chinese => "简体中文",
        }
    }

    /// The language tag (BCP 47).
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }

    fn table(self) -> &'static str {
        match self {
            Self::English => ENGLISH,
            Self::Chinese => CHINESE,
        }
    }
}

/// A value put into a text.
#[derive(Debug, Clone, PartialEq)]
pub enum Arg {
    Text(String),
    Number(f64),
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
impl From<usize> for Arg {
    fn from(number: usize) -> Self {
        Self::Number(number as f64)
    }
}
impl From<u64> for Arg {
    fn from(number: u64) -> Self {
        Self::Number(number as f64)
    }
}
impl From<i64> for Arg {
    fn from(number: i64) -> Self {
        Self::Number(number as f64)
    }
}

/// The texts of one language.
pub struct Words {
    language: Language,
    bundle: FluentBundle<FluentResource>,
    plain: RwLock<HashMap<&'static str, Arc<str>>>,
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Words({})", self.language.tag())
    }
}

impl Words {
    /// The texts of `language`.
    pub fn new(language: Language) -> Self {
        // A broken line in a table costs that line only; the test below keeps the tables whole.
        let resource = FluentResource::try_new(language.table().to_owned())
            .unwrap_or_else(|(resource, _)| resource);
        let id: LanguageIdentifier = language.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![id]);
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(resource);
        Self {
            language,
            bundle,
            plain: RwLock::new(HashMap::new()),
        }
    }

    /// The language of these texts.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The text without values, from memory after the first time. A missing key shows as the key.
    pub fn text(&self, key: &'static str) -> Arc<str> {
        if let Some(text) = self.plain.read().get(key) {
            return text.clone();
        }
        let text: Arc<str> = self.format(key, None).into();
        self.plain.write().insert(key, text.clone());
        text
    }

    /// The text with values: `words.with("n-photos", &[("n", 3.into())])`.
    pub fn with(&self, key: &str, args: &[(&str, Arg)]) -> String {
        let mut fluent = FluentArgs::with_capacity(args.len());
        for (name, value) in args {
            let value = match value {
                Arg::Text(text) => FluentValue::from(text.as_str()),
                Arg::Number(number) => FluentValue::from(*number),
            };
            fluent.set((*name).to_owned(), value);
        }
        self.format(key, Some(&fluent))
    }

    /// Whether the table has this key.
    pub fn has(&self, key: &str) -> bool {
        self.bundle.has_message(key)
    }

    fn format(&self, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|m| m.value()) else {
            return key.to_owned();
        };
        let mut problems = Vec::new();
        self.bundle
            .format_pattern(pattern, args, &mut problems)
            .into_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn keys(language: Language) -> BTreeSet<String> {
        language
            .table()
            .lines()
            .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
            .filter_map(|line| line.split_once(" =").map(|(key, _)| key.to_owned()))
            .collect()
    }

    #[test]
    fn both_tables_are_whole_and_have_the_same_keys() {
        for language in Language::ALL {
            let parsed = FluentResource::try_new(language.table().to_owned());
            assert!(parsed.is_ok(), "{language:?}: {:?}", parsed.err());
        }
        assert_eq!(keys(Language::English), keys(Language::Chinese));
    }

    #[test]
    fn plurals_follow_the_number() {
        let words = Words::new(Language::English);
        assert_eq!(words.with("n-photos", &[("n", 1usize.into())]), "1 photo");
        assert_eq!(
            words.with("n-photos", &[("n", 40usize.into())]),
            "40 photos"
        );
    }

    #[test]
    fn system_tags_are_understood() {
        assert_eq!(Language::parse("zh_CN.UTF-8"), Some(Language::Chinese));
        assert_eq!(Language::parse("en-GB"), Some(Language::English));
        assert_eq!(Language::parse("de"), None);
    }
}
