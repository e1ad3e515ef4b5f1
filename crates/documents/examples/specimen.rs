//! Sets documents as the order desk makes them, to be looked at and measured.
//!
//! `specimen FOLDER` writes them there and prints, for each, its size and the milliseconds that one takes.

use std::{env, fs, io, io::Write as _, path::PathBuf, time::Instant};

use documents::{Document, DocumentBlock, DocumentLanguage, PdfMeta, pdf};

const ROUNDS: u32 = 10;

fn text(it: &str) -> String {
    it.to_owned()
}

fn texts<const N: usize>(them: [&str; N]) -> Vec<String> {
    them.map(text).to_vec()
}

fn facts<const N: usize>(them: [(&str, &str); N]) -> DocumentBlock {
    DocumentBlock::Facts(them.map(|(label, fact)| (text(label), text(fact))).to_vec())
}

fn company() -> Vec<DocumentBlock> {
    vec![
        DocumentBlock::Note(text(
            "Dette er et eksempel. Malen er ikke godkjent av noen bank eller av BankID BankAxept AS.",
        )),
        DocumentBlock::Paragraph(text(
            "Eple AS bestiller herved BankID på nett for tjenesten nedenfor, og gir Portvakt fullmakt til å sende bestillingen \
             til utsteder på selskapets vegne. Fullmakten gjelder denne bestillingen og kan trekkes tilbake skriftlig.",
        )),
        DocumentBlock::Heading(text("1. Selskapet")),
        facts([
            ("Navn", "Eple AS"),
            ("Organisasjonsnummer", "974\u{a0}760\u{a0}673"),
            ("Forretningsadresse", "Østre Åsveien 12 B\n0475 Oslo"),
            ("Hentet fra", "Enhetsregisteret 26. november 2026 kl. 09.14"),
        ]),
        DocumentBlock::Heading(text("2. Tjenesten")),
        facts([
            (
                "Formål",
                "Innlogging for kunder i nettbutikken, slik at vi vet hvem som bestiller og hvem som henter varer på vegne av et borettslag.",
            ),
            ("Produksjonsdomene", "login.eple.example"),
            (
                "Tilbakekallsadresse",
                "https://login.eple.example/callback/no-bankid/f3c0a8d1b2e44c7f9a6d5e3b1c0f8a7d6e5b4c3a2f1e0d9c8b7a6f5e4d3c2b1a",
            ),
            ("Visningsnavn", "Eple nettbutikk"),
        ]),
    ]
}

fn people() -> Vec<DocumentBlock> {
    vec![
        DocumentBlock::Heading(text("3. Kontakter")),
        DocumentBlock::Table {
            head: texts(["Rolle", "Navn", "Mobil", "E-post"]),
            rows: vec![
                texts([
                    "Mottaker av nøkler",
                    "Kari Nordmann",
                    "912\u{a0}34\u{a0}567",
                    "kari.nordmann@eple.example",
                ]),
                texts(["Kan sperre", "Ola Bråten-Čáhppe", "912\u{a0}34\u{a0}568", "ola@eple.example"]),
                texts(["Kan sperre", "Nguyễn Thị Minh", "912\u{a0}34\u{a0}569", "minh@eple.example"]),
                texts(["Driftsmeldinger", "Drift", "", "drift@eple.example"]),
            ],
        },
        DocumentBlock::Heading(text("4. Vilkår for fullmakten")),
        DocumentBlock::List(texts([
            "Portvakt kan sende bestillingen og svare på spørsmål fra utsteder.",
            "Portvakt mottar ingen hemmelige nøkler. De går direkte til mottakeren som er nevnt over, og bare mottakeren kan hente dem.",
            "Fullmakten utløper når tjenesten er satt i drift.",
        ])),
        DocumentBlock::Note(text(
            "En godkjenning med eID er en innlogging som er bundet til dette dokumentet. Den er ikke en elektronisk signatur. \
             Organisasjonens segl viser hvem dokumentet kommer fra og at det ikke er endret.",
        )),
        DocumentBlock::Heading(text("5. Godkjenninger")),
        DocumentBlock::Table {
            head: texts(["Godkjent av", "eID", "Nivå", "Tid (UTC)", "Dokumentets digest"]),
            rows: vec![
                texts([
                    "Kari Nordmann, styreleder",
                    "BankID",
                    "høyt",
                    "2026-11-26 09:31:07",
                    "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
                ]),
                texts([
                    "Ola Bråten-Čáhppe, styremedlem",
                    "BankID",
                    "høyt",
                    "2026-11-26 11:02:44",
                    "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
                ]),
            ],
        },
    ]
}

fn order() -> Document {
    let blocks = [company(), people()].concat();
    Document {
        language: DocumentLanguage::Nb,
        title: text("Bestilling og fullmakt"),
        subtitle: text("Eple AS · BankID på nett · versjon 3"),
        blocks,
        footer: text(
            "Bestilling og fullmakt, Eple AS, versjon 3 · digest 47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
        ),
    }
}

/// Everything that could go wrong on a page, ten pages of it.
fn long() -> Document {
    let paragraph = "The orderer declares that the national identity number is needed for a purpose that is stated below, and that \
                     the processing has a legal ground of its own. ";
    let mut blocks = vec![facts([
        ("An address", "x"),
        (
            "A label that is much longer than its column, with a Donaudampfschifffahrtsgesellschaftskapitän",
            "and a fact",
        ),
    ])];
    for chapter in 1..=6 {
        blocks.push(DocumentBlock::Heading(format!("Chapter {chapter}: AVATAR, Type, “quotes” – and 你好")));
        blocks.push(DocumentBlock::Paragraph(paragraph.repeat(chapter * 2)));
        blocks.push(DocumentBlock::Paragraph(format!("{} follows.", "W".repeat(200))));
        blocks.push(DocumentBlock::Table {
            head: texts(["No", "Event", "By", "What changed"]),
            rows: (1..=14)
                .map(|row| {
                    texts([
                        &row.to_string(),
                        "section-saved",
                        "Kari",
                        if row == 7 { paragraph } else { "Nothing" },
                    ])
                })
                .collect(),
        });
        blocks.push(DocumentBlock::List(vec![paragraph.repeat(3), text("short")]));
    }
    blocks.push(DocumentBlock::Note(paragraph.repeat(30)));
    blocks.push(DocumentBlock::Table {
        head: texts(["One", "Two"]),
        rows: vec![texts(["short", &paragraph.repeat(60)])],
    });
    Document {
        language: DocumentLanguage::En,
        title: text(
            "Contacts and authorisations, with a title that is so long that it takes more than one line",
        ),
        subtitle: text("Eple AS"),
        blocks,
        footer: paragraph.repeat(4),
    }
}

fn main() -> io::Result<()> {
    let folder = PathBuf::from(env::args().nth(1).unwrap_or_else(|| ".".to_owned()));
    fs::create_dir_all(&folder)?;
    let meta = PdfMeta { created: 1_795_683_600, author: text("Portvakt Drift AS") };
    for (name, document) in [("order", order()), ("long", long())] {
        let started = Instant::now();
        let mut made = Vec::new();
        for _ in 0..ROUNDS {
            made = pdf(&document, &meta).map_err(io::Error::other)?;
        }
        let took = started.elapsed() / ROUNDS;
        fs::write(folder.join(format!("{name}.pdf")), &made)?;
        writeln!(io::stdout(), "{name}.pdf {} bytes, {:.1} ms", made.len(), took.as_secs_f64() * 1000.0)?;
    }
    Ok(())
}
