//! The sections of an order: the questions of the recipient, in its order, and what each still lacks.

use crate::LoginMethod;

use super::{
    answers::{CompanySource, Contact, OrderAnswers},
    catalogue::QuestionCatalogue,
    state::words,
};

words! {
    /// A question of the catalogue, or what belongs together of it.
    OrderSection {
        /// 1. What the application does and why it needs the eID.
        Purpose = "purpose",
        /// 2. The production domain.
        Domain = "domain",
        /// 3. The company.
        Company = "company",
        /// 4. Its Norwegian bank.
        Bank = "bank",
        /// 5. General contact.
        General = "general",
        /// 6. Who receives the credentials.
        Receiver = "receiver",
        /// 7. Who may block or revoke.
        Block = "block",
        /// 8. Who signs.
        Signatories = "signatories",
        /// 9. The display name.
        DisplayName = "display-name",
        /// 10. The web address to be listed.
        Listing = "listing",
        /// 11. Who is told of trouble.
        Operations = "operations",
        /// 12. The national identity number.
        Number = "number",
        /// 13. The certificate of the company.
        Certificate = "certificate",
        /// What BankID is used for; a question of 2026.
        Products = "products",
    }
}

/// What BankID is used for: question 12 of 2026.
pub const PRODUCTS: [&str; 3] = ["authentication", "signatures", "caller-authentication"];

impl OrderSection {
    /// The thirteen questions of the first catalogue.
    const THIRTEEN: &[Self] = &[
        Self::Purpose,
        Self::Domain,
        Self::Company,
        Self::Bank,
        Self::General,
        Self::Receiver,
        Self::Block,
        Self::Signatories,
        Self::DisplayName,
        Self::Listing,
        Self::Operations,
        Self::Number,
        Self::Certificate,
    ];

    /// The questions that an order of this eID has, in the order of the catalogue. Who orders on Vipps' own page answers the rest
    /// there.
    pub fn asked(eid: LoginMethod, catalogue: QuestionCatalogue) -> &'static [Self] {
        if eid != LoginMethod::NO_VIPPS {
            return catalogue.questions();
        }
        &[
            Self::Domain,
            Self::Company,
            Self::Signatories,
            Self::General,
            Self::Receiver,
            Self::DisplayName,
            Self::Number,
        ]
    }
}

impl QuestionCatalogue {
    /// The questions, in the recipient's order: the first is number 1.
    pub const fn questions(self) -> &'static [OrderSection] {
        use OrderSection as S;
        match self {
            Self::Thirteen => S::THIRTEEN,
            Self::Twelve => &[
                S::Purpose,
                S::Company,
                S::General,
                S::Bank,
                S::Block,
                S::Signatories,
                S::Number,
                S::Receiver,
                S::DisplayName,
                S::Listing,
                S::Domain,
                S::Certificate,
            ],
            Self::Of2026 => &[
                S::Purpose,
                S::Company,
                S::General,
                S::Signatories,
                S::Bank,
                S::Receiver,
                S::Block,
                S::DisplayName,
                S::Domain,
                S::Number,
                S::Certificate,
                S::Products,
            ],
        }
    }
}

words! {
    /// What a section still lacks.
    Lack {
        /// Nothing was answered.
        Unanswered = "unanswered",
        /// A name is missing.
        Name = "name",
        /// An e-mail address is missing.
        Email = "email",
        /// A mobile number is missing.
        Mobile = "mobile",
        /// The company cannot order now.
        Obstacle = "obstacle",
        /// What was typed is to be verified with the registry.
        Unverified = "unverified",
        /// It does not say that the company is a customer of the bank.
        NotCustomer = "not-customer",
        /// A signatory's eID is not known.
        SignatoryEid = "signatory-eid",
        /// A signatory holds an eID that cannot be used here yet.
        SignatoryCannot = "signatory-cannot",
        /// The law that gives the right is missing.
        LegalGround = "legal-ground",
        /// The certificate is missing.
        Certificate = "certificate",
        /// A birth date is missing, by which the receiver is recognised.
        BirthDate = "birth-date",
    }
}

/// How a section stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SectionState {
    /// Something is missing.
    Missing,
    /// Somebody else has to do something.
    WaitingOnOthers,
    /// Nothing is missing.
    Ready,
}

