//! The state machine of an order. Time and effects are elsewhere: this says what may follow what.
//!
//! ```text
//!  Draft ─submit─► Review ─accept─► Approving ─last─► Countersign ─seal─► Sending ─sent─► AtIssuer ─issue─► Handover
//!    ▲      └──────────────────────────▲  │ mismatch        │ return          │ failed: stays    │ ask ▲      │ 7 days
//!    │   (nothing to review)           │  ▼                 ▼                 ▼ changed          ▼     │answer▼
//!    └──── amend, return, decline   IdentityReview        Draft             OnHold           Question ─┘  HandoverLapsed
//!
//!  Handover ─enter─► Checking ─good─► Verified ─first login─► Live ─credentials gone─► Ended
//!     │ reveal           │ bad ▲ enter, check again
//!     ▼                  ▼     │
//!  AwaitEntry ─enter─►  Trouble ─use anyway─► Verified
//!
//!  Vipps: Draft ─submit─► VippsGuided ─submitted─► VippsProcessing ─completed─► PortalTasks ─all done─► Handover
//!  Every open state: hold ─► OnHold ─resume─► where it was. Cancel and withdraw end in Withdrawn, by Withdrawing once it was sent.
//! ```

macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$doc])* $variant,)+
        }

        impl $name {
            /// All of them, in order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word in the table, in addresses and in exports.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// Reads the word.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|it| it.as_str() == word)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = <String as serde::Deserialize>::deserialize(deserializer)?;
                let known = || Self::ALL.iter().map(|it| it.as_str()).collect::<Vec<_>>().join(", ");
                let unknown = || serde::de::Error::custom(format!("`{word}` is none of {}", known()));
                Self::parse(&word).ok_or_else(unknown)
            }
        }
    };
}
pub(crate) use words;

words! {
    /// How far an order has come.
    OrderState {
        /// It is being filled in.
        Draft = "draft",
        /// The operator looks at what the registry cannot vouch for.
        Review = "review",
        /// The signatories approve.
        Approving = "approving",
        /// Who approved is not certainly who the registry names.
        IdentityReview = "identity_review",
        /// The operator seals it.
        Countersign = "countersign",
        /// It is on its way to the issuer.
        Sending = "sending",
        /// The issuer has it.
        AtIssuer = "at_issuer",
        /// The issuer asked something.
        Question = "question",
        /// The credentials wait for the receiver.
        Handover = "handover",
        /// The receiver has seen the secret and is to enter it.
        AwaitEntry = "await_entry",
        /// Nobody came for the credentials.
        HandoverLapsed = "handover_lapsed",
        /// The credentials are being checked.
        Checking = "checking",
        /// The check found something wrong.
        Trouble = "trouble",
        /// The credentials work.
        Verified = "verified",
        /// Somebody logged in with them.
        Live = "live",
        /// The credentials are no longer used.
        Ended = "ended",
        /// The order is made on Vipps' own page.
        VippsGuided = "vipps_guided",
        /// Vipps has it.
        VippsProcessing = "vipps_processing",
        /// What has to be set up in Vipps' portal.
        PortalTasks = "portal_tasks",
        /// The issuer is told that it is withdrawn.
        Withdrawing = "withdrawing",
        /// It was cancelled or withdrawn.
        Withdrawn = "withdrawn",
        /// It was rejected.
        Rejected = "rejected",
        /// Time ran out.
        Lapsed = "lapsed",
        /// Something changed under it; the operator decides.
        OnHold = "on_hold",
    }
}

