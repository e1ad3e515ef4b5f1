//! The pages of the simulated eIDs, which everybody can see are simulated.

use crate::{
    Form, Frame, Shared,
    form::{Field, FieldError},
    page::page,
};

/// Which eID is simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SimulatedEid {
    /// Norwegian BankID.
    #[default]
    BankId,
    /// Vipps.
    Vipps,
}

impl SimulatedEid {
    /// The eID's name, as its owner writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BankId => "BankID",
            Self::Vipps => "Vipps",
        }
    }

    const fn id(self) -> &'static str {
        match self {
            Self::BankId => "bankid",
            Self::Vipps => "vipps",
        }
    }

    /// What the person can let happen, in the order to show.
    pub const fn outcomes(self) -> &'static [SimulatorOutcome] {
        use SimulatorOutcome as O;
        match self {
            Self::BankId => &[
                O::ApproveDevice,
                O::ApproveApp,
                O::ApproveBiometrics,
                O::Cancel,
                O::RefuseNumber,
                O::TimeOut,
            ],
            Self::Vipps => &[O::Approve, O::Cancel, O::RefuseNumber, O::TimeOut],
        }
    }
}

/// Who are you, and what shall happen?
///
/// Posts `person` (id), `outcome` (a [`SimulatorOutcome`] id, from the button that was pressed) and
/// `fault` (a [`SimulatorFault`] id, or empty) to `form`, which answers with [`crate::Continue`].
#[derive(Debug, Clone, Default)]
pub struct Simulator {
    /// What surrounds the page.
    pub frame: Frame,
    /// Which eID is simulated.
    pub eid: SimulatedEid,
    /// Who asks: the client's name.
    pub asker: String,
    /// What is asked for.
    pub requested: Vec<Shared>,
    /// The synthetic people; the first is chosen unless one is marked.
    pub people: Vec<Person>,
    /// Where the choice is posted.
    pub form: Form,
    /// Where a person can be added.
    pub add_person_href: String,
}

impl Simulator {
    /// The buttons that approve, or the others; a number can be refused only when it is asked for.
    fn outcomes(&self, approving: bool) -> impl Iterator<Item = &SimulatorOutcome> {
        let asked = self.requested.contains(&Shared::NationalNumber);
        let may = move |outcome: &SimulatorOutcome| asked || *outcome != SimulatorOutcome::RefuseNumber;
        self.eid.outcomes().iter().filter(move |outcome| outcome.is_approval() == approving && may(outcome))
    }

    const fn faults(&self) -> [SimulatorFault; 10] {
        SimulatorFault::ALL
    }

    /// The person who is chosen when the page opens.
    fn chosen(&self) -> usize {
        self.people.iter().position(|person| person.is_chosen).unwrap_or(0)
    }
}

/// A synthetic person.
#[derive(Debug, Clone, Default)]
pub struct Person {
    /// Value of the form's `person`.
    pub id: String,
    /// Full name.
    pub name: String,
    /// `YYYY-MM-DD`.
    pub birth_date: String,
    /// The synthetic number, 11 digits.
    pub number: String,
    /// Whether to choose this person when the page opens.
    pub is_chosen: bool,
}

/// What the synthetic person lets happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SimulatorOutcome {
    /// Approves (Vipps).
    Approve,
    /// Approves at level high with a code device (BankID).
    ApproveDevice,
    /// Approves at level high with the app (BankID).
    ApproveApp,
    /// Approves with biometrics, level substantial (BankID).
    ApproveBiometrics,
    /// Cancels.
    Cancel,
    /// Refuses to share the national identity number.
    RefuseNumber,
    /// Does nothing until it is too late.
    TimeOut,
}

impl SimulatorOutcome {
    /// Every outcome.
    pub const ALL: [Self; 7] = [
        Self::Approve,
        Self::ApproveDevice,
        Self::ApproveApp,
        Self::ApproveBiometrics,
        Self::Cancel,
        Self::RefuseNumber,
        Self::TimeOut,
    ];

    /// The form's value, and the button's id after `outcome-`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::ApproveDevice => "approve-device",
            Self::ApproveApp => "approve-app",
            Self::ApproveBiometrics => "approve-biometrics",
            Self::Cancel => "cancel",
            Self::RefuseNumber => "refuse-nin",
            Self::TimeOut => "time-out",
        }
    }

    /// Understands a form's value.
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.id() == id)
    }

    fn key(self) -> String {
        format!("outcome-{}", self.id())
    }

    const fn is_approval(self) -> bool {
        matches!(self, Self::Approve | Self::ApproveDevice | Self::ApproveApp | Self::ApproveBiometrics)
    }
}

/// What the simulator does wrong, on request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SimulatorFault {
    /// ID token with another nonce.
    WrongNonce,
    /// ID token for another audience.
    WrongAudience,
    /// ID token of another issuer.
    WrongIssuer,
    /// ID token that has expired.
    ExpiredToken,
    /// ID token with a signature that does not verify.
    BadSignature,
    /// Answer that comes byte by byte.
    SlowBody,
    /// Answer that never ends.
    EndlessBody,
    /// HTTP status 500.
    Http500,
    /// ID token without `acr`.
    MissingAcr,
    /// A lower level than was asked for.
    LowerLevel,
}

