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
        /// It is not said when the certificate was issued.
        CertificateDate = "certificate-date",
        /// The domain cannot be reached safely yet.
        DomainNotReady = "domain-not-ready",
        /// A birth date is missing, by which somebody is recognised.
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

impl SectionState {
    /// How a section stands that lacks this. `is_asked`: a colleague has a link with which to answer it.
    pub const fn of(lacks: &[Lack], is_asked: bool) -> Self {
        match (lacks.is_empty(), is_asked) {
            (true, _) => Self::Ready,
            (false, true) => Self::WaitingOnOthers,
            (false, false) => Self::Missing,
        }
    }
}

/// What counts beside the answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// Whether phones can be confirmed, so that a receiver is known by theirs where no birth date is known.
    pub has_sms: bool,
    /// Whether people reach the domain: the operator vouches for its host, and it has a valid certificate.
    pub is_domain_ready: bool,
}

/// Says what a section still lacks; empty where it is ready.
pub fn lacks(answers: &OrderAnswers, section: OrderSection, at: Circumstances) -> Vec<Lack> {
    let text = |value: &str| if value.is_empty() { vec![Lack::Unanswered] } else { Vec::new() };
    match section {
        OrderSection::Purpose => text(&answers.purpose),
        // Chosen when the order was begun.
        OrderSection::Domain if at.is_domain_ready => Vec::new(),
        OrderSection::Domain => vec![Lack::DomainNotReady],
        OrderSection::Company => company(answers),
        OrderSection::Bank => bank(answers),
        OrderSection::General if answers.catalogue.asks_general_mobile() => {
            contact(&answers.general, &[Lack::Mobile])
        }
        OrderSection::General => contact(&answers.general, &[]),
        OrderSection::Receiver if at.has_sms => contact(&answers.receiver, &[Lack::Mobile]),
        OrderSection::Receiver => contact(&answers.receiver, &[Lack::Mobile, Lack::BirthDate]),
        OrderSection::Block if answers.blockers.is_empty() => vec![Lack::Unanswered],
        OrderSection::Block => answers.blockers.iter().flat_map(|it| contact(it, &[Lack::Mobile])).collect(),
        OrderSection::Signatories => signatories(answers),
        OrderSection::DisplayName => text(&answers.display_name),
        OrderSection::Listing => text(&answers.listed_address),
        OrderSection::Operations if answers.operations.is_empty() => vec![Lack::Unanswered],
        OrderSection::Operations => answers.operations.iter().flat_map(|it| contact(it, &[])).collect(),
        OrderSection::Number => number(answers),
        OrderSection::Certificate => certificate(answers),
        OrderSection::Products if answers.products.is_empty() => vec![Lack::Unanswered],
        OrderSection::Products => Vec::new(),
    }
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
        // Whoever the registry names has one, by which the approval is compared.
        if it.birth_date.is_empty() && answers.combinations.is_empty() {
            lacks.push(Lack::BirthDate);
        }
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

/// The registry's answer stands in for the certificate of a company whose signing rule it reads.
fn certificate(answers: &OrderAnswers) -> Vec<Lack> {
    match answers.has_certificate {
        true if answers.certificate_date.is_empty() => vec![Lack::CertificateDate],
        true => Vec::new(),
        false if answers.company.is_vouched_for() => Vec::new(),
        false if answers.company.number.is_empty() => vec![Lack::Unanswered],
        false => vec![Lack::Certificate],
    }
}

#[cfg(test)]
mod tests {
    use super::{Circumstances, Lack, OrderSection, SectionState, lacks};
    use crate::order::{CompanySource, Contact, NumberAnswer, OrderAnswers, SignatoryAnswer};

    const READY: Circumstances = Circumstances { has_sms: false, is_domain_ready: true };
    const WITH_SMS: Circumstances = Circumstances { has_sms: true, ..READY };

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
        let ready: Vec<_> =
            OrderSection::ALL.iter().filter(|it| lacks(&empty, **it, READY).is_empty()).collect();
        assert_eq!(ready, [&OrderSection::Domain]);
    }

    #[test]
    fn the_registry_vouches_for_a_company_and_what_was_typed_is_to_be_verified() {
        let mut answers = OrderAnswers::default();
        (answers.company.number, answers.company.name) = ("314270320".to_owned(), "Eple AS".to_owned());
        assert_eq!(lacks(&answers, OrderSection::Company, READY), [Lack::Unverified]);
        assert_eq!(lacks(&answers, OrderSection::Certificate, READY), [Lack::Certificate]);
        answers.company.source = CompanySource::Registry;
        answers.company.rule = "found".to_owned();
        assert!(lacks(&answers, OrderSection::Company, READY).is_empty());
        assert!(lacks(&answers, OrderSection::Certificate, READY).is_empty(), "its answer stands in for it");
        answers.company.obstacle = "bankrupt".to_owned();
        assert_eq!(lacks(&answers, OrderSection::Company, READY), [Lack::Obstacle]);
    }

    #[test]
    fn who_receives_a_secret_needs_a_phone_and_who_is_written_to_does_not() {
        let mut answers =
            OrderAnswers { general: somebody(), receiver: somebody(), ..OrderAnswers::default() };
        answers.general.mobile.clear();
        answers.receiver.mobile.clear();
        assert!(lacks(&answers, OrderSection::General, READY).is_empty());
        assert_eq!(lacks(&answers, OrderSection::Receiver, READY), [Lack::Mobile]);
        answers.receiver = Contact { birth_date: String::new(), ..somebody() };
        assert_eq!(lacks(&answers, OrderSection::Receiver, READY), [Lack::BirthDate]);
        assert!(
            lacks(&answers, OrderSection::Receiver, WITH_SMS).is_empty(),
            "a code to the phone tells who it is"
        );
    }

    #[test]
    fn who_cannot_approve_yet_is_said_before_it_is_submitted() {
        let holder = |eid: &str| SignatoryAnswer {
            birth_date: "1980-01-01".to_owned(),
            email: "a@example.no".to_owned(),
            eid: eid.to_owned(),
            ..SignatoryAnswer::default()
        };
        let with = |eid| OrderAnswers { signatories: vec![holder(eid)], ..OrderAnswers::default() };
        assert_eq!(lacks(&with(""), OrderSection::Signatories, READY), [Lack::SignatoryEid]);
        assert_eq!(lacks(&with("dk-mitid"), OrderSection::Signatories, READY), [Lack::SignatoryCannot]);
        assert!(lacks(&with("no-bankid"), OrderSection::Signatories, READY).is_empty());
    }

    #[test]
    fn a_number_needs_its_law_and_no_number_needs_nothing() {
        let with = |number| OrderAnswers { number, ..OrderAnswers::default() };
        let no = NumberAnswer { is_needed: Some(false), ..NumberAnswer::default() };
        assert!(lacks(&with(no), OrderSection::Number, READY).is_empty());
        let mut yes = NumberAnswer { is_needed: Some(true), ..NumberAnswer::default() };
        assert_eq!(lacks(&with(yes.clone()), OrderSection::Number, READY), [Lack::LegalGround]);
        (yes.reason, yes.statute, yes.paragraph) = ("x".into(), "hvitvaskingsloven".into(), "§ 12".into());
        assert!(lacks(&with(yes), OrderSection::Number, READY).is_empty());
    }

    /// RT, RI, IK, NA, SI, and the branch of a foreign company.
    #[test]
    fn the_registry_stands_in_for_the_certificate_of_a_company_whose_rule_it_cannot_read() {
        let mut answers = OrderAnswers::default();
        answers.company.number = "399000157".to_owned();
        answers.company.source = CompanySource::Registry;
        for rule in ["by-hand", "foreign-branch"] {
            answers.company.rule = rule.to_owned();
            assert_eq!(lacks(&answers, OrderSection::Certificate, READY), [Lack::Certificate], "{rule}");
        }
        answers.has_certificate = true;
        assert_eq!(lacks(&answers, OrderSection::Certificate, READY), [Lack::CertificateDate]);
        answers.certificate_date = "2026-05-01".to_owned();
        assert!(lacks(&answers, OrderSection::Certificate, READY).is_empty());
    }

    #[test]
    fn an_order_for_a_domain_without_a_certificate_lacks_its_domain() {
        let at = Circumstances { is_domain_ready: false, ..READY };
        assert_eq!(lacks(&OrderAnswers::default(), OrderSection::Domain, at), [Lack::DomainNotReady]);
    }

    #[test]
    fn a_section_that_a_colleague_was_asked_for_waits_until_it_is_answered() {
        let lacks = [Lack::Unanswered];
        assert_eq!(SectionState::of(&lacks, true), SectionState::WaitingOnOthers);
        assert_eq!(SectionState::of(&lacks, false), SectionState::Missing);
        assert_eq!(SectionState::of(&[], true), SectionState::Ready);
    }
}
