//! A colour of a brand, and whether people can see what is painted with it.

/// The lightness of pages that the colour stands on: the darkest light one, and the lightest dark one. They are the
/// neutral surfaces of the style sheet; a test of `pages` compares them.
pub const LIGHT_PAGE: Color = Color { red: 0xf3, green: 0xf3, blue: 0xf4 };
/// See [`LIGHT_PAGE`].
pub const DARK_PAGE: Color = Color { red: 0x26, green: 0x28, blue: 0x2b };

const WHITE: Color = Color { red: 0xff, green: 0xff, blue: 0xff };
/// So dark that either it or white has 4.5:1 on every colour.
const NEAR_BLACK: Color = Color { red: 0x05, green: 0x05, blue: 0x05 };

/// The least contrast of what is only seen by its colour.
///
/// Spec: WCAG 2.2 §1.4.11 Non-text Contrast <https://www.w3.org/TR/WCAG22/#non-text-contrast>
const LEAST_CONTRAST: f64 = 3.0;

/// A colour in sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color {
    red: u8,
    green: u8,
    blue: u8,
}

/// The colours of a filled area: as it is, under the pointer, pressed, and the text on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shades {
    /// As it is.
    pub base: Color,
    /// Under the pointer.
    pub hover: Color,
    /// Pressed.
    pub active: Color,
    /// Text on each of them, with at least 4.5:1.
    pub text: Color,
}

impl Color {
    /// Reads `#rrggbb`, in either case.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|it| it.len() == 6)?;
        if !digits.bytes().all(|it| it.is_ascii_hexdigit()) {
            return None;
        }
        let part = |from: usize| u8::from_str_radix(digits.get(from..from + 2)?, 16).ok();
        Some(Self { red: part(0)?, green: part(2)?, blue: part(4)? })
    }

    /// Six hexadecimal digits in lower case.
    pub fn digits(self) -> String {
        format!("{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }

    /// Spec: WCAG 2.2, relative luminance <https://www.w3.org/TR/WCAG22/#dfn-relative-luminance>
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }

    /// The contrast of two colours, 1 to 21.
    ///
    /// Spec: WCAG 2.2, contrast ratio <https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio>
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// This colour with `parts` of 256 of another one.
    fn mixed(self, other: Self, parts: u16) -> Self {
        let mix = |own: u8, other: u8| {
            let sum = u16::from(own) * (256 - parts) + u16::from(other) * parts;
            u8::try_from(sum / 256).unwrap_or(u8::MAX)
        };
        Self {
            red: mix(self.red, other.red),
            green: mix(self.green, other.green),
            blue: mix(self.blue, other.blue),
        }
    }

    /// The nearest colour towards `other` that is seen on `page`.
    fn seen_on(self, page: Self, other: Self) -> Self {
        let steps = (0..=255).map(|parts| self.mixed(other, parts));
        let mut enough = steps.filter(|it| it.contrast(page) >= LEAST_CONTRAST);
        enough.next().unwrap_or(other)
    }

    /// The nearest darker colour that is seen on a light page; itself where it is seen.
    pub fn on_light(self) -> Self {
        self.seen_on(LIGHT_PAGE, NEAR_BLACK)
    }

    /// The nearest lighter colour that is seen on a dark page; itself where it is seen.
    pub fn on_dark(self) -> Self {
        self.seen_on(DARK_PAGE, WHITE)
    }

    /// White or nearly black, whichever is easier to read on it.
    pub fn text(self) -> Self {
        if self.contrast(WHITE) >= self.contrast(NEAR_BLACK) { WHITE } else { NEAR_BLACK }
    }

    /// Everything that a filled area of this colour needs.
    pub fn shades(self) -> Shades {
        let text = self.text();
        // Away from the text, so that it stays readable.
        let away = if text == WHITE { NEAR_BLACK } else { WHITE };
        Shades { base: self, hover: self.mixed(away, 36), active: self.mixed(away, 64), text }
    }
}

#[cfg(test)]
mod tests {
    use super::{Color, DARK_PAGE, LEAST_CONTRAST, LIGHT_PAGE, WHITE};

    fn color(text: &str) -> Color {
        Color::parse(text).unwrap()
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        for (one, other, ratio) in [
            ("#000000", "#ffffff", 21.0),
            ("#777777", "#ffffff", 4.48),
            ("#767676", "#ffffff", 4.54),
            ("#949494", "#ffffff", 3.03),
            ("#ff0000", "#ffffff", 4.00),
            ("#0000ff", "#ffffff", 8.59),
            ("#ffff00", "#ffffff", 1.07),
        ] {
            let measured = color(one).contrast(color(other));
            assert!((measured - ratio).abs() < 0.006, "{one} on {other}: {measured}");
        }
    }

    #[test]
    fn only_six_digits_are_a_color() {
        assert_eq!(color("#39134C").digits(), "39134c");
        for wrong in ["39134c", "#39134", "#39134c0", "#39134g", "#+9134c", "red", "", "#åååååå"] {
            assert_eq!(Color::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn text_is_readable_and_areas_are_seen_whatever_the_color() {
        let parts = || (0..=255).step_by(15);
        for (red, green, blue) in
            parts().flat_map(|red| parts().flat_map(move |green| parts().map(move |blue| (red, green, blue))))
        {
            let it = Color { red, green, blue };
            let (light, dark) = (it.on_light(), it.on_dark());
            assert!(light.contrast(LIGHT_PAGE) >= LEAST_CONTRAST && light.contrast(WHITE) >= LEAST_CONTRAST);
            assert!(dark.contrast(DARK_PAGE) >= LEAST_CONTRAST, "{it:?}");
            for shades in [it.shades(), light.shades(), dark.shades()] {
                for area in [shades.base, shades.hover, shades.active] {
                    assert!(area.contrast(shades.text) >= 4.5, "{it:?}: {shades:?}");
                }
            }
        }
    }

    #[test]
    fn a_color_that_is_seen_stays_as_it_is() {
        assert_eq!(color("#39134c").on_light(), color("#39134c"));
        assert_ne!(color("#39134c").on_dark(), color("#39134c"));
        assert_eq!(color("#ffcc00").on_dark(), color("#ffcc00"));
        assert_eq!(color("#ffcc00").on_light().digits(), "ab8901");
    }
}
