//! The content of a document, without regard to how it is shown.

use serde::{Deserialize, Serialize};

/// The language of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DocumentLanguage {
    /// Bokmål.
    #[serde(rename = "nb")]
    Nb,
    /// English.
    #[serde(rename = "en")]
    En,
}

/// A part of a document, from top to bottom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentBlock {
    /// A heading below the title.
    Heading(String),
    /// A paragraph.
    Paragraph(String),
    /// Labels and what they stand for, in two columns.
    Facts(Vec<(String, String)>),
    /// A list of points.
    List(Vec<String>),
    /// A table: its head, and its rows with as many cells.
    Table {
        /// The names of the columns.
        head: Vec<String>,
        /// The rows.
        rows: Vec<Vec<String>>,
    },
    /// What the reader should not miss, set apart.
    Note(String),
}

/// A document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its language.
    pub language: DocumentLanguage,
    /// Its title.
    pub title: String,
    /// A line under the title: for whom, and which version.
    pub subtitle: String,
    /// Its parts.
    pub blocks: Vec<DocumentBlock>,
    /// A line at the foot of each page.
    pub footer: String,
}

impl Document {
    /// Writes the content as bytes that are the same wherever and whenever they are written: what a digest is made of.
    pub fn canonical(&self) -> Vec<u8> {
        // Members are in the order of the fields, and there is no map.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::{Document, DocumentBlock, DocumentLanguage};

    #[test]
    fn the_content_of_a_document_is_written_the_same_for_ever() {
        let document = Document {
            language: DocumentLanguage::Nb,
            title: "Bestilling".to_owned(),
            subtitle: "Eple AS, versjon 1".to_owned(),
            blocks: vec![
                DocumentBlock::Paragraph("Æ".to_owned()),
                DocumentBlock::Facts(vec![("Navn".to_owned(), "Eple".to_owned())]),
            ],
            footer: String::new(),
        };
        let written = String::from_utf8(document.canonical()).unwrap();
        assert_eq!(
            written,
            r#"{"language":"nb","title":"Bestilling","subtitle":"Eple AS, versjon 1","blocks":[{"paragraph":"Æ"},{"facts":[["Navn","Eple"]]}],"footer":""}"#
        );
    }
}