words! {
    /// What happens to an order.
    OrderEvent {
        /// The orderer says that it is complete.
        Submit = "submit",
        /// The operator accepts what was to be reviewed.
        Accept = "accept",
        /// The operator sends it back with a reason.
        Return = "return",
        /// The operator or the issuer says no, with a reason.
        Reject = "reject",
        /// A signatory approves.
        Approve = "approve",
        /// A signatory approves the declaration on the national identity number.
        Declare = "declare",
        /// A signatory says no to the declaration, with a reason: the order goes on without the number.
        DeclineDeclaration = "decline_declaration",
        /// Somebody approves who is not certainly the signatory.
        Mismatch = "mismatch",
        /// A signatory says no, with a reason.
        Decline = "decline",
        /// The operator says that it is the signatory.
        AcceptIdentity = "accept_identity",
        /// The operator says that it is not.
        RefuseIdentity = "refuse_identity",
        /// The operator seals the documents.
        Seal = "seal",
        /// It was sent, or handed over by hand.
        Sent = "sent",
        /// It could not be sent; it is tried again.
        SendFailed = "send_failed",
        /// The issuer has received it.
        Acknowledge = "acknowledge",
        /// The issuer asks something.
        Ask = "ask",
        /// The orderer answers.
        Answer = "answer",
        /// The credentials were issued.
        Issue = "issue",
        /// The receiver looks at the secret, once.
        Reveal = "reveal",
        /// The receiver has entered what was issued.
        Enter = "enter",
        /// The receiver lost what was shown.
        Lose = "lose",
        /// The orderer asks for another secret.
        Reissue = "reissue",
        /// The orderer asks for another link.
        NewLink = "new_link",
        /// Every line of the check is good, or cannot be known without a login.
        CheckedGood = "checked_good",
        /// A line of the check is bad.
        CheckedBad = "checked_bad",
        /// The eID could not be asked; it is tried again.
        CheckedUnreachable = "checked_unreachable",
        /// The receiver has it checked again.
        CheckAgain = "check_again",
        /// The receiver uses the credentials although a line is bad.
        UseAnyway = "use_anyway",
        /// The credentials are wrong: the issuer is to issue others.
        BackToIssuer = "back_to_issuer",
        /// Somebody logged in with the credentials.
        FirstLogin = "first_login",
        /// The credentials were replaced or deleted.
        CredentialsGone = "credentials_gone",
        /// The orderer says that Vipps' form was submitted.
        DeclareSubmitted = "declare_submitted",
        /// The orderer says that Vipps has approved.
        DeclareCompleted = "declare_completed",
        /// Everything in Vipps' portal is done.
        TasksDone = "tasks_done",
        /// The orderer changes what was submitted.
        Amend = "amend",
        /// The orderer gives it up.
        Cancel = "cancel",
        /// The orderer takes back what the issuer has.
        Withdraw = "withdraw",
        /// The issuer has taken note.
        ConfirmWithdrawn = "confirm_withdrawn",
        /// The domain is lost, the company dissolved, or the registry says something else.
        Hold = "hold",
        /// The operator lets it go on.
        Resume = "resume",
        /// Time ran out.
        Expire = "expire",
    }
}

words! {
    /// How the credentials come to the receiver.
    Handover {
        /// The issuer gives them to the receiver outside Portvakt, who enters them.
        ReceiverEnters = "receiver_enters",
        /// The issuer gets our public key and gives a client id: nothing secret travels.
        KeyPair = "key_pair",
        /// The issuer leaves the secret here, where the receiver sees or installs it once.
        Deposited = "deposited",
    }
}

words! {
    /// Whose turn it is.
    OrderTurn {
        /// Whoever ordered.
        Orderer = "orderer",
        /// Whoever runs Portvakt.
        Operator = "operator",
        /// Those who sign for the company.
        Signatories = "signatories",
        /// This program.
        Worker = "worker",
        /// Who issues the credentials; the operator writes down what they say.
        Issuer = "issuer",
        /// Who receives the credentials.
        Receiver = "receiver",
        /// Nobody.
        Nobody = "nobody",
    }
}

