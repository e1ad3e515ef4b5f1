//! Sets documents as the order desk makes them, to be looked at and measured.
//!
//! `specimen FOLDER [CERTIFICATES KEY NOW]` writes them there and prints, for each, its size and the milliseconds that one takes.
//! With certificates, a key (PEM) and the time (seconds since 1970) it also writes `sealed.pdf` and a request for a time stamp,
//! `order.tsq`; each line of standard input names an answer to it, from which it makes `stamped.pdf`, or says why not.

use std::{
    env, fs, io,
    io::{BufRead as _, Write as _},
    path::{Path, PathBuf},
    time::Instant,
};

use crypto::CertificateKey;
use documents::{Document, DocumentBlock, DocumentLanguage, PdfMeta, Seal, pdf};

const ROUNDS: u32 = 3;

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

/// The declaration on the national identity number, in English.
fn order_in_english() -> Document {
    let blocks = vec![
        DocumentBlock::Note(text(
            "This is a sample. No bank, nor BankID BankAxept AS, has approved the template.",
        )),
        DocumentBlock::Paragraph(text(
            "Eple AS declares that the service below needs the national identity number of the people who log in, for the purpose \
             and on the legal ground stated here. The declaration is approved apart from the order; without it the order goes on \
             without the number.",
        )),
        DocumentBlock::Heading(text("1. The company")),
        facts([
            ("Name", "Eple AS"),
            ("Organisation number", "974\u{a0}760\u{a0}673"),
            ("Address", "Østre Åsveien 12 B\n0475 Oslo\nNorway"),
            ("Source", "Enhetsregisteret, 26 November 2026, 09:14"),
        ]),
        DocumentBlock::Heading(text("2. Purpose and legal ground")),
        facts([
            (
                "Purpose",
                "Customers who pick up goods on behalf of a housing cooperative are identified without doubt.",
            ),
            ("Legal ground", "Lov om behandling av personopplysninger (personopplysningsloven) § 12"),
            ("Kept for", "12 months after the last purchase"),
        ]),
        DocumentBlock::Heading(text("3. The company undertakes")),
        DocumentBlock::List(texts([
            "to use the number for this purpose only, and not as proof of identity;",
            "not to show it, and not to send it in clear;",
            "to say so in writing when the purpose or the legal ground changes.",
        ])),
        DocumentBlock::Note(text(
            "An approval with an eID is a login that is bound to this document. It is not an electronic signature. The seal of the \
             organisation shows who the document comes from and that it was not changed.",
        )),
        DocumentBlock::Heading(text("4. Approvals")),
        DocumentBlock::Table {
            head: texts(["Approved by", "eID", "Level", "Time (UTC)", "Digest of the document"]),
            rows: vec![texts([
                "Kari Nordmann, chair of the board",
                "BankID",
                "high",
                "2026-11-26 09:31:07",
                "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
            ])],
        },
    ];
    Document {
        language: DocumentLanguage::En,
        title: text("Declaration on the national identity number"),
        subtitle: text("Eple AS · BankID · version 3"),
        blocks,
        footer: text("Declaration on the national identity number, Eple AS, version 3"),
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

fn seal(certificates: &str, key: &str) -> io::Result<Seal> {
    let key = CertificateKey::from_pem(&fs::read_to_string(key)?).map_err(io::Error::other)?;
    Seal::new(&fs::read_to_string(certificates)?, key).map_err(io::Error::other)
}

/// Seals the order; then asks for a time stamp, which whoever started this gets and names in a line.
fn sealed(folder: &Path, order: &[u8], seal: &Seal, now: i64) -> io::Result<()> {
    let started = Instant::now();
    let sealed = seal.apply(order, now).map_err(io::Error::other)?;
    let took = started.elapsed();
    fs::write(folder.join("sealed.pdf"), &sealed)?;
    let mut out = io::stdout();
    writeln!(out, "sealed.pdf {} bytes, {:.1} ms", sealed.len(), took.as_secs_f64() * 1000.0)?;
    let request = seal.request(order, now, [7; 16]).map_err(io::Error::other)?;
    fs::write(folder.join("order.tsq"), request.query())?;
    writeln!(out, "order.tsq waits for the name of an answer")?;
    out.flush()?;
    for line in io::stdin().lock().lines() {
        match request.finish(&fs::read(line?)?, now) {
            Ok(stamped) => {
                fs::write(folder.join("stamped.pdf"), &stamped)?;
                writeln!(out, "stamped.pdf {} bytes", stamped.len())?;
            }
            Err(fault) => writeln!(out, "refused: {fault}")?,
        }
        out.flush()?;
    }
    Ok(())
}

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let argument = |at: usize| arguments.get(at).map(String::as_str);
    let folder = PathBuf::from(argument(0).unwrap_or("."));
    fs::create_dir_all(&folder)?;
    let now = argument(3).and_then(|it| it.parse().ok()).unwrap_or(1_795_683_600);
    let meta = PdfMeta { created: now, author: text("Portvakt Drift AS") };
    for (name, document) in [("order", order()), ("order-en", order_in_english()), ("long", long())] {
        let started = Instant::now();
        let mut made = Vec::new();
        for _ in 0..ROUNDS {
            made = pdf(&document, &meta).map_err(io::Error::other)?;
        }
        let took = started.elapsed() / ROUNDS;
        fs::write(folder.join(format!("{name}.pdf")), &made)?;
        writeln!(io::stdout(), "{name}.pdf {} bytes, {:.1} ms", made.len(), took.as_secs_f64() * 1000.0)?;
    }
    let (Some(certificates), Some(key)) = (argument(1), argument(2)) else { return Ok(()) };
    let order = fs::read(folder.join("order.pdf"))?;
    sealed(&folder, &order, &seal(certificates, key)?, now)
}
