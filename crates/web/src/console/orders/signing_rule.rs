//! The signing rule of a company, in plain words and in the registry's own.

use model::{CompanySource, OrderAnswers, RegistryCode};
use pages::console::{Block, Fact, Text};

/// A rule that the registry knows, in plain words: a key.
const fn plain(id: &str) -> Option<&'static str> {
    Some(match id.as_bytes() {
        b"R0001" => "console-order-rule-r0001",
        b"R0002" => "console-order-rule-r0002",
        b"R0003" | b"STYR" => "console-order-rule-r0003",
        b"R0004" => "console-order-rule-r0004",
        b"R0005" => "console-order-rule-r0005",
        b"R0006" => "console-order-rule-r0006",
        b"R0007" => "console-order-rule-r0007",
        b"R0008" => "console-order-rule-r0008",
        b"R0009" => "console-order-rule-r0009",
        b"R0010" => "console-order-rule-r0010",
        b"R0011" => "console-order-rule-r0011",
        b"R0012" => "console-order-rule-r0012",
        b"R0013" => "console-order-rule-r0013",
        b"R0014" => "console-order-rule-r0014",
        b"R0015" => "console-order-rule-r0015",
        b"R0016" => "console-order-rule-r0016",
        b"R0017" => "console-order-rule-r0017",
        b"R0018" => "console-order-rule-r0018",
        _ => return None,
    })
}

/// Why no combination follows from the registry's answer: a key. `word`: what the answers keep of it.
pub(super) const fn by_hand_word(word: &str) -> &'static str {
    match word.as_bytes() {
        b"not-found" => "console-order-by-hand-not-found",
        b"look-up-failed" => "console-order-by-hand-look-up-failed",
        b"free-text" => "console-order-by-hand-free-text",
        b"not-registered" => "console-order-by-hand-not-registered",
        b"no-basis" => "console-order-by-hand-no-basis",
        b"no-combination" => "console-order-by-hand-no-combination",
        b"unknown-code" => "console-order-by-hand-unknown-code",
        b"company-signs" => "console-order-by-hand-company-signs",
        b"people-unclear" => "console-order-by-hand-people-unclear",
        // Of orders that are older than the word.
        _ => "console-order-by-hand",
    }
}

/// The rule that a combination follows from: plain words, or the registry's where the rule is newer than ours.
fn of_combination(rule: &RegistryCode) -> Option<Text> {
    let theirs = || (!rule.words.is_empty()).then(|| Text::plain(rule.words.clone()));
    plain(&rule.code).map(Text::Key).or_else(theirs)
}

/// What is said beside a combination.
pub(super) fn help_of(answers: &OrderAnswers, at: usize) -> Option<Text> {
    answers.combination_rules.get(at).and_then(of_combination)
}

/// What the rule is: plain words where we have some, or why no combination follows from it.
pub(super) fn in_words(answers: &OrderAnswers) -> Option<Text> {
    let it = &answers.company;
    match it.rule.as_str() {
        "" => None,
        "foreign-branch" => Some(Text::Key("console-order-by-hand-foreign-branch")),
        "found" => plain(&it.rule_id).map(Text::Key),
        _ => Some(Text::Key(by_hand_word(&it.by_hand))),
    }
}

/// What the registry says of who signs, and what follows from it.
pub(super) fn rule_blocks(answers: &OrderAnswers) -> Vec<Block> {
    if answers.company.source != CompanySource::Registry {
        return Vec::new();
    }
    let theirs = answers.company.rule_text.as_str();
    let follows = match answers.combinations.len() {
        0 => "console-order-rule-typed",
        1 => "console-order-rule-only",
        _ => "console-order-rule-choose",
    };
    let facts: Vec<Fact> = [
        in_words(answers).map(|it| Fact::new("console-order-rule", it)),
        (!theirs.is_empty()).then(|| Fact::new("console-order-rule-words", Text::plain(theirs))),
        Some(Fact::new("console-order-rule-follows", Text::Key(follows))),
    ]
    .into_iter()
    .flatten()
    .collect();
    vec![Block::Facts(facts)]
}