impl OrderState {
    /// Whose turn it is.
    pub const fn turn(self) -> OrderTurn {
        match self {
            Self::Draft | Self::Question | Self::HandoverLapsed | Self::VippsGuided | Self::Verified => {
                OrderTurn::Orderer
            }
            // An order is sent by hand, or by a letter that the operator has written.
            Self::Review | Self::IdentityReview | Self::Countersign | Self::Sending | Self::OnHold => {
                OrderTurn::Operator
            }
            Self::Approving => OrderTurn::Signatories,
            Self::Checking => OrderTurn::Worker,
            Self::AtIssuer | Self::VippsProcessing | Self::Withdrawing => OrderTurn::Issuer,
            Self::Handover | Self::AwaitEntry | Self::Trouble | Self::PortalTasks => OrderTurn::Receiver,
            Self::Live | Self::Ended | Self::Withdrawn | Self::Rejected | Self::Lapsed => OrderTurn::Nobody,
        }
    }

    /// Whether something can still happen before it is live.
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Live | Self::Ended | Self::Withdrawn | Self::Rejected | Self::Lapsed)
    }

    /// After how many days in this state time has run out, or the order is removed where it is over; `None`: never.
    pub const fn lasts_days(self) -> Option<u32> {
        match self {
            Self::Draft => Some(90),
            Self::Approving | Self::IdentityReview => Some(60),
            Self::Handover => Some(7),
            Self::Withdrawn | Self::Rejected | Self::Lapsed => Some(365),
            Self::Ended => Some(3 * 365),
            _ => None,
        }
    }

    /// Whether somebody outside has it or is about to, or credentials are on their way: it cannot be dropped without a word.
    pub const fn is_with_others(self) -> bool {
        matches!(self, Self::Sending | Self::Withdrawing) || self.is_at_issuer_or_later()
    }

    /// Before it was sent to anybody.
    const fn is_before_sent(self) -> bool {
        matches!(
            self,
            Self::Draft
                | Self::Review
                | Self::Approving
                | Self::IdentityReview
                | Self::Countersign
                | Self::Sending
                | Self::VippsGuided
        )
    }

    /// While the issuer has it, up to the first login.
    const fn is_at_issuer_or_later(self) -> bool {
        matches!(
            self,
            Self::AtIssuer
                | Self::Question
                | Self::Handover
                | Self::AwaitEntry
                | Self::HandoverLapsed
                | Self::Checking
                | Self::Trouble
                | Self::Verified
                | Self::VippsProcessing
                | Self::PortalTasks
        )
    }
}

/// What a transition depends on beside the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderFacts {
    /// The state.
    pub state: OrderState,
    /// The state that it had when it was put on hold.
    pub held: Option<OrderState>,
    /// Whether it is ordered on Vipps' own page.
    pub is_guided: bool,
    /// How the credentials are handed over.
    pub handover: Handover,
    /// Whether the operator has to look at it before anybody approves.
    pub needs_review: bool,
    /// Whether nobody is left to approve once this has happened.
    pub is_last: bool,
    /// Whether somebody else's identity is still to be reviewed.
    pub has_others_to_review: bool,
    /// Whether a version of it was sent to the issuer.
    pub was_sent: bool,
}

/// It is not the time for this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfTurn {
    /// What was to happen.
    pub event: OrderEvent,
    /// The state in which it cannot.
    pub state: OrderState,
}

/// Says which state follows.
///
/// # Errors
/// [`OutOfTurn`]: this cannot happen in this state; nothing changes.
pub fn next(facts: &OrderFacts, event: OrderEvent) -> Result<OrderState, OutOfTurn> {
    use OrderEvent as E;
    let state = facts.state;
    let over = if facts.was_sent { OrderState::Withdrawing } else { OrderState::Withdrawn };
    let found = match event {
        E::Hold if state.is_open() && state != OrderState::OnHold => Some(OrderState::OnHold),
        E::Resume if state == OrderState::OnHold => facts.held,
        E::Cancel if state.is_before_sent() || state == OrderState::OnHold => Some(over),
        E::Withdraw if state.is_at_issuer_or_later() => Some(OrderState::Withdrawing),
        E::Amend if may_be_amended(state) => Some(OrderState::Draft),
        E::Expire => expired(state, over),
        _ => on_the_way(facts, event),
    };
    found.ok_or(OutOfTurn { event, state })
}