/// Says what a section still lacks; empty where it is ready. `has_sms`: whether phones can be confirmed, so that a receiver is known
/// by theirs where no birth date is known.
pub fn lacks(answers: &OrderAnswers, section: OrderSection, has_sms: bool) -> Vec<Lack> {
    let text = |value: &str| if value.is_empty() { vec![Lack::Unanswered] } else { Vec::new() };
    match section {
        OrderSection::Purpose => text(&answers.purpose),
        // Chosen when the order was begun.
        OrderSection::Domain => Vec::new(),
        OrderSection::Company => company(answers),
        OrderSection::Bank => bank(answers),
        OrderSection::General if answers.catalogue.asks_general_mobile() => {
            contact(&answers.general, &[Lack::Mobile])
        }
        OrderSection::General => contact(&answers.general, &[]),
        OrderSection::Receiver if has_sms => contact(&answers.receiver, &[Lack::Mobile]),
        OrderSection::Receiver => contact(&answers.receiver, &[Lack::Mobile, Lack::BirthDate]),
        OrderSection::Block if answers.blockers.is_empty() => vec![Lack::Unanswered],
        OrderSection::Block => answers.blockers.iter().flat_map(|it| contact(it, &[Lack::Mobile])).collect(),
        OrderSection::Signatories => signatories(answers),
        OrderSection::DisplayName => text(&answers.display_name),
        OrderSection::Listing => text(&answers.listed_address),
        OrderSection::Operations if answers.operations.is_empty() => vec![Lack::Unanswered],
        OrderSection::Operations => answers.operations.iter().flat_map(|it| contact(it, &[])).collect(),
        OrderSection::Number => number(answers),
        OrderSection::Certificate if has_certificate(answers) => Vec::new(),
        OrderSection::Certificate => vec![Lack::Certificate],
        OrderSection::Products if answers.products.is_empty() => vec![Lack::Unanswered],
        OrderSection::Products => Vec::new(),
    }
}

/// How a section stands.
pub fn section_state(answers: &OrderAnswers, section: OrderSection, has_sms: bool) -> SectionState {
    if lacks(answers, section, has_sms).is_empty() { SectionState::Ready } else { SectionState::Missing }
}

fn contact(it: &Contact, more: &[Lack]) -> Vec<Lack> {
    if it.is_empty() {
        return vec![Lack::Unanswered];
    }
    let mut lacks = Vec::new();
    let needs = |lack: Lack| more.contains(&lack);
    for (lack, is_missing) in [
        (Lack::Name, it.name.is_empty()),
        (Lack::Email, it.email.is_empty()),
        (Lack::Mobile, needs(Lack::Mobile) && it.mobile.is_empty()),
        (Lack::BirthDate, needs(Lack::BirthDate) && it.birth_date.is_empty()),
    ] {
        if is_missing {
            lacks.push(lack);
        }
    }
    lacks
}

fn company(answers: &OrderAnswers) -> Vec<Lack> {
    let it = &answers.company;
    match it.source {
        _ if it.number.is_empty() || it.name.is_empty() => vec![Lack::Unanswered],
        CompanySource::Typed => vec![Lack::Unverified],
        CompanySource::Registry if !it.obstacle.is_empty() => vec![Lack::Obstacle],
        CompanySource::Registry | CompanySource::Foreign => Vec::new(),
    }
}

fn bank(answers: &OrderAnswers) -> Vec<Lack> {
    if answers.bank.number.is_empty() {
        vec![Lack::Unanswered]
    } else if answers.is_bank_customer {
        Vec::new()
    } else {
        vec![Lack::NotCustomer]
    }
}

fn signatories(answers: &OrderAnswers) -> Vec<Lack> {
    if answers.signatories.is_empty() {
        return vec![Lack::Unanswered];
    }
    let mut lacks = Vec::new();
    for it in &answers.signatories {
        if it.email.is_empty() {
            lacks.push(Lack::Email);
        }
        if answers.catalogue.asks_signatory_mobile() && it.mobile.is_empty() {
            lacks.push(Lack::Mobile);
        }
        match it.eid.as_str() {
            "" => lacks.push(Lack::SignatoryEid),
            "no-bankid" => {}
            _ => lacks.push(Lack::SignatoryCannot),
        }
    }
    lacks
}

fn number(answers: &OrderAnswers) -> Vec<Lack> {
    let it = &answers.number;
    match it.is_needed {
        None => vec![Lack::Unanswered],
        Some(true) if it.reason.is_empty() || it.statute.is_empty() || it.paragraph.is_empty() => {
            vec![Lack::LegalGround]
        }
        Some(_) => Vec::new(),
    }
}

