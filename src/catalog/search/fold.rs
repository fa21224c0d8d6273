//! How text becomes words that can be found: lower case, no accents, CJK as single characters.

use unicode_normalization::UnicodeNormalization;

/// Text for comparing and indexing: compatibility forms unified, accents of Latin, Greek, Cyrillic, Hebrew and Arabic
/// removed, lower case, every CJK character set apart by spaces.
pub(in crate::catalog) fn fold(text: &str) -> String {
    let plain: String = text.nfkd().filter(|c| !is_accent(*c)).nfc().collect();
    let mut folded = String::with_capacity(plain.len() + 8);
    for c in plain.chars() {
        if is_cjk(c) {
            if !folded.is_empty() && !folded.ends_with(' ') {
                folded.push(' ');
            }
            folded.push(c);
            folded.push(' ');
            continue;
        }
        match c {
            'ß' | 'ẞ' => folded.push_str("ss"),
            'ø' | 'Ø' => folded.push('o'),
            'æ' | 'Æ' => folded.push_str("ae"),
            'œ' | 'Œ' => folded.push_str("oe"),
            'đ' | 'Đ' | 'ð' | 'Ð' => folded.push('d'),
            'ł' | 'Ł' => folded.push('l'),
            'þ' | 'Þ' => folded.push_str("th"),
            'ı' => folded.push('i'),
            _ => folded.extend(c.to_lowercase()),
        }
    }
    if folded.ends_with(' ') {
        folded.pop();
    }
    folded
}

/// The words of a text, folded.
pub(in crate::catalog) fn words(text: &str) -> Vec<String> {
    fold(text)
        .split(|c: char| !c.is_alphanumeric() && !is_mark(c))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn is_accent(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{64b}'..='\u{65f}'
        | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}')
}

/// Vowel signs and the like, which belong inside a word.
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

/// Scripts without spaces between words, and Hangul, whose words carry endings: found by any run of characters.
pub(in crate::catalog) fn is_cjk(c: char) -> bool {
    matches!(c,
        '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3fffd}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_forms_fold() {
        assert_eq!(
            fold("Étude Øst STRASSE Straße"),
            "etude ost strasse strasse"
        );
        assert_eq!(fold("ＡＢＣ"), "abc");
        assert_eq!(fold("Łódź"), "lodz");
        assert_eq!(fold("Айвазовский"), fold("АИВАЗОВСКИИ"));
    }

    #[test]
    fn cjk_is_split_and_the_rest_is_not() {
        assert_eq!(fold("夏天iPhone海边"), "夏 天 iphone 海 边");
        assert_eq!(words("夏天, sea-side"), ["夏", "天", "sea", "side"]);
        assert_eq!(words("हिन्दी").len(), 1);
    }
}
