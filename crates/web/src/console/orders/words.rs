//! Words of orders: states, turns, events, and what is missing.

use model::{Evidence, Handover, Lack, OrderAnswers, OrderEvent, OrderState, OrderTurn, QuestionCatalogue};
use ordering::Part;
use pages::console::{Chip, Tone};

use crate::console::words::chip;

/// How credentials are handed over, and what that means: keys.
pub(super) const fn handover_words(handover: Handover) -> (&'static str, &'static str) {
    match handover {
        Handover::ReceiverEnters => ("console-order-handover-enters", "console-order-handover-enters-help"),
        Handover::KeyPair => ("console-order-handover-key", "console-order-handover-key-help"),
        Handover::Deposited => ("console-order-handover-deposited", "console-order-handover-deposited-help"),
    }
}

/// What somebody has to do with an order.
pub(super) const fn part_word(part: Part) -> &'static str {
    match part {
        Part::Signatory => "console-order-part-signatory",
        Part::Declarant => "console-order-part-declarant",
        Part::Receiver => "console-order-part-receiver",
        Part::Blocker => "console-order-part-blocker",
        Part::General => "console-order-part-general",
        Part::Issuer => "console-order-part-issuer",
    }
}

/// What an issuer takes as the word of a signatory.
pub(super) const fn evidence_word(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::ApprovedByLogin => "console-issuer-evidence-login",
        Evidence::ProviderSignature => "console-issuer-evidence-signature",
    }
}

/// A list of questions.
pub(super) const fn catalogue_word(catalogue: QuestionCatalogue) -> &'static str {
    match catalogue {
        QuestionCatalogue::Thirteen => "console-issuer-catalogue-thirteen-questions",
        QuestionCatalogue::Twelve => "console-issuer-catalogue-twelve-questions",
        QuestionCatalogue::Of2026 => "console-issuer-catalogue-questions-2026",
    }
}

/// What a state is called.
pub(in crate::console) const fn state_key(state: OrderState) -> &'static str {
    use OrderState as S;
    match state {
        S::Draft => "console-order-state-draft",
        S::Review => "console-order-state-review",
        S::Approving => "console-order-state-approving",
        S::IdentityReview => "console-order-state-identity-review",
        S::Countersign => "console-order-state-countersign",
        S::Sending => "console-order-state-sending",
        S::AtIssuer => "console-order-state-at-issuer",
        S::Question => "console-order-state-question",
        S::Handover => "console-order-state-handover",
        S::AwaitEntry => "console-order-state-await-entry",
        S::HandoverLapsed => "console-order-state-handover-lapsed",
        S::Checking => "console-order-state-checking",
        S::Trouble => "console-order-state-trouble",
        S::Verified => "console-order-state-verified",
        S::Live => "console-order-state-live",
        S::Ended => "console-order-state-ended",
        S::VippsGuided => "console-order-state-vipps-guided",
        S::VippsProcessing => "console-order-state-vipps-processing",
        S::PortalTasks => "console-order-state-portal-tasks",
        S::Withdrawing => "console-order-state-withdrawing",
        S::Withdrawn => "console-order-state-withdrawn",
        S::Rejected => "console-order-state-rejected",
        S::Lapsed => "console-order-state-lapsed",
        S::OnHold => "console-order-state-on-hold",
    }
}

const fn state_tone(state: OrderState) -> Tone {
    use OrderState as S;
    match state {
        S::Draft | S::Ended | S::Withdrawn => Tone::Neutral,
        S::Verified | S::Live => Tone::Good,
        S::HandoverLapsed | S::Trouble | S::Rejected | S::Lapsed | S::OnHold => Tone::Bad,
        S::Review
        | S::Approving
        | S::IdentityReview
        | S::Countersign
        | S::Sending
        | S::AtIssuer
        | S::Question
        | S::Handover
        | S::AwaitEntry
        | S::Checking
        | S::VippsGuided
        | S::VippsProcessing
        | S::PortalTasks
        | S::Withdrawing => Tone::Attention,
    }
}

/// The state as a chip.
pub(super) const fn state_chip(state: OrderState) -> Chip {
    chip(state_tone(state), state_key(state))
}

