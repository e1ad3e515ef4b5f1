//! What is known of an address before its handler is called.

/// Who asks at an address: they are answered in their own way when no handler answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// A person's browser: a page.
    Browser,
    /// A program: JSON.
    Program,
}

/// Who is counted at an address, against too many requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counted {
    /// Every request, by its client address.
    ByAddress,
    /// Only failed authentications, by the provider: applications prove who they are here, or bring a token.
    FailuresOnly,
    /// None.
    Not,
}

/// What a GET does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effects {
    /// Nothing but answering.
    None,
    /// It takes a login further, so only a visit counts: no HEAD, no prefetch, no part of another page.
    OfVisits,
    /// The same, but scripts may ask too: the provider knows whether the answer is one for scripts.
    OfVisitsAndScripts,
}

/// An address, or all addresses of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    /// The kind of address in the metrics: one of a few words, so that requests cannot add to them.
    pub(crate) class: &'static str,
    pub(crate) audience: Audience,
    pub(crate) counted: Counted,
    pub(crate) effects: Effects,
    /// Its pages stay in touch with the window that opened them: applications log people in through a popup.
    pub(crate) keeps_opener: bool,
}

impl Route {
    /// A page, and every address that is not known.
    pub(crate) const OTHER: Self = Self {
        class: "other",
        audience: Audience::Browser,
        counted: Counted::ByAddress,
        effects: Effects::None,
        keeps_opener: false,
    };

    /// A page of this class.
    pub(crate) const fn page(class: &'static str) -> Self {
        Self { class, ..Self::OTHER }
    }

    /// A document that programs read.
    pub(crate) const fn document(class: &'static str) -> Self {
        Self { class, audience: Audience::Program, ..Self::OTHER }
    }

    /// An endpoint where applications prove who they are, or bring a token.
    pub(crate) const fn endpoint(class: &'static str) -> Self {
        Self { counted: Counted::FailuresOnly, ..Self::document(class) }
    }

    /// An address of a login.
    pub(crate) const fn of_login(class: &'static str) -> Self {
        Self { effects: Effects::OfVisits, keeps_opener: true, ..Self::page(class) }
    }
}
