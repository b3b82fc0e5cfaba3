//! Characters that must not reach a terminal unescaped.

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory as _};

/// Decides for each character of a text in turn whether it is shown as it is. Other characters are
/// shown as escapes: those that control a terminal, reorder text or have no shape, and those that
/// Unicode leaves to others to define.
#[derive(Default)]
pub(crate) struct Filter {
    /// The previous character, if it is shown as it is and something can join it.
    before: Option<char>,
}

impl Filter {
    pub(crate) fn shows(&mut self, c: char) -> bool {
        let shows = is_shown_after(self.before, c);
        self.note(c, shows);
        shows
    }

    /// Continues after a text of visible ASCII, which is always shown as it is.
    pub(crate) fn skip_ascii(&mut self, text: &str) {
        if let Some(last) = text.chars().next_back() {
            self.note(last, true);
        }
    }

    fn note(&mut self, c: char, shows: bool) {
        self.before = Some(c).filter(|c| shows && *c != '"');
    }

    /// Starts again, as at the beginning of a line.
    pub(crate) fn reset(&mut self) {
        self.before = None;
    }
}

fn is_shown_after(before: Option<char>, c: char) -> bool {
    match c {
        // A joiner is invisible. Between letters or emoji it is needed, and elsewhere it hides
        // text.
        ZWNJ | ZWJ => before.is_some_and(|before| !before.is_ascii() && !is_joiner(before)),
        EMOJI_STYLE => before.is_some_and(|before| match before {
            // The digits and signs of keycap emoji.
            '0'..='9' | '#' | '*' => true,
            before => !before.is_ascii() && !is_joiner(before) && before != EMOJI_STYLE,
        }),
        c if c.is_ascii() => !c.is_ascii_control(),
        c if is_invisible(c) => false,
        c => match c.general_category_group() {
            // Control, format, private use and unassigned.
            GeneralCategoryGroup::Other => false,
            // Line and paragraph separators.
            GeneralCategoryGroup::Separator => {
                c.general_category() == GeneralCategory::SpaceSeparator
            }
            // A mark would change what the command has written before it.
            GeneralCategoryGroup::Mark => before.is_some(),
            _ => true,
        },
    }
}

const ZWNJ: char = '\u{200c}';
const ZWJ: char = '\u{200d}';
const EMOJI_STYLE: char = '\u{fe0f}';

fn is_joiner(c: char) -> bool {
    matches!(c, ZWNJ | ZWJ)
}

/// Returns true for invisible characters that Unicode classes as letters, marks or symbols: the
/// `Default_Ignorable_Code_Point`s of these categories, and the empty Braille pattern.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{34f}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0e}'
            | '\u{ffa0}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::Filter;

    fn hidden(text: &str) -> String {
        let mut filter = Filter::default();
        text.chars().filter(|c| !filter.shows(*c)).collect()
    }

    #[test]
    fn what_steers_or_is_invisible_is_hidden() {
        let invisible = "\0\u{7}\n\r\t\u{1b}\u{7f}\u{80}\u{9b}\u{ad}\u{34f}\u{61c}\u{115f}\u{1160}\u{17b4}\u{180b}\
            \u{180e}\u{180f}\u{200b}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202e}\u{2060}\u{2064}\u{2066}\
            \u{2069}\u{206a}\u{2800}\u{3164}\u{fe00}\u{fe0e}\u{feff}\u{ffa0}\u{fff9}\u{fffb}\u{1bca0}\u{1d173}\
            \u{e0000}\u{e0001}\u{e0041}\u{e007f}\u{e0100}\u{e01ef}\u{e0fff}";
        assert_eq!(hidden(invisible), invisible);
        let unassigned = "\u{378}\u{fdd0}\u{fffe}\u{ffff}\u{2ffff}\u{10ffff}";
        assert_eq!(hidden(unassigned), unassigned);
        let private = "\u{e000}\u{f8ff}\u{f0000}\u{100000}";
        assert_eq!(hidden(private), private);
        assert_eq!(hidden("a\u{e0041}b\u{202e}c"), "\u{e0041}\u{202e}");
    }

    #[test]
    fn text_of_all_scripts_is_shown() {
        for text in [
            "plain text, 100% ~ \\ \"quoted\"",
            "grüße e\u{301} שָׁלוֹם שלום مرحبا नमस्ते ภาษาไทย 漢字かな 한국어 Ελλάδα",
            "a\u{a0}b\u{3000}c",
            "👩‍🚀 👁️‍🗨️ é\u{fe0f} ❤️ 1️⃣ #️⃣ 🏳️‍🌈 🇩🇪 👍🏽 🧑🏻‍❤️‍🧑🏽",
            "می\u{200c}خواهم क्\u{200d}ष क्\u{200c}ष",
            "€ → ∑ ▲ █ ─ \u{fffd}",
        ] {
            assert_eq!(hidden(text), "", "{text}");
        }
    }

    #[test]
    fn joiners_that_join_nothing_are_hidden() {
        let joiners = "\u{200c}\u{200d}\u{fe0f}";
        assert_eq!(hidden(joiners), joiners);
        assert_eq!(hidden("e\u{200d}r\u{200c}r\u{fe0f}"), "\u{200d}\u{200c}\u{fe0f}");
        assert_eq!(hidden("👩\u{200d}\u{200d}\u{200d}"), "\u{200d}\u{200d}");
        assert_eq!(hidden("❤\u{fe0f}\u{fe0f}"), "\u{fe0f}");
        assert_eq!(hidden("\u{202e}\u{200d}👩"), "\u{202e}\u{200d}");
        // A mark must not be put on what precedes the text either.
        assert_eq!(hidden("\u{338}x\u{338}"), "\u{338}");
        assert_eq!(hidden("\"\u{338}"), "\u{338}");
    }
}
