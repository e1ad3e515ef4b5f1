//! A letter as it is sent: subject, text and HTML.

use askama::Template;
use authority::LetterKeys;
use model::Timestamp;
use store::letters::Channel;
use texts::{Locale, say};

use crate::{
    AddressedLetter, Letter,
    letter::{ORDER_LINK, SECTION_LINK},
};

/// Where links in letters begin: the console's address, such as `https://console.example`, without a final slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkBase(String);

impl LinkBase {
    /// Takes an origin.
    pub fn new(origin: &str) -> Self {
        Self(origin.trim_end_matches('/').to_owned())
    }
}

/// What a letter says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RenderedLetter {
    /// The tag of its language.
    pub lang: &'static str,
    /// One line, without an address and without anything that somebody typed.
    pub subject: String,
    /// For readers without HTML.
    pub text: String,
    /// A whole document that loads nothing.
    pub html: String,
}

struct Link {
    address: String,
    label: String,
    copy: String,
}

#[derive(Template)]
#[template(path = "letter.html")]
struct Page<'a> {
    lang: &'static str,
    subject: &'a str,
    paragraphs: &'a [String],
    link: Option<&'a Link>,
    footer: &'a str,
}

impl RenderedLetter {
    /// Renders a letter with the links that it has now. `None` when it needs a link and there is no base.
    pub fn new(letter: &AddressedLetter, keys: &LetterKeys, base: Option<&LinkBase>) -> Option<Self> {
        let locale = letter.locale;
        let word = |key: &str| say(locale, key, &[]);
        if letter.to.channel() == Channel::Sms {
            return Self::text_message(letter, keys);
        }
        let (subject, paragraphs, link) = match &letter.letter {
            Letter::Test => (word("letter-test-subject"), vec![word("letter-test-body")], None),
            Letter::Invitation { id, generation } => {
                let code = keys.link_code("invitation", *id, *generation);
                let address = format!("{}/invitation/{id}/{}", base?.0, code.expose());
                let link =
                    Link { address, label: word("letter-invitation-action"), copy: word("letter-link-copy") };
                let body = vec![word("letter-invitation-body"), word("letter-invitation-unexpected")];
                (word("letter-invitation-subject"), body, Some(link))
            }
            Letter::OrderPerson { id, generation, part } => {
                let code = keys.link_code(ORDER_LINK, *id, *generation);
                let address = format!("{}/order/{id}/{}", base?.0, code.expose());
                let word = |what: &str| word(&format!("letter-order-{part}-{what}"));
                let copy = say(locale, "letter-link-copy", &[]);
                let link = Link { address, label: word("action"), copy };
                (word("subject"), vec![word("body"), say(locale, "letter-order-unexpected", &[])], Some(link))
            }
            Letter::OrderSection { id } => {
                let code = keys.link_code(SECTION_LINK, *id, 1);
                let address = format!("{}/section/{id}/{}", base?.0, code.expose());
                let (label, copy) = (word("letter-order-section-action"), word("letter-link-copy"));
                let body = vec![word("letter-order-section-body"), word("letter-order-unexpected")];
                (word("letter-order-section-subject"), body, Some(Link { address, label, copy }))
            }
            Letter::OrderContact { part, is_new } => {
                let when = if *is_new { "now" } else { "before" };
                let body = word(&format!("letter-order-contact-{part}-{when}"));
                let subject = word(&format!("letter-order-contact-subject-{when}"));
                (subject, vec![body, word("letter-order-contact-unexpected")], None)
            }
            Letter::OrderNews { tenant, order, event, person } => {
                let address = match person {
                    Some((id, generation)) => {
                        let code = keys.link_code(ORDER_LINK, *id, *generation);
                        format!("{}/order/{id}/{}", base?.0, code.expose())
                    }
                    None => format!("{}/t/{tenant}/orders/{order}", base?.0),
                };
                let (label, copy) = (word("letter-order-open"), word("letter-link-copy"));
                let body = vec![word(&format!("letter-order-news-{}", event.replace('_', "-")))];
                (word("letter-order-news-subject"), body, Some(Link { address, label, copy }))
            }
            // Goes to a phone only.
            Letter::PhoneCode { .. } => return None,
            Letter::RecoveryMade { name, made_at_micros } => {
                recovery(locale, "letter-recovery-made", (name, *made_at_micros))
            }
            Letter::RecoveryUsed { name, used_at_micros } => {
                recovery(locale, "letter-recovery", (name, *used_at_micros))
            }
        };
        Self::assemble(locale, subject, &paragraphs, link.as_ref())
    }

    /// A text message, which is a text alone; `None` for what is no message.
    fn text_message(letter: &AddressedLetter, keys: &LetterKeys) -> Option<Self> {
        let text = match &letter.letter {
            Letter::Test => say(letter.locale, "sms-test", &[]),
            Letter::PhoneCode { id, .. } => {
                say(letter.locale, "sms-phone-code", &[("code", keys.phone_code(*id).expose())])
            }
            _ => return None,
        };
        Some(Self { lang: letter.locale.as_str(), text, ..Self::default() })
    }