const fn may_be_amended(state: OrderState) -> bool {
    use OrderState as S;
    let before = state.is_before_sent() && !matches!(state, S::Draft);
    before
        || matches!(
            state,
            S::Question | S::AtIssuer | S::Handover | S::HandoverLapsed | S::AwaitEntry | S::Trouble
        )
}

const fn expired(state: OrderState, over: OrderState) -> Option<OrderState> {
    use OrderState as S;
    match state {
        S::Draft => Some(over),
        S::Approving | S::IdentityReview => Some(S::Lapsed),
        S::Handover => Some(S::HandoverLapsed),
        _ => None,
    }
}

fn on_the_way(facts: &OrderFacts, event: OrderEvent) -> Option<OrderState> {
    use OrderEvent as E;
    use OrderState as S;
    let issuer = if facts.is_guided { S::PortalTasks } else { S::AtIssuer };
    let is_deposited = facts.handover == Handover::Deposited;
    let next = match (facts.state, event) {
        (S::Draft, E::Submit) if facts.is_guided => S::VippsGuided,
        (S::Draft, E::Submit) if facts.needs_review => S::Review,
        (S::Draft, E::Submit) | (S::Review, E::Accept) => S::Approving,
        (S::Review | S::Countersign, E::Return) | (S::Approving | S::IdentityReview, E::Decline) => S::Draft,
        (S::Review | S::AtIssuer | S::VippsProcessing, E::Reject) => S::Rejected,
        (S::Approving, E::Approve | E::Declare | E::DeclineDeclaration) if facts.is_last => S::Countersign,
        (S::Approving, E::Approve | E::Declare | E::DeclineDeclaration) => S::Approving,
        (S::Approving | S::IdentityReview, E::Mismatch) | (S::IdentityReview, E::Approve | E::Declare) => {
            S::IdentityReview
        }
        (S::IdentityReview, E::AcceptIdentity | E::RefuseIdentity | E::DeclineDeclaration)
            if facts.has_others_to_review =>
        {
            S::IdentityReview
        }
        (S::IdentityReview, E::AcceptIdentity | E::DeclineDeclaration) if facts.is_last => S::Countersign,
        (S::IdentityReview, E::AcceptIdentity | E::RefuseIdentity | E::DeclineDeclaration) => S::Approving,
        (S::Countersign, E::Seal) | (S::Sending, E::SendFailed) => S::Sending,
        (S::Sending, E::Sent) | (S::AtIssuer, E::Acknowledge) | (S::Question, E::Answer) => S::AtIssuer,
        (S::AtIssuer, E::Ask) => S::Question,
        (S::AtIssuer, E::Issue) | (S::PortalTasks, E::TasksDone) => S::Handover,
        (S::HandoverLapsed, E::NewLink) if !is_deposited => S::Handover,
        (S::HandoverLapsed, E::Reissue) if is_deposited => S::AtIssuer,
        (S::Handover, E::Reveal) if is_deposited => S::AwaitEntry,
        (S::Handover | S::AwaitEntry | S::Trouble, E::Enter)
        | (S::Trouble, E::CheckAgain)
        | (S::Checking, E::CheckedUnreachable) => S::Checking,
        (S::AwaitEntry, E::Lose) | (S::Trouble, E::BackToIssuer) => issuer,
        (S::Checking, E::CheckedGood) | (S::Trouble, E::UseAnyway) => S::Verified,
        (S::Checking, E::CheckedBad) => S::Trouble,
        (S::Verified, E::FirstLogin) => S::Live,
        (S::Live, E::CredentialsGone) => S::Ended,
        (S::VippsGuided, E::DeclareSubmitted) => S::VippsProcessing,
        (S::VippsProcessing, E::DeclareCompleted) => S::PortalTasks,
        (S::Withdrawing, E::ConfirmWithdrawn) => S::Withdrawn,
        _ => return None,
    };
    Some(next)
}

