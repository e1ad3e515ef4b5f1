//! Values in words.

use console::Role;
use model::{Date, Environment, Timestamp};
use pages::console::{Cell, Chip, Text, Tone};
use texts::Locale;

/// How long ago, or until when, in words, with the exact instant.
pub(super) fn time(at: Timestamp, now: Timestamp) -> Cell {
    Cell::Time { words: ago(at, now), exact: at.to_iso_seconds() }
}

/// How long ago, or in how long.
pub(super) fn ago(at: Timestamp, now: Timestamp) -> Text {
    let seconds = now.seconds() - at.seconds();
    let (past, passed) = (seconds >= 0, seconds.unsigned_abs());
    let (key, count) = match (past, passed) {
        (true, 0..60) => return Text::Key("console-ago-now"),
        (true, 60..3_600) => ("console-ago-minutes", passed / 60),
        (true, 3_600..86_400) => ("console-ago-hours", passed / 3_600),
        (true, _) => ("console-ago-days", passed / 86_400),
        (false, 0..3_600) => ("console-in-minutes", passed / 60 + 1),
        (false, 3_600..86_400) => ("console-in-hours", (passed + 1_800) / 3_600),
        (false, _) => ("console-in-days", (passed + 43_200) / 86_400),
    };
    Text::with(key, "count", count.to_string())
}

/// A day in words; what is no day stays as it is.
pub(super) fn day(locale: Locale, iso: &str) -> String {
    Date::parse(iso).map_or_else(|| iso.to_owned(), |it| texts::long_date(locale, it.year_month_day()))
}

/// The key of a role's name.
pub(super) const fn role(role: Role) -> &'static str {
    match role {
        Role::Operator => "console-role-operator",
        Role::Owner => "console-role-owner",
        Role::Developer => "console-role-developer",
        Role::Receiver => "console-role-receiver",
        Role::OrderReceiver => "console-role-order-receiver",
        Role::Orderer => "console-role-orderer",
        Role::BlockContact => "console-role-block-contact",
        Role::Auditor => "console-role-auditor",
        Role::Worker => "console-role-worker",
        Role::Application => "console-role-application",
        Role::LinkHolder => "console-role-link-holder",
        Role::Invited => "console-role-invited",
    }
}

/// What a role is for.
pub(super) const fn role_help(role: Role) -> &'static str {
    match role {
        Role::Owner => "console-role-owner-help",
        Role::Developer => "console-role-developer-help",
        Role::Receiver => "console-role-receiver-help",
        Role::OrderReceiver => "console-role-order-receiver-help",
        Role::Orderer => "console-role-orderer-help",
        Role::BlockContact => "console-role-block-contact-help",
        Role::Auditor => "console-role-auditor-help",
        _ => "console-role-operator-help",
    }
}

/// The key of an environment's name.
pub(super) const fn environment(environment: Environment) -> &'static str {
    match environment {
        Environment::Test => "console-environment-test",
        Environment::Production => "console-environment-production",
    }
}

/// Whether something is switched on.
pub(super) const fn switched(off: bool) -> Chip {
    if off { chip(Tone::Bad, "console-state-off") } else { chip(Tone::Good, "console-state-on") }
}

pub(super) const fn chip(tone: Tone, key: &'static str) -> Chip {
    Chip { tone, text: Text::Key(key) }
}

/// What a browser calls itself, in two words.
pub(super) fn browser(user_agent: &str) -> String {
    let has = |word: &str| user_agent.contains(word);
    let name = match () {
        () if has("Edg/") => "Edge",
        () if has("Firefox/") => "Firefox",
        () if has("Chrome/") => "Chrome",
        () if has("Safari/") => "Safari",
        () => "–",
    };
    let system = match () {
        () if has("Android") => "Android",
        () if has("iPhone") || has("iPad") => "iOS",
        () if has("Windows") => "Windows",
        () if has("Mac OS") => "macOS",
        () if has("Linux") => "Linux",
        () => "–",
    };
    format!("{name}, {system}")
}