/// A Norwegian company's answer of the registry stands in for its certificate.
fn has_certificate(answers: &OrderAnswers) -> bool {
    answers.has_certificate || answers.company.source == CompanySource::Registry
}

#[cfg(test)]
mod tests {
    use super::{Lack, OrderSection, SectionState, lacks, section_state};
    use crate::order::{CompanySource, Contact, NumberAnswer, OrderAnswers, SignatoryAnswer};

    fn somebody() -> Contact {
        Contact {
            name: "Kari Nordli".to_owned(),
            mobile: "+4790000001".to_owned(),
            email: "kari@example.no".to_owned(),
            birth_date: "1980-01-01".to_owned(),
        }
    }

    #[test]
    fn an_empty_order_lacks_everything_but_its_domain() {
        let empty = OrderAnswers::default();
        let ready: Vec<_> = OrderSection::ALL
            .iter()
            .filter(|it| section_state(&empty, **it, false) == SectionState::Ready)
            .collect();
        assert_eq!(ready, [&OrderSection::Domain]);
    }

    #[test]
    fn the_registry_vouches_for_a_company_and_what_was_typed_is_to_be_verified() {
        let mut answers = OrderAnswers::default();
        (answers.company.number, answers.company.name) = ("314270320".to_owned(), "Eple AS".to_owned());
        assert_eq!(lacks(&answers, OrderSection::Company, false), [Lack::Unverified]);
        assert_eq!(lacks(&answers, OrderSection::Certificate, false), [Lack::Certificate]);
        answers.company.source = CompanySource::Registry;
        assert!(lacks(&answers, OrderSection::Company, false).is_empty());
        assert!(lacks(&answers, OrderSection::Certificate, false).is_empty(), "its answer stands in for it");
        answers.company.obstacle = "bankrupt".to_owned();
        assert_eq!(lacks(&answers, OrderSection::Company, false), [Lack::Obstacle]);
    }

    #[test]
    fn who_receives_a_secret_needs_a_phone_and_who_is_written_to_does_not() {
        let mut answers =
            OrderAnswers { general: somebody(), receiver: somebody(), ..OrderAnswers::default() };
        answers.general.mobile.clear();
        answers.receiver.mobile.clear();
        assert!(lacks(&answers, OrderSection::General, false).is_empty());
        assert_eq!(lacks(&answers, OrderSection::Receiver, false), [Lack::Mobile]);
        answers.receiver = Contact { birth_date: String::new(), ..somebody() };
        assert_eq!(lacks(&answers, OrderSection::Receiver, false), [Lack::BirthDate]);
        assert!(
            lacks(&answers, OrderSection::Receiver, true).is_empty(),
            "a code to the phone tells who it is"
        );
    }

    #[test]
    fn who_cannot_approve_yet_is_said_before_it_is_submitted() {
        let holder = |eid: &str| SignatoryAnswer {
            email: "a@example.no".to_owned(),
            eid: eid.to_owned(),
            ..SignatoryAnswer::default()
        };
        let with = |eid| OrderAnswers { signatories: vec![holder(eid)], ..OrderAnswers::default() };
        assert_eq!(lacks(&with(""), OrderSection::Signatories, false), [Lack::SignatoryEid]);
        assert_eq!(lacks(&with("dk-mitid"), OrderSection::Signatories, false), [Lack::SignatoryCannot]);
        assert!(lacks(&with("no-bankid"), OrderSection::Signatories, false).is_empty());
    }

    #[test]
    fn a_number_needs_its_law_and_no_number_needs_nothing() {
        let with = |number| OrderAnswers { number, ..OrderAnswers::default() };
        let no = NumberAnswer { is_needed: Some(false), ..NumberAnswer::default() };
        assert!(lacks(&with(no), OrderSection::Number, false).is_empty());
        let mut yes = NumberAnswer { is_needed: Some(true), ..NumberAnswer::default() };
        assert_eq!(lacks(&with(yes.clone()), OrderSection::Number, false), [Lack::LegalGround]);
        (yes.reason, yes.statute, yes.paragraph) = ("x".into(), "hvitvaskingsloven".into(), "§ 12".into());
        assert!(lacks(&with(yes), OrderSection::Number, false).is_empty());
    }
}
