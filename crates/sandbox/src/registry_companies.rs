//! The synthetic companies of the simulated registry. Their numbers have the control digit of real ones and begin with 2
//! or 3, as those of Skatteetaten's test units (Tenor) do.
//!
//! The people in them are those of the simulated eIDs (`people.rs`), by name and birth date, so that whoever has to approve
//! an order can log in:
//!
//! | person | born | signs for |
//! |---|---|---|
//! | Kari Nordli | 1984-05-17 | Fjellvokt (alone), Prøvehavn (with Ola), Tvillingtårn (with Ola), Elveleie (alone), Navnelike (with another) |
//! | Ola Fjellheim | 1991-11-03 | Prøvehavn (with Kari), Tvillingtårn (with Kari, or with Nils-Ante as the whole board), Elveleie (alone) |
//! | Nils-Ante Hætta | 1957-08-09 | Prøvehavn (alone), Åsgård-Øræ (alone; the registry spells him "Nils Ante Haetta") |
//! | Ingrid Sofie Sørli Bakke | 2003-02-28 | Åsgård-Øræ (with Nils-Ante, as the whole board) |
//! | Maria Lindqvist | 1979-01-30 | Navnelike (with one of the two Karis), Eierselskap (alone) |
//!
//! Whoever else stands in a role exists in the registry only, and cannot log in unless somebody adds them at the eID.

/// A company, and what is peculiar about it.
pub(crate) struct SimulatedCompany {
    pub(crate) number: &'static str,
    pub(crate) name: &'static str,
    pub(crate) form: Form,
    /// What it is for, in English.
    pub(crate) shows: &'static str,
    pub(crate) fate: Fate,
    pub(crate) roles: &'static [Role],
    pub(crate) rule: Rule,
}

/// The form of a company.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    As,
    Association,
    ForeignBranch,
    SubUnit,
}

impl Form {
    pub(crate) const fn code_and_words(self) -> (&'static str, &'static str) {
        match self {
            Self::As => ("AS", "Aksjeselskap"),
            Self::Association => ("FLI", "Forening/lag/innretning"),
            Self::ForeignBranch => ("NUF", "Norskregistrert utenlandsk foretak"),
            Self::SubUnit => ("BEDR", "Underenhet til næringsdrivende og offentlig forvaltning"),
        }
    }
}

/// What has become of a company, or what the registry does when it is asked for it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Active,
    BeingDissolved,
    ForcedDissolution,
    Bankrupt,
    /// Deleted: 410.
    Removed,
    /// Deleted: 200, and a body that says when.
    Deleted,
    SubUnitOf(&'static str),
    /// 500.
    Down,
    Slow,
    /// A page instead of JSON, with status 200.
    Html,
    /// JSON that does not end before 100 MB.
    Huge,
    /// JSON that is cut off.
    CutOff,
    /// Only Fullmakttjenesten answers 500.
    AuthorityDown,
}

/// A role in a company.
pub(crate) struct Role {
    pub(crate) code: &'static str,
    pub(crate) holder: Holder,
    pub(crate) tenure: Tenure,
}

/// Who holds a role.
pub(crate) enum Holder {
    Person { given: &'static str, middle: &'static str, family: &'static str, born: &'static str },
    Company { number: &'static str, name: &'static str },
}

/// Whether the holder still holds it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tenure {
    Held,
    Retired,
    Deregistered,
    Died,
}

