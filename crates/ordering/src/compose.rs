//! The documents of an order, from its answers.

use crypto::Digest;
use documents::{Document, DocumentBlock, DocumentLanguage};
use model::{
    CompanyAnswer, Contact, Date, Evidence, Handover, LoginMethod, OrderAnswers, OrderId, OrderSection,
    PhoneNumber, TemplateKind, TemplateValues, Timestamp, UsedTemplates, filled_template,
    template_paragraphs,
};
use texts::{Locale, say};

use crate::{OrderView, Part, PersonView, document_change::DocumentChange, view::grouped};

/// A document with the word for its kind.
pub struct Composed {
    /// `order`, `contacts`, `number`, `technical`, `cover`.
    pub kind: &'static str,
    /// Its content.
    pub document: Document,
}

/// The kind of the declaration on the national identity number.
pub(crate) const DECLARATION: &str = "number";

struct Words(Locale);

impl Words {
    fn say(&self, key: &str) -> String {
        say(self.0, &format!("order-document-{key}"), &[])
    }

    fn with(&self, key: &str, args: &[(&str, &str)]) -> String {
        say(self.0, &format!("order-document-{key}"), args)
    }

    fn fact(&self, key: &str, value: &str) -> (String, String) {
        (self.say(key), if value.is_empty() { "–".to_owned() } else { value.to_owned() })
    }

    fn person(&self, it: &Contact) -> String {
        let mobile = PhoneNumber::parse(&it.mobile).map(|it| it.shown()).unwrap_or_default();
        [it.name.clone(), mobile, it.email.clone()]
            .into_iter()
            .filter(|it| !it.is_empty())
            .collect::<Vec<_>>()
            .join(", ")
    }

    fn people(&self, all: &[Contact]) -> String {
        all.iter().map(|it| self.person(it)).collect::<Vec<_>>().join("; ")
    }
}

fn document(words: &Words, title: &str, subtitle: String, blocks: Vec<DocumentBlock>) -> Document {
    let language = if words.0 == Locale::En { DocumentLanguage::En } else { DocumentLanguage::Nb };
    Document { language, title: words.say(title), subtitle, blocks, footer: words.say("footer") }
}