    fn assemble(locale: Locale, subject: String, paragraphs: &[String], link: Option<&Link>) -> Option<Self> {
        let footer = say(locale, "letter-footer", &[]);
        let lang = locale.as_str();
        let page = Page { lang, subject: &subject, paragraphs, link, footer: &footer };
        let html = page.render().ok()?;
        let mut text = paragraphs.join("\n\n");
        if let Some(link) = link {
            text.push_str(&format!("\n\n{}:\n{}", link.label, link.address));
        }
        text.push_str(&format!("\n\n-- \n{footer}\n"));
        Some(Self { lang, subject, text, html })
    }
}

/// What operators are told of a recovery: whose access, when, and what to do if nobody expected it.
fn recovery(locale: Locale, key: &str, (name, at): (&str, i64)) -> (String, Vec<String>, Option<Link>) {
    let at = Timestamp::from_micros(at).to_iso_seconds().replace('T', " ").replace('Z', "");
    let body = vec![
        say(locale, &format!("{key}-body"), &[("name", name), ("at", &at)]),
        say(locale, "letter-recovery-unexpected", &[("name", name)]),
    ];
    (say(locale, &format!("{key}-subject"), &[]), body, None)
}

#[cfg(test)]
mod tests {
    use super::{LinkBase, RenderedLetter};
    use crate::{AddressedLetter, Letter, RECEIVER_CONFIRMS, Recipient, TASKS};
    use authority::{LetterKeys, OpenTenant};
    use crypto::Random;
    use model::{LinkId, OrderEvent, OrderId, TenantId, Timestamp};
    use texts::{Locale, UNTRANSLATED};

    const LINK: LinkId = LinkId::from_bytes([7; 16]);

    fn keys() -> LetterKeys {
        OpenTenant::generate(&Random::seeded(1), TenantId::from_bytes([1; 16])).letter_keys()
    }

    fn letter(locale: Locale, letter: Letter) -> AddressedLetter {
        AddressedLetter { to: Recipient::parse("kari@example.com").unwrap(), locale, letter }
    }

    fn every_kind() -> Vec<Letter> {
        let used_at = Timestamp::from_seconds(1_800_000_000);
        let mut all = vec![
            Letter::Test,
            Letter::Invitation { id: LINK, generation: 1 },
            Letter::recovery_made("Ola <Nordmann>", used_at),
            Letter::recovery_used("Ola <Nordmann>", used_at),
        ];
        let parts =
            ["signatory", "declarant", "receiver", TASKS, RECEIVER_CONFIRMS, "blocker", "general", "issuer"];
        for part in parts {
            all.push(Letter::OrderPerson { id: LINK, generation: 1, part: part.to_owned() });
        }
        for (part, is_new) in [("receiver", true), ("receiver", false), ("blocker", true), ("blocker", false)]
        {
            all.push(Letter::OrderContact { part: part.to_owned(), is_new });
        }
        let (tenant, order) = (TenantId::from_bytes([1; 16]), OrderId::from_bytes([2; 16]));
        let news = |event: &OrderEvent| Letter::OrderNews {
            tenant,
            order,
            event: event.as_str().to_owned(),
            person: Some((LINK, 1)),
        };
        all.extend(Letter::ORDER_NEWS.iter().map(news));
        all
    }

    #[test]
    fn every_letter_is_there_in_every_language_and_loads_nothing() {
        let base = LinkBase::new("https://console.example/");
        for locale in Locale::ALL {
            for kind in every_kind() {
                let said = RenderedLetter::new(&letter(locale, kind), &keys(), Some(&base)).unwrap();
                let all = format!("{}\n{}\n{}", said.subject, said.text, said.html);
                assert!(!all.contains(UNTRANSLATED), "{all}");
                assert!(said.html.starts_with(&format!("<!doctype html>\n<html lang=\"{locale}\">")));
                for word in ["<img", "src=", "@import", "url(", "<script"] {
                    assert!(!said.html.contains(word), "{word}: {}", said.html);
                }
                assert!(said.html.contains("prefers-color-scheme: dark"));
                assert!(!said.subject.contains('@') && said.subject.len() < 78, "{}", said.subject);
                assert!(!all.contains("kari"), "the address is in the envelope only: {all}");
                assert!(!said.subject.contains("Ola") && !said.html.contains("<Nordmann>"), "{all}");
            }
        }
    }

    #[test]
    fn the_link_of_an_invitation_is_derived_when_it_is_sent_and_its_code_reads_back() {
        let (keys, base) = (keys(), LinkBase::new("https://console.example"));
        let invitation = letter(Locale::En, Letter::Invitation { id: LINK, generation: 2 });
        assert!(!String::from_utf8(invitation.to_bytes().expose().clone()).unwrap().contains("http"));
        let said = RenderedLetter::new(&invitation, &keys, Some(&base)).unwrap();
        let link =
            said.text.lines().find(|it| it.starts_with("https://console.example/invitation/")).unwrap();
        assert_eq!(said.html.matches(link).count(), 3);
        let [id, code] = <[&str; 2]>::try_from(link.rsplitn(3, '/').take(2).collect::<Vec<_>>())
            .map(|[code, id]| [id, code])
            .unwrap();
        assert!(keys.is_link_code(code, "invitation", LinkId::parse(id).unwrap(), 2));
        assert!(!keys.is_link_code(code, "invitation", LINK, 1));
        assert_eq!(RenderedLetter::new(&invitation, &keys, None), None);
    }
}