/// Whose turn it is.
pub(super) const fn turn_word(turn: OrderTurn) -> &'static str {
    match turn {
        OrderTurn::Orderer => "console-order-turn-orderer",
        OrderTurn::Operator => "console-order-turn-operator",
        OrderTurn::Signatories => "console-order-turn-signatories",
        OrderTurn::Worker => "console-order-turn-worker",
        OrderTurn::Issuer => "console-order-turn-issuer",
        OrderTurn::Receiver => "console-order-turn-receiver",
        OrderTurn::Nobody => "console-order-turn-nobody",
    }
}

/// What happened.
pub(super) fn event_word(event: &str) -> &'static str {
    use OrderEvent as E;
    match OrderEvent::parse(event) {
        None if event == "dossier_taken" => "console-order-event-dossier-taken",
        None if event == "letter_no_room" => "console-order-event-letter-no-room",
        None if event == "codes_ended" => "console-order-event-codes-ended",
        None if event == "cause_gone" => "console-order-event-cause-gone",
        None if event == "letter_written" => "console-order-event-letter-written",
        None if event == "sent_again" => "console-order-event-sent-again",
        None if event == "routed" => "console-order-event-routed",
        None if event == "proposed" => "console-order-event-proposed",
        None if event == "set_aside" => "console-order-event-set-aside",
        None if event == "agreement_uploaded" => "console-order-event-agreement-uploaded",
        None if event == "agreement_accepted" => "console-order-event-agreement-accepted",
        None if event == "agreement_returned" => "console-order-event-agreement-returned",
        None if event == "reminded" => "console-order-event-reminded",
        None => "console-order-event-begun",
        Some(E::Submit) => "console-order-event-submit",
        Some(E::Accept) => "console-order-event-accept",
        Some(E::Return) => "console-order-event-return",
        Some(E::Reject) => "console-order-event-reject",
        Some(E::Approve) => "console-order-event-approve",
        Some(E::Declare) => "console-order-event-declare",
        Some(E::DeclineDeclaration) => "console-order-event-decline-declaration",
        Some(E::Mismatch) => "console-order-event-mismatch",
        Some(E::Decline) => "console-order-event-decline",
        Some(E::AcceptIdentity) => "console-order-event-accept-identity",
        Some(E::RefuseIdentity) => "console-order-event-refuse-identity",
        Some(E::Seal) => "console-order-event-seal",
        Some(E::Sent) => "console-order-event-sent",
        Some(E::SendFailed) => "console-order-event-send-failed",
        Some(E::Acknowledge) => "console-order-event-acknowledge",
        Some(E::Ask) => "console-order-event-ask",
        Some(E::Answer) => "console-order-event-answer",
        Some(E::Issue) => "console-order-event-issue",
        Some(E::Reveal) => "console-order-event-reveal",
        Some(E::Enter) => "console-order-event-enter",
        Some(E::Lose) => "console-order-event-lose",
        Some(E::Reissue) => "console-order-event-reissue",
        Some(E::NewLink) => "console-order-event-new-link",
        Some(E::CheckedGood) => "console-order-event-checked-good",
        Some(E::CheckedBad) => "console-order-event-checked-bad",
        Some(E::CheckedUnreachable) => "console-order-event-checked-unreachable",
        Some(E::CheckAgain) => "console-order-event-check-again",
        Some(E::UseAnyway) => "console-order-event-use-anyway",
        Some(E::BackToIssuer) => "console-order-event-back-to-issuer",
        Some(E::FirstLogin) => "console-order-event-first-login",
        Some(E::CredentialsGone) => "console-order-event-credentials-gone",
        Some(E::DeclareSubmitted) => "console-order-event-declare-submitted",
        Some(E::DeclareCompleted) => "console-order-event-declare-completed",
        Some(E::TasksDone) => "console-order-event-tasks-done",
        Some(E::Amend) => "console-order-event-amend",
        Some(E::Cancel) => "console-order-event-cancel",
        Some(E::Withdraw) => "console-order-event-withdraw",
        Some(E::ConfirmWithdrawn) => "console-order-event-confirm-withdrawn",
        Some(E::Hold) => "console-order-event-hold",
        Some(E::Resume) => "console-order-event-resume",
        Some(E::Expire) => "console-order-event-expire",
    }
}

/// Why a company cannot order: the one reason that holds.
const fn obstacle_word(obstacle: &str) -> &'static str {
    match obstacle.as_bytes() {
        b"bankrupt" => "console-order-lack-bankrupt",
        b"being-dissolved" => "console-order-lack-being-dissolved",
        b"forced-dissolution" => "console-order-lack-forced-dissolution",
        b"deleted" => "console-order-lack-deleted",
        _ => "console-order-lack-sub-unit",
    }
}