impl SimulatorFault {
    /// Every fault, in the order of the list.
    pub const ALL: [Self; 10] = [
        Self::WrongNonce,
        Self::WrongAudience,
        Self::WrongIssuer,
        Self::ExpiredToken,
        Self::BadSignature,
        Self::SlowBody,
        Self::EndlessBody,
        Self::Http500,
        Self::MissingAcr,
        Self::LowerLevel,
    ];

    /// The form's value.
    pub const fn id(self) -> &'static str {
        match self {
            Self::WrongNonce => "wrong-nonce",
            Self::WrongAudience => "wrong-audience",
            Self::WrongIssuer => "wrong-issuer",
            Self::ExpiredToken => "expired-token",
            Self::BadSignature => "bad-signature",
            Self::SlowBody => "slow-body",
            Self::EndlessBody => "endless-body",
            Self::Http500 => "http-500",
            Self::MissingAcr => "missing-acr",
            Self::LowerLevel => "lower-level",
        }
    }

    fn key(self) -> String {
        format!("fault-{}", self.id())
    }

    /// Understands a form's value; empty is no fault and gives `None`, like an unknown one.
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.id() == id)
    }
}

/// Adds a synthetic person. Posts `given_name`, `family_name`, `birth_date` and `sex` (`female`, `male`).
#[derive(Debug, Clone, Default)]
pub struct NewPerson {
    /// What surrounds the page.
    pub frame: Frame,
    /// Which eID is simulated.
    pub eid: SimulatedEid,
    /// Where the person is posted.
    pub form: Form,
    /// What was typed, to be shown again.
    pub fields: PersonFields,
    /// What is wrong with it; empty at first.
    pub errors: Vec<PersonError>,
    /// Where "cancel" leads.
    pub back_href: String,
}

impl NewPerson {
    /// Key of what is wrong with a field, if anything.
    fn error_of(&self, field: &str) -> Option<&'static str> {
        self.errors.iter().find(|error| error.field() == field).map(|error| error.key())
    }

    fn summary(&self) -> Vec<FieldError> {
        self.errors.iter().map(|error| FieldError { name: error.field(), key: error.key() }).collect()
    }

    fn text_fields(&self) -> [Field<'_>; 3] {
        let PersonFields { given_name, family_name, birth_date, .. } = &self.fields;
        let of = |name, label, value, longest| Field {
            error: self.error_of(name),
            ..Field::new(name, label, value, longest)
        };
        [
            of("given_name", "person-given-name", given_name, 80),
            of("family_name", "person-family-name", family_name, 80),
            Field {
                help: Some("person-birth-date-hint"),
                ..of("birth_date", "person-birth-date", birth_date, 20)
            },
        ]
    }
}

/// The fields of a new person as they were typed.
#[derive(Debug, Clone, Default)]
pub struct PersonFields {
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// Date of birth, in whatever form.
    pub birth_date: String,
    /// `female`, `male` or empty.
    pub sex: String,
}

/// What is wrong with a new person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonError {
    /// No given name.
    GivenNameMissing,
    /// A given name that is too long or has signs that no name has.
    GivenNameInvalid,
    /// No family name.
    FamilyNameMissing,
    /// A family name that is too long or has signs that no name has.
    FamilyNameInvalid,
    /// No date of birth.
    BirthDateMissing,
    /// Not a date.
    BirthDateInvalid,
    /// A date in the future, or too long ago for a number.
    BirthDateOutOfRange,
    /// No sex chosen.
    SexMissing,
}

impl PersonError {
    /// Every error.
    pub const ALL: [Self; 8] = [
        Self::GivenNameMissing,
        Self::GivenNameInvalid,
        Self::FamilyNameMissing,
        Self::FamilyNameInvalid,
        Self::BirthDateMissing,
        Self::BirthDateInvalid,
        Self::BirthDateOutOfRange,
        Self::SexMissing,
    ];

    /// The form's field.
    const fn field(self) -> &'static str {
        match self {
            Self::GivenNameMissing | Self::GivenNameInvalid => "given_name",
            Self::FamilyNameMissing | Self::FamilyNameInvalid => "family_name",
            Self::BirthDateMissing | Self::BirthDateInvalid | Self::BirthDateOutOfRange => "birth_date",
            Self::SexMissing => "sex",
        }
    }

    const fn key(self) -> &'static str {
        match self {
            Self::GivenNameMissing => "person-error-given-name-missing",
            Self::GivenNameInvalid => "person-error-given-name-invalid",
            Self::FamilyNameMissing => "person-error-family-name-missing",
            Self::FamilyNameInvalid => "person-error-family-name-invalid",
            Self::BirthDateMissing => "person-error-birth-date-missing",
            Self::BirthDateInvalid => "person-error-birth-date-invalid",
            Self::BirthDateOutOfRange => "person-error-birth-date-out-of-range",
            Self::SexMissing => "person-error-sex-missing",
        }
    }
}

/// The synthetic person now exists.
#[derive(Debug, Clone, Default)]
pub struct PersonAdded {
    /// What surrounds the page.
    pub frame: Frame,
    /// Which eID is simulated.
    pub eid: SimulatedEid,
    /// The person.
    pub person: Person,
    /// Where the login goes on.
    pub continue_href: String,
}

page!(Simulator, "simulator/choose.html");
page!(NewPerson, "simulator/new_person.html");
page!(PersonAdded, "simulator/person_added.html");