/// Who may sign, as Fullmakttjenesten knows it.
#[derive(Clone, Copy)]
pub(crate) enum Rule {
    /// A standard rule, and each set of roles that is enough. The whole board is added.
    Found(&'static str, &'static [&'static [usize]]),
    FreeText(&'static str),
    NotRegistered,
    /// A standard rule for which no combination can be made.
    NoCombination(&'static str),
    /// The service could not look.
    LookUpFailed,
    /// 404.
    Unknown,
}

const fn person(
    code: &'static str,
    given: &'static str,
    middle: &'static str,
    (family, born): (&'static str, &'static str),
) -> Role {
    Role { code, holder: Holder::Person { given, middle, family, born }, tenure: Tenure::Held }
}

const fn kari(code: &'static str) -> Role {
    person(code, "Kari", "", ("Nordli", "1984-05-17"))
}

const fn ola(code: &'static str) -> Role {
    person(code, "Ola", "", ("Fjellheim", "1991-11-03"))
}

const fn ingrid(code: &'static str) -> Role {
    person(code, "Ingrid", "Sofie Sørli", ("Bakke", "2003-02-28"))
}

const fn nils(code: &'static str) -> Role {
    person(code, "Nils-Ante", "", ("Hætta", "1957-08-09"))
}

const fn maria(code: &'static str) -> Role {
    person(code, "Maria", "", ("Lindqvist", "1979-01-30"))
}

const fn ended(role: Role, tenure: Tenure) -> Role {
    Role { tenure, ..role }
}

const fn company(
    number: &'static str,
    name: &'static str,
    shows: &'static str,
    roles: &'static [Role],
    rule: Rule,
) -> SimulatedCompany {
    SimulatedCompany { number, name, form: Form::As, shows, fate: Fate::Active, roles, rule }
}

const fn with_fate(company: SimulatedCompany, fate: Fate) -> SimulatedCompany {
    SimulatedCompany { fate, ..company }
}

const fn with_form(company: SimulatedCompany, form: Form) -> SimulatedCompany {
    SimulatedCompany { form, ..company }
}

/// One of which only its fate matters: Kari Nordli is its chair and signs alone.
const fn plain(
    number: &'static str,
    name: &'static str,
    shows: &'static str,
    fate: Fate,
) -> SimulatedCompany {
    const CHAIR: &[Role] = &[kari("LEDE")];
    with_fate(company(number, name, shows, CHAIR, Rule::Found("R0001", &[&[0]])), fate)
}

/// All of them.
pub(crate) const COMPANIES: &[SimulatedCompany] = &[
    company(
        "399000114",
        "FJELLVOKT PRØVE AS",
        "the chair signs alone",
        &[ola("DAGL"), kari("LEDE")],
        Rule::Found("R0001", &[&[1]]),
    ),
    company(
        "399000122",
        "PRØVEHAVN BYGG AS",
        "the chair alone, or two board members jointly",
        &[
            nils("LEDE"),
            kari("MEDL"),
            ola("MEDL"),
            ingrid("VARA"),
            ended(maria("MEDL"), Tenure::Retired),
            ended(person("MEDL", "Ulv", "", ("Avmeldt", "1970-03-01")), Tenure::Deregistered),
            ended(person("MEDL", "Borghild", "", ("Minnes", "1931-06-20")), Tenure::Died),
        ],
        Rule::Found("R0012", &[&[0], &[1, 2]]),
    ),
    company(
        "399000130",
        "TVILLINGTÅRN PRØVE AS",
        "the managing director and the chair jointly",
        &[kari("DAGL"), ola("LEDE"), nils("MEDL")],
        Rule::Found("R0008", &[&[0, 1]]),
    ),
    company(
        "399000149",
        "ELVELEIE PRØVE AS",
        "the managing director or the chair, each alone",
        &[ola("DAGL"), kari("LEDE")],
        Rule::Found("R0007", &[&[0], &[1]]),
    ),
    company(
        "399000157",
        "FRITEKST PRØVE AS",
        "a rule in free text",
        &[kari("LEDE"), ola("MEDL")],
        Rule::FreeText("Styrets leder sammen med den medlemmene peker ut.\nFor lån: styret i fellesskap."),
    ),
    with_form(
        company(
            "399000165",
            "UTEN REGEL PRØVEFORENING",
            "no rule is registered",
            &[kari("LEDE"), ola("MEDL")],
            Rule::NotRegistered,
        ),
        Form::Association,
    ),
    company(
        "399000173",
        "INGEN KOMBINASJON PRØVE AS",
        "a rule for which there is no combination",
        &[kari("DAGL")],
        Rule::NoCombination("R0005"),
    ),
    company(
        "399000181",
        "OPPSLAG FEILER PRØVE AS",
        "Fullmakttjenesten cannot look the rule up",
        &[kari("LEDE")],
        Rule::LookUpFailed,
    ),
    company(
        "399000394",
        "UTEN FULLMAKT PRØVE AS",
        "Fullmakttjenesten does not know the company",
        &[kari("LEDE")],
        Rule::Unknown,
    ),
    with_form(
        company(
            "399000203",
            "NORTHERN SAMPLES LIMITED",
            "the branch of a foreign company",
            &[kari("DAGL")],
            Rule::NotRegistered,
        ),
        Form::ForeignBranch,
    ),
    plain("399000211", "KONKURS PRØVE AS", "bankrupt", Fate::Bankrupt),
    plain("399000238", "AVVIKLING PRØVE AS", "being dissolved", Fate::BeingDissolved),
    plain("399000246", "TVANGSOPPLØST PRØVE AS", "being dissolved by a court", Fate::ForcedDissolution),
    plain("399000254", "FJERNET PRØVE AS", "deleted: answered with 410", Fate::Removed),
    plain("399000262", "SLETTET PRØVE AS", "deleted: answered with 200 and a date", Fate::Deleted),
    with_form(
        with_fate(
            company(
                "399000270",
                "FJELLVOKT PRØVE AS AVD OSLO",
                "a sub-unit of 399000114",
                &[],
                Rule::Unknown,
            ),
            Fate::SubUnitOf("399000114"),
        ),
        Form::SubUnit,
    ),
    company(
        "399000289",
        "EIERSTYRT PRØVE AS",
        "the whole board jointly, and a company is in the board",
        &[
            kari("LEDE"),
            ola("MEDL"),
            Role {
                code: "MEDL",
                holder: Holder::Company { number: "299000117", name: "EIERSELSKAP PRØVE AS" },
                tenure: Tenure::Held,
            },
        ],
        Rule::Found("R0003", &[&[0, 1]]),
    ),
    company(
        "299000117",
        "EIERSELSKAP PRØVE AS",
        "the chair signs alone; holds a role in 399000289",
        &[
            maria("LEDE"),
            Role {
                code: "REVI",
                holder: Holder::Company { number: "299000125", name: "REVISJON PRØVE AS" },
                tenure: Tenure::Held,
            },
        ],
        Rule::Found("R0001", &[&[0]]),
    ),
    company(
        "299000125",
        "REVISJON PRØVE AS",
        "the managing director signs alone; audits 299000117",
        &[ola("DAGL")],
        Rule::Found("R0002", &[&[0]]),
    ),
    company(
        "399000297",
        "NAVNELIKE PRØVE AS",
        "two board members jointly, and two of them have the same name",
        &[maria("LEDE"), kari("MEDL"), person("MEDL", "Kari", "", ("Nordli", "1952-02-12"))],
        Rule::Found("R0005", &[&[0, 1], &[0, 2], &[1, 2]]),
    ),
    company(
        "399000300",
        "ÅSGÅRD-ØRÆ PRØVE AS",
        "names that the registry spells differently",
        &[
            person("LEDE", "Nils Ante", "", ("Haetta", "1957-08-09")),
            ingrid("MEDL"),
            person("DAGL", "Åse-Lill", "Bjørkås", ("Ørnæs-Dæhli", "1968-12-01")),
        ],
        Rule::Found("R0001", &[&[0]]),
    ),
    company(
        "399000319",
        "GIFTENAVN PRØVE AS",
        "the chair's family name is another than at the eID",
        &[person("LEDE", "Kari", "", ("Nordlihaug", "1984-05-17"))],
        Rule::Found("R0001", &[&[0]]),
    ),
    plain("399000327", "NEDE PRØVE AS", "the registry answers 500", Fate::Down),
    plain("399000335", "TREG PRØVE AS", "the registry does not answer in time", Fate::Slow),
    plain("399000343", "NETTSIDE PRØVE AS", "the registry answers with a page", Fate::Html),
    plain("399000351", "STOR PRØVE AS", "the registry answers with 100 MB", Fate::Huge),
    plain("399000378", "KAPPET PRØVE AS", "the registry answers with broken JSON", Fate::CutOff),
    plain("399000386", "FULLMAKT NEDE PRØVE AS", "only Fullmakttjenesten answers 500", Fate::AuthorityDown),
];