/// An organisation number as people write it: `399 000 114`.
fn in_threes(number: &str) -> String {
    let digits: Vec<char> = number.chars().collect();
    digits.chunks(3).map(|it| it.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// Name, number and, where the registry said it, address.
fn bank(it: &CompanyAnswer) -> String {
    let number = in_threes(&it.number);
    let all = [it.name.as_str(), &number, &it.address];
    all.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(", ")
}

/// What is written around the answers of a document.
struct Body {
    /// Before them.
    before: Vec<DocumentBlock>,
    /// After them.
    after: Vec<DocumentBlock>,
}

/// The sentences that are built in, as a text of the register has them: a paragraph each.
pub(crate) fn built_in(kind: TemplateKind, locale: Locale) -> Vec<String> {
    let keys: &[&str] = match kind {
        TemplateKind::Order => &["order-intro", "authority-text"],
        TemplateKind::Contacts => &["contacts-intro"],
        TemplateKind::Number => &["number-intro"],
    };
    keys.iter().map(|it| Words(locale).say(it)).collect()
}

/// The first paragraph stands before the answers, the others after them. What is built in is marked as a sample, except in
/// submissions that are older than the mark: what was approved is what is sealed.
fn body(words: &Words, kind: TemplateKind, it: &OrderAnswers) -> Body {
    let templates = it.templates.as_ref();
    let paragraphs = match templates.and_then(|used| Some((used, used.of(kind)?))) {
        Some((used, own)) => filled(&own.body, used, it),
        None => built_in(kind, words.0),
    };
    let is_sample = templates.is_some_and(|used| used.of(kind).is_none());
    let mut blocks = paragraphs.into_iter().map(DocumentBlock::Paragraph);
    let mark = is_sample.then(|| DocumentBlock::Note(words.say("sample")));
    let before = mark.into_iter().chain(blocks.next()).collect();
    Body { before, after: blocks.collect() }
}

fn filled(text: &str, used: &UsedTemplates, it: &OrderAnswers) -> Vec<String> {
    let number = in_threes(&it.company.number);
    let values =
        TemplateValues { company: &it.company.name, number: &number, host: &it.host, eid: &used.eid };
    template_paragraphs(text).iter().map(|it| filled_template(it, values)).collect()
}

/// A document of facts with what is written around them.
fn around(body: Body, facts: Vec<(String, String)>) -> Vec<DocumentBlock> {
    let mut blocks = body.before;
    blocks.push(DocumentBlock::Facts(facts));
    blocks.extend(body.after);
    blocks
}

fn products(words: &Words, it: &OrderAnswers) -> String {
    let named = it.products.iter().map(|it| words.say(&format!("product-{it}")));
    named.collect::<Vec<_>>().join(", ")
}

fn order(words: &Words, subtitle: String, it: &OrderAnswers) -> Document {
    let mut facts = vec![
        words.fact("purpose", &it.purpose),
        words.fact("domain", &it.host),
        words.fact("company", &it.company.name),
        words.fact("company-number", &in_threes(&it.company.number)),
        words.fact("company-address", &it.company.address),
        words.fact("bank", &bank(&it.bank)),
        words.fact("display-name", &it.display_name),
    ];
    // What a catalogue does not ask does not stand in the order.
    if it.catalogue.questions().contains(&OrderSection::Listing) {
        facts.push(words.fact("listed-address", &it.listed_address));
    }
    if it.catalogue.questions().contains(&OrderSection::Products) {
        facts.push(words.fact("products", &products(words, it)));
    }
    let signatories: Vec<Vec<String>> = it
        .signatories
        .iter()
        .map(|it| vec![it.name.clone(), it.role.clone(), it.birth_date.clone()])
        .collect();
    let head = ["name", "role", "birth-date"].map(|it| words.say(it)).to_vec();
    let Body { before, after } = body(words, TemplateKind::Order, it);
    let mut blocks = before;
    blocks.extend([DocumentBlock::Facts(facts), DocumentBlock::Heading(words.say("authority"))]);
    blocks.extend(after);
    blocks.extend([
        DocumentBlock::Heading(words.say("signatories")),
        DocumentBlock::Table { head, rows: signatories },
        DocumentBlock::Note(words.say(match it.evidence {
            Evidence::ApprovedByLogin => "no-signature",
            Evidence::ProviderSignature => "by-signature",
        })),
    ]);
    document(words, "order-title", subtitle, blocks)
}

fn contacts(words: &Words, subtitle: String, it: &OrderAnswers) -> Document {
    let mut facts = vec![
        words.fact("general", &words.person(&it.general)),
        words.fact("receiver", &words.person(&it.receiver)),
        words.fact("blockers", &words.people(&it.blockers)),
    ];
    if it.catalogue.questions().contains(&OrderSection::Operations) {
        facts.push(words.fact("operations", &words.people(&it.operations)));
    }
    document(words, "contacts-title", subtitle, around(body(words, TemplateKind::Contacts, it), facts))
}

fn number(words: &Words, subtitle: String, it: &OrderAnswers) -> Document {
    let facts = vec![
        words.fact("reason", &it.number.reason),
        words.fact("statute", &it.number.statute),
        words.fact("paragraph", &it.number.paragraph),
    ];
    document(words, "number-title", subtitle, around(body(words, TemplateKind::Number, it), facts))
}

/// What the issuer sets a client up with.
#[derive(Clone, Copy, Debug)]
pub struct ClientFacts<'a> {
    /// The callback address.
    pub callback: &'a str,
    /// Whether it is for real people.
    pub is_production: bool,
}

fn technical(words: &Words, subtitle: String, (view, client): (&OrderView, ClientFacts<'_>)) -> Document {
    let is_number_needed = view.answers.number.is_asked_for();
    let scopes = eid::scopes_to_order(view.eid, is_number_needed).unwrap_or_default();
    let mut facts = vec![
        words.fact("environment", &words.say(if client.is_production { "production" } else { "test" })),
        words.fact("callback", client.callback),
        words.fact("scopes", &scopes),
        words.fact(
            "authentication",
            &words.say(if view.handover == Handover::KeyPair { "by-key" } else { "by-secret" }),
        ),
        words.fact("national-number", &words.say(if is_number_needed { "yes" } else { "no" })),
    ];
    if view.answers.catalogue.questions().contains(&OrderSection::Products) {
        facts.push(words.fact("products", &products(words, &view.answers)));
    }
    if let Some(key) = &view.public_key {
        facts.push(words.fact("public-key", &key.to_string()));
    }
    let blocks = vec![DocumentBlock::Paragraph(words.say("technical-intro")), DocumentBlock::Facts(facts)];
    document(words, "technical-title", subtitle, blocks)
}

/// Why somebody counts whose identity was not certain, and who says so.
fn reviewed(it: &PersonView) -> String {
    let by = if it.override_by.is_empty() { String::new() } else { format!(" ({})", it.override_by) };
    format!("{}: {}{by}", it.contact.name, it.override_reason)
}

/// The level of a login in words.
fn level(words: &Words, level: &str) -> String {
    if ["high", "substantial"].contains(&level) {
        words.say(&format!("level-{level}"))
    } else {
        level.to_owned()
    }
}

/// Who approved the documents of a part, by which login, of which digest.
fn approvals(words: &Words, view: &OrderView, part: Part) -> Vec<DocumentBlock> {
    let row = |it: &PersonView| {
        let eid = LoginMethod::parse(&it.eid).map(|eid| eid.name_in(words.0).to_owned()).unwrap_or_default();
        let at = it.decided_at.map(|at| at.to_iso_seconds()).unwrap_or_default();
        let how = match it.provider.as_str() {
            "" => words.with("approved-by", &[("eid", &eid), ("level", &level(words, &it.level))]),
            provider => words.with("signed-at", &[("provider", provider)]),
        };
        vec![it.contact.name.clone(), how, at, grouped(&it.token_digest)]
    };
    let of_part = || view.people.iter().filter(|it| it.part == part);
    let mut blocks = vec![
        DocumentBlock::Heading(words.say("approvals")),
        DocumentBlock::Facts(vec![words.fact("digest", &grouped(&view.digest_text(part)))]),
        DocumentBlock::Table {
            head: ["name", "approved-with", "approved-at", "token-digest"].map(|it| words.say(it)).to_vec(),
            rows: of_part().map(row).collect(),
        },
    ];
    let overridden = of_part().filter(|it| !it.override_reason.is_empty());
    let reasons: Vec<String> = overridden.map(reviewed).collect();
    if !reasons.is_empty() {
        blocks.push(DocumentBlock::Paragraph(words.say("reviewed")));
        blocks.push(DocumentBlock::List(reasons));
    }
    blocks
}

fn words_of(answers: &OrderAnswers) -> Words {
    // Documents are in bokmål or English.
    Words(if answers.language == "en" { Locale::En } else { Locale::Nb })
}

fn subtitle(words: &Words, (id, submission): (OrderId, i64), answers: &OrderAnswers) -> String {
    let (order, submission) = (id.to_string(), submission.to_string());
    let company = answers.company.name.as_str();
    let args = [("company", company), ("order", order.as_str()), ("submission", submission.as_str())];
    let subtitle = words.with("subtitle", &args);
    if answers.is_sandbox { format!("{} · {subtitle}", words.say("sandbox")) } else { subtitle }
}

/// Composes the documents of a submission.
fn composed(submission: (OrderId, i64), answers: &OrderAnswers) -> Vec<Composed> {
    let words = words_of(answers);
    let subtitle = || subtitle(&words, submission, answers);
    let mut all = vec![
        Composed { kind: "order", document: order(&words, subtitle(), answers) },
        Composed { kind: "contacts", document: contacts(&words, subtitle(), answers) },
    ];
    if answers.number.is_needed == Some(true) {
        all.push(Composed { kind: DECLARATION, document: number(&words, subtitle(), answers) });
    }
    all
}

/// Names with values, of all documents; a table is one value.
fn stated(answers: &OrderAnswers) -> Vec<(String, String)> {
    let words = words_of(answers);
    let documents = composed((OrderId::from_bytes([0; 16]), 1), answers);
    let of_block = |block: DocumentBlock| match block {
        DocumentBlock::Facts(facts) => facts,
        DocumentBlock::Table { rows, .. } => {
            let rows: Vec<String> = rows.iter().map(|it| it.join(", ")).collect();
            vec![(words.say("signatories"), rows.join("; "))]
        }
        _ => Vec::new(),
    };
    let values = documents.into_iter().flat_map(|it| it.document.blocks).flat_map(of_block);
    values.chain(texts_used(&words, answers)).collect()
}

/// Which texts the documents are written with: an operator's newer one is a change, too.
fn texts_used(words: &Words, answers: &OrderAnswers) -> Vec<(String, String)> {
    let used = answers.templates.clone().unwrap_or_default();
    let text = |kind: TemplateKind| {
        let value = match used.of(kind) {
            Some(it) => words.with("text-version", &[("version", &it.version.to_string())]),
            None => words.say("text-sample"),
        };
        (words.say(&format!("text-of-{}", kind.as_str())), value)
    };
    let is_asked = |it: &TemplateKind| *it != TemplateKind::Number || answers.number.is_needed == Some(true);
    TemplateKind::ALL.into_iter().filter(is_asked).map(text).collect()
}

/// The document of a kind as it would be for an example company.
pub(crate) fn example(kind: TemplateKind, answers: &OrderAnswers) -> Option<Document> {
    let all = composed((OrderId::from_bytes([0; 16]), 1), answers);
    let found = all.into_iter().find(|it| it.kind == kind.as_str())?;
    // No order has this number.
    Some(Document { subtitle: answers.company.name.clone(), ..found.document })
}

/// What stands in the documents of the second answers otherwise than in those of the first, in the words of the second.
pub(crate) fn changes_between(before: &OrderAnswers, now: &OrderAnswers) -> Vec<DocumentChange> {
    let before = stated(&OrderAnswers { language: now.language.clone(), ..before.clone() });
    let now = stated(now);
    let value = |all: &[(String, String)], label: &str| {
        all.iter().find(|it| it.0 == label).map(|it| it.1.clone()).unwrap_or_default()
    };
    let mut labels: Vec<&String> = now.iter().map(|it| &it.0).collect();
    labels.extend(before.iter().map(|it| &it.0).filter(|label| now.iter().all(|it| it.0 != **label)));
    let change = |label: &String| {
        let (before, now) = (value(&before, label), value(&now, label));
        (before != now).then(|| DocumentChange { label: label.clone(), before, now })
    };
    labels.into_iter().filter_map(change).collect()
}

/// What the signatories of a submission approve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ApprovedDigests {
    /// Of the order and the contacts.
    pub(crate) order: Digest,
    /// Of the declaration on the national identity number, where there is one.
    pub(crate) declaration: Option<Digest>,
}

fn digest_of(documents: &[Composed]) -> Digest {
    let digests = documents.iter().map(|it| Digest::of(&it.document.canonical()));
    Digest::of(&digests.flat_map(|it| *it.as_bytes()).collect::<Vec<u8>>())
}

/// The digests of what the signatories of a submission approve.
pub(crate) fn digests_of(submission: (OrderId, i64), answers: &OrderAnswers) -> ApprovedDigests {
    let (declaration, order): (Vec<_>, Vec<_>) =
        composed(submission, answers).into_iter().partition(|it| it.kind == DECLARATION);
    let declaration = (!declaration.is_empty()).then(|| digest_of(&declaration));
    ApprovedDigests { order: digest_of(&order), declaration }
}

/// The same of a submission from before the declaration was approved by itself: one digest of everything.
pub(crate) fn digest_of_all(submission: (OrderId, i64), answers: &OrderAnswers) -> Digest {
    digest_of(&composed(submission, answers))
}

impl OrderView {
    /// The documents of the submission, or as they would be if it were submitted now. A declaration that was said no to is none
    /// of them.
    pub fn documents(&self) -> Vec<Composed> {
        let mut all = composed((self.id, self.submission.max(1)), &self.answers);
        all.retain(|it| it.kind != DECLARATION || self.answers.number.is_asked_for());
        all
    }

    /// What a signatory approves, or a declarant; for others, nothing.
    pub fn documents_for(&self, part: Part) -> Vec<Composed> {
        let mut all = self.documents();
        all.retain(|it| self.part_of(it) == part);
        all
    }

    /// Who approves a document.
    fn part_of(&self, it: &Composed) -> Part {
        let is_by_itself = self.declaration_digest.is_some() || self.submission == 0;
        if it.kind == DECLARATION && is_by_itself { Part::Declarant } else { Part::Signatory }
    }

    /// The documents with who approved them, as they are closed.
    pub(crate) fn approved_documents(&self) -> Vec<Composed> {
        let words = words_of(&self.answers);
        let with_approvals = |it: Composed| {
            let approvals = approvals(&words, self, self.part_of(&it));
            let blocks = it.document.blocks.into_iter().chain(approvals).collect();
            Composed { document: Document { blocks, ..it.document }, ..it }
        };
        self.documents().into_iter().map(with_approvals).collect()
    }

    /// The letter that goes with the documents to the issuer. `by`: the operators who seal.
    pub(crate) fn cover_letter(&self, enclosed: &[Composed], by: &[String], now: Timestamp) -> Composed {
        let words = words_of(&self.answers);
        let subtitle = subtitle(&words, (self.id, self.submission.max(1)), &self.answers);
        let (eid, issuer) = (self.eid.name_in(words.0), &self.issuer.settings);
        let intro = words.with("cover-intro", &[("company", &self.answers.company.name), ("eid", &eid)]);
        let enclosed = enclosed.iter().map(|it| it.document.title.clone()).collect();
        let blocks = vec![
            DocumentBlock::Paragraph(format!("{}, {}", issuer.name, issuer.address)),
            DocumentBlock::Paragraph(Date::in_norway(now).to_string()),
            DocumentBlock::Paragraph(intro),
            DocumentBlock::Heading(words.say("enclosed")),
            DocumentBlock::List(enclosed),
            DocumentBlock::Paragraph(words.say(match self.answers.evidence {
                Evidence::ApprovedByLogin => "cover-approvals",
                Evidence::ProviderSignature => "cover-signatures",
            })),
            DocumentBlock::Paragraph(words.with(
                if by.len() > 1 { "cover-two-operators" } else { "cover-one-operator" },
                &[("names", &by.join(", "))],
            )),
            DocumentBlock::Note(words.say("cover-secret")),
        ];
        Composed { kind: "cover", document: document(&words, "cover-title", subtitle, blocks) }
    }

    /// What goes to the issuer beside the documents: how the client is set up. Nobody approves it.
    pub fn technical_sheet(&self, client: ClientFacts<'_>) -> Composed {
        let words = words_of(&self.answers);
        let subtitle = subtitle(&words, (self.id, self.submission.max(1)), &self.answers);
        Composed { kind: "technical", document: technical(&words, subtitle, (self, client)) }
    }
}

#[cfg(test)]
mod tests {
    use super::{built_in, composed, digest_of_all, digests_of};
    use documents::DocumentBlock as B;
    use model::{OrderAnswers, OrderId, TemplateKind, UsedTemplate, UsedTemplates};
    use texts::Locale;

    const SUBMISSION: (OrderId, i64) = (OrderId::from_bytes([7; 16]), 1);

    fn with(templates: Option<UsedTemplates>) -> OrderAnswers {
        OrderAnswers { language: "en".to_owned(), templates, ..OrderAnswers::default() }
    }

    /// What approvals of orders that were submitted before there were texts of operators are bound to.
    #[test]
    fn a_submission_that_is_older_than_the_texts_has_the_documents_that_were_approved() {
        let blocks = composed(SUBMISSION, &with(None)).remove(0).document.blocks;
        let [intro, authority] = built_in(TemplateKind::Order, Locale::En).try_into().unwrap();
        assert_eq!(blocks[0], B::Paragraph(intro));
        assert!(matches!((&blocks[1], &blocks[2]), (B::Facts(_), B::Heading(_))));
        assert_eq!(blocks[3], B::Paragraph(authority));
        assert!(matches!((&blocks[4], &blocks[5], &blocks[6]), (B::Heading(_), B::Table { .. }, B::Note(_))));
        assert_eq!(blocks.len(), 7, "no mark of a sample");
    }

    #[test]
    fn what_is_approved_is_another_thing_with_another_text() {
        let body = "One.\n\nTwo.".to_owned();
        let own = UsedTemplate { kind: TemplateKind::Order, version: 1, body };
        let own = UsedTemplates { eid: String::new(), all: vec![own] };
        let digests = [None, Some(UsedTemplates::default()), Some(own)]
            .map(|it| digests_of(SUBMISSION, &with(it)).order);
        assert!(digests[0] != digests[1] && digests[1] != digests[2] && digests[0] != digests[2]);
    }

    #[test]
    fn the_declaration_has_a_digest_of_its_own_and_the_order_has_the_same_without_it() {
        let mut answers = with(None);
        let without = digests_of(SUBMISSION, &answers);
        assert_eq!((without.declaration, without.order), (None, digest_of_all(SUBMISSION, &answers)));
        answers.number.is_needed = Some(true);
        let with_number = digests_of(SUBMISSION, &answers);
        assert_eq!(with_number.order, without.order, "the order says nothing of the number");
        let first = with_number.declaration.unwrap();
        answers.number.statute = "Hvitvaskingsloven".to_owned();
        assert_ne!(digests_of(SUBMISSION, &answers).declaration, Some(first));
    }

    #[test]
    fn answers_that_were_kept_before_there_were_texts_are_read_and_kept_as_they_were() {
        let kept = serde_json::to_string(&with(None)).unwrap();
        assert!(!kept.contains("templates"));
        assert_eq!(serde_json::from_str::<OrderAnswers>(&kept).unwrap(), with(None));
    }
}
