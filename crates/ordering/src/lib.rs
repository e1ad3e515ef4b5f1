//! The order desk: from a company's number to credentials that work (docs/adr/0049).
//!
//! **Invariant:** an order moves by the table of `model` only, in one write with its line in the timeline, its audit event and its
//! letters. What people answered and who they are is sealed; documents are made outside every transaction.

mod acting;
mod agreement;
mod agreement_acts;
mod answered;
mod answering;
mod approval;
mod by_itself;
mod certificate;
mod changed_contacts;
mod company;
mod compose;
mod confirmed;
mod confirming;
mod desk;
mod document_change;
mod dossier;
mod fetched_by_issuer;
mod handover;
mod issuer;
mod issuer_letter;
mod issuer_sending;
mod issuers;
mod kept_documents;
mod kept_person;
mod link;
mod mailbox;
mod moving;
mod order_desk;
mod people;
mod phones;
mod proposal;
mod proposals;
mod proposing;
mod reading;
mod recorded_eid;
mod review;
mod sandbox_receiver;
mod seal_kit;
mod sealing;
mod secrets;
mod section_links;
mod sending;
mod signature_provider;
mod signing;
mod step_names;
mod submitted;
mod templates;
mod uploads;
mod view;
mod waiting;
mod watching;

pub use changes::issuers::IssuerView;

pub use agreement_acts::AgreementDecision;
pub use approval::{ApprovalBegun, ApprovalProof, IdentityDecision, ReceiverProof};
pub use by_itself::{FailedOrder, Look, WentOn};
pub use certificate::CompanyCertificate;
pub use company::{FoundCompany, LookAgain, LookUp, is_trouble};
pub use compose::{ClientFacts, Composed};
pub use desk::{Desk, DeskRow, NewOrder, SectionAnswers};
pub use document_change::DocumentChange;
pub use handover::{CheckResult, Deposit, Entered, ToCheck, What};
pub use kept_person::LetterState;
pub use link::LinkView;
pub use mailbox::{KeptMessage, MessageKind};
pub use moving::{Happening, OrderVersion, permission_of, permission_to_decide};
pub use order_desk::{OrderDesk, OrderSettings};
pub use people::PersonView;
pub use phones::{PhoneStep, TypedCode};
pub use proposal::{Decided, ProposalView};
pub use review::ReviewReason;
pub use sandbox_receiver::{KnownReceiver, LetIn, RECEIVES_FOR};
pub use seal_kit::{AskForTimestamp, SealKit};
pub use section_links::{
    Colleague, ColleagueStep, ColleagueView, InBrowser, SectionLinkView, asks_for_eid, can_be_delegated,
};
pub use sending::permission_to_send;
pub use signature_provider::{AtProvider, Provided, SignatureProvider, ToSign};
pub use signing::{SigningBegun, SigningReturned};
pub use store::order_people::{Part, PersonState};
pub use templates::TemplateView;
pub use view::{OrderFile, OrderSummary, OrderView, StepView};
pub use waiting::IssuerDays;
pub use watching::Watched;