/// What a section lacks, in an order with these answers.
pub(super) const fn lack_word(lack: Lack, answers: &OrderAnswers) -> &'static str {
    match lack {
        Lack::Unanswered => "console-order-lack-unanswered",
        Lack::Name => "console-order-lack-name",
        Lack::Email => "console-order-lack-email",
        Lack::Mobile => "console-order-lack-mobile",
        Lack::Obstacle => obstacle_word(answers.company.obstacle.as_str()),
        Lack::Unverified => "console-order-lack-unverified",
        Lack::NotCustomer => "console-order-lack-not-customer",
        Lack::SignatoryEid => "console-order-lack-signatory-eid",
        Lack::SignatoryCannot => "console-order-lack-signatory-cannot",
        Lack::LegalGround => "console-order-lack-legal-ground",
        Lack::Certificate => "console-order-lack-certificate",
        Lack::CertificateDate => "console-order-lack-certificate-date",
        Lack::DomainNotReady => "console-order-lack-domain-not-ready",
        Lack::BirthDate => "console-order-lack-birth-date",
    }
}

pub(super) const fn event_word_of_act(event: OrderEvent) -> &'static str {
    match event {
        OrderEvent::Cancel => "console-order-act-cancel",
        OrderEvent::Withdraw => "console-order-act-withdraw",
        OrderEvent::Amend => "console-order-act-amend",
        OrderEvent::NewLink => "console-order-act-new-link",
        OrderEvent::Reissue => "console-order-act-reissue",
        OrderEvent::DeclareSubmitted => "console-order-act-declare-submitted",
        OrderEvent::DeclareCompleted => "console-order-act-declare-completed",
        OrderEvent::Answer => "console-order-act-answer",
        OrderEvent::Accept => "console-order-act-accept",
        OrderEvent::Return => "console-order-act-return",
        OrderEvent::Reject => "console-order-act-reject",
        OrderEvent::Seal => "console-order-act-seal",
        OrderEvent::Sent => "console-order-act-sent",
        OrderEvent::Acknowledge => "console-order-act-acknowledge",
        OrderEvent::Ask => "console-order-act-ask",
        OrderEvent::Issue => "console-order-act-issue",
        OrderEvent::ConfirmWithdrawn => "console-order-act-confirm-withdrawn",
        OrderEvent::Hold => "console-order-act-hold",
        OrderEvent::Resume => "console-order-act-resume",
        OrderEvent::UseAnyway => "console-order-act-use-anyway",
        _ => "console-order-act-go-on",
    }
}

/// Whether something that happened was good, bad, or neither.
pub(super) fn event_tone(event: &str) -> Tone {
    use OrderEvent as E;
    match OrderEvent::parse(event) {
        Some(
            E::Approve | E::Declare | E::AcceptIdentity | E::Seal | E::Issue | E::CheckedGood | E::FirstLogin,
        ) => Tone::Good,
        Some(
            E::Ask | E::Mismatch | E::DeclineDeclaration | E::Hold | E::CheckedUnreachable | E::SendFailed,
        ) => Tone::Attention,
        None if ["letter_no_room", "codes_ended"].contains(&event) => Tone::Attention,
        Some(E::Reject | E::Decline | E::RefuseIdentity | E::CheckedBad | E::Lose | E::Expire) => Tone::Bad,
        _ => Tone::Neutral,
    }
}

/// What the end of the time in a state means.
pub(super) const fn until_word(state: OrderState) -> &'static str {
    match state {
        OrderState::Draft => "console-order-until-draft",
        OrderState::Handover => "console-order-until-handover",
        _ => "console-order-until-approved",
    }
}

/// What a closed document is called.
pub(super) fn file_word(kind: &str) -> &'static str {
    match kind {
        "order" => "console-order-file-order",
        "contacts" => "console-order-file-contacts",
        "number" => "console-order-file-number",
        "technical" => "console-order-file-technical",
        "cover" => "console-order-file-cover",
        "certificate" => "console-order-file-certificate",
        "agreement" => "console-order-file-agreement",
        signed if signed.starts_with("signed-") => "console-order-file-signed",
        _ => "console-order-file-registry",
    }
}
