//! The two fonts of documents: which glyph a character has, and how wide it is.

use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::{
    FontRef, MetadataProvider as _,
    charmap::Charmap,
    instance::{LocationRef, Size},
    metrics::GlyphMetrics,
    raw::{
        TableProvider as _,
        tables::kern::{Subtable0, SubtableKind},
    },
};

use crate::DocumentError;

// Inter; the licence stands beside them. Made by `scripts/document-font`.
const REGULAR: &[u8] = include_bytes!("../font/inter-regular.ttf");
const BOLD: &[u8] = include_bytes!("../font/inter-bold.ttf");

/// What stands for a character that the font lacks.
const BOX: char = '\u{25a1}';

/// How bold a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    Regular,
    Bold,
}

/// Both fonts.
pub(crate) struct Faces {
    regular: Face,
    bold: Face,
}

impl Faces {
    pub(crate) fn load() -> Result<Self, DocumentError> {
        Ok(Self { regular: Face::load(REGULAR)?, bold: Face::load(BOLD)? })
    }

    pub(crate) const fn of(&self, weight: Weight) -> &Face {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }
}

/// One font.
pub(crate) struct Face {
    font: Font,
    charmap: Charmap<'static>,
    metrics: GlyphMetrics<'static>,
    kerning: Subtable0<'static>,
    em: f32,
}

impl Face {
    fn load(file: &'static [u8]) -> Result<Self, DocumentError> {
        let font = Font::new(file.into(), 0).ok_or(DocumentError::Font)?;
        let read = FontRef::new(file).map_err(|_| DocumentError::Font)?;
        let table = read.kern().ok().and_then(|it| it.subtables().next()?.ok()?.kind().ok());
        let Some(SubtableKind::Format0(kerning)) = table else { return Err(DocumentError::Font) };
        Ok(Self {
            em: font.units_per_em(),
            font,
            charmap: read.charmap(),
            metrics: read.glyph_metrics(Size::unscaled(), LocationRef::default()),
            kerning,
        })
    }

    /// The font, to draw with.
    pub(crate) fn font(&self) -> Font {
        self.font.clone()
    }

    /// Says whether the font has a character.
    pub(crate) fn has(&self, character: char) -> bool {
        self.charmap.map(character).is_some_and(|it| it.to_u32() != 0)
    }

    /// The glyphs of a text, kerned, in units of the em.
    pub(crate) fn shape(&self, text: &str) -> Vec<KrillaGlyph> {
        let mut glyphs: Vec<KrillaGlyph> = Vec::with_capacity(text.len());
        let mut before = None;
        for (at, character) in text.char_indices() {
            let glyph = self.charmap.map(character).filter(|it| it.to_u32() != 0);
            let Some(glyph) = glyph.or_else(|| self.charmap.map(BOX)) else { continue };
            let pull = before.and_then(|before| self.kerning.kerning(before, glyph)).unwrap_or_default();
            if let Some(last) = glyphs.last_mut() {
                last.x_advance += f32::from(i16::try_from(pull).unwrap_or_default()) / self.em;
            }
            before = Some(glyph);
            let advance = self.metrics.advance_width(glyph).unwrap_or_default() / self.em;
            let range = at..at + character.len_utf8();
            glyphs.push(KrillaGlyph::new(GlyphId::new(glyph.to_u32()), advance, 0.0, 0.0, 0.0, range, None));
        }
        glyphs
    }

    /// How many bytes of a text fit into a width; at least its first character.
    pub(crate) fn fitting(&self, text: &str, size: f32, width: f32) -> usize {
        let (mut taken, mut end, mut before) = (0.0, 0, None);
        for (at, character) in text.char_indices() {
            let glyph = self.charmap.map(character).or_else(|| self.charmap.map(BOX)).unwrap_or_default();
            let pull = before.and_then(|before| self.kerning.kerning(before, glyph)).unwrap_or_default();
            let advance = self.metrics.advance_width(glyph).unwrap_or_default();
            taken += (advance + f32::from(i16::try_from(pull).unwrap_or_default())) / self.em * size;
            if at > 0 && taken > width {
                break;
            }
            before = Some(glyph);
            end = at + character.len_utf8();
        }
        end
    }

    /// The width of a text at a size, in points.
    pub(crate) fn width(&self, text: &str, size: f32) -> f32 {
        self.shape(text).iter().map(|it| it.x_advance).sum::<f32>() * size
    }
}

#[cfg(test)]
mod tests {
    use super::{BOX, Faces, Weight};

    #[test]
    fn the_fonts_have_the_letters_of_names_in_norway() {
        let faces = Faces::load().unwrap();
        for weight in [Weight::Regular, Weight::Bold] {
            let face = faces.of(weight);
            for character in "ÆØÅæøåéüäöčđŋšŧžáłñçğışțễ–—’“”«»…§€✓→".chars()
            {
                assert!(face.has(character), "{character}");
            }
            assert!(face.has(BOX) && !face.has('你'));
        }
    }

    #[test]
    fn letters_are_kerned_and_a_character_without_a_glyph_is_a_box() {
        let faces = Faces::load().unwrap();
        let face = faces.of(Weight::Regular);
        assert!(face.width("AV", 10.0) < face.width("A", 10.0) + face.width("V", 10.0));
        assert_eq!(face.shape("你").len(), 1);
        assert!((face.width("你", 10.0) - face.width("□", 10.0)).abs() < 0.001);
    }
}