#[cfg(test)]
mod tests {
    use super::{Handover, OrderEvent, OrderFacts, OrderState, OrderTurn, next};

    const PLAIN: OrderFacts = OrderFacts {
        state: OrderState::Draft,
        held: Some(OrderState::AtIssuer),
        is_guided: false,
        handover: Handover::ReceiverEnters,
        needs_review: false,
        is_last: false,
        has_others_to_review: false,
        was_sent: false,
    };

    /// Each pair of state and event, with what follows under each of the facts that it depends on.
    fn table() -> String {
        let kinds: [(&str, OrderFacts); 6] = [
            ("ordered on Vipps' page", OrderFacts { is_guided: true, ..PLAIN }),
            ("deposited", OrderFacts { handover: Handover::Deposited, ..PLAIN }),
            ("something to review", OrderFacts { needs_review: true, ..PLAIN }),
            ("nobody left to approve", OrderFacts { is_last: true, ..PLAIN }),
            ("others to review", OrderFacts { has_others_to_review: true, is_last: true, ..PLAIN }),
            ("sent before", OrderFacts { was_sent: true, ..PLAIN }),
        ];
        let mut text = String::new();
        for state in OrderState::ALL {
            text.push_str(&format!("| **{}** | {} | |\n", state.as_str(), state.turn().as_str()));
            for event in OrderEvent::ALL {
                let follows = |facts: OrderFacts| {
                    next(&OrderFacts { state: *state, ..facts }, *event).map_or("refused", OrderState::as_str)
                };
                let plain = follows(PLAIN);
                let others = kinds.iter().filter(|(_, facts)| follows(*facts) != plain);
                let others: String =
                    others.map(|(name, facts)| format!("; {name}: {}", follows(*facts))).collect();
                if plain != "refused" || !others.is_empty() {
                    text.push_str(&format!("| | {} | {plain}{others} |\n", event.as_str()));
                }
            }
        }
        text
    }

    fn reference() -> String {
        let head = "# Orders: states and events\n\nWritten by a test from `model/src/order/state.rs`. What is not in the \
                    table is refused and changes nothing.\n\n| state | whose turn, or event | what follows |\n|---|---|---|\n";
        format!("{head}{}", table())
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test that writes the page when asked")]
    fn the_reference_has_every_state_and_event() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/orders.md");
        let page = reference();
        if std::env::var("PORTVAKT_WRITE_DOCS").is_ok() {
            std::fs::write(&path, &page).unwrap();
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(written == page, "docs/reference/orders.md is out of date: run `just docs`");
    }

    #[test]
    fn what_is_over_stays_over() {
        for state in OrderState::ALL.iter().filter(|it| !it.is_open() && **it != OrderState::Live) {
            for event in OrderEvent::ALL {
                assert!(next(&OrderFacts { state: *state, ..PLAIN }, *event).is_err(), "{state:?} {event:?}");
            }
            assert_eq!(state.turn(), OrderTurn::Nobody);
        }
    }

    #[test]
    fn every_open_state_can_be_left_and_ends_somewhere() {
        for state in OrderState::ALL.iter().filter(|it| it.is_open()) {
            let mut reached = vec![*state];
            let mut at = 0;
            while let Some(from) = reached.get(at).copied() {
                for event in OrderEvent::ALL {
                    let facts = OrderFacts { state: from, is_last: true, ..PLAIN };
                    if let Ok(to) = next(&facts, *event)
                        && !reached.contains(&to)
                    {
                        reached.push(to);
                    }
                }
                at += 1;
            }
            assert!(reached.contains(&OrderState::Withdrawn), "{state:?} reaches {reached:?}");
        }
    }

    #[test]
    fn words_read_back() {
        assert!(OrderState::ALL.iter().all(|it| OrderState::parse(it.as_str()) == Some(*it)));
        assert!(OrderEvent::ALL.iter().all(|it| OrderEvent::parse(it.as_str()) == Some(*it)));
        assert_eq!(OrderState::parse("nothing"), None);
    }
}
