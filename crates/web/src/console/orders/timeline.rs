//! What happened to an order, and how long it waits for whom.

use model::{Date, OrderEvent};
use ordering::{OrderView, StepView};
use pages::console::{Block, Fact, Step, Text};

use super::words::{event_tone, event_word, event_word_of_act, until_word};
use crate::console::{visit::Visit, words};

/// What was said of a step; of a proposal, what was proposed.
fn noted(it: &StepView) -> Vec<Text> {
    match OrderEvent::parse(&it.note).filter(|_| ["proposed", "set_aside"].contains(&it.event.as_str())) {
        Some(event) => vec![Text::Key(event_word_of_act(event))],
        None if it.note.is_empty() => Vec::new(),
        None => vec![Text::plain(it.note.clone())],
    }
}

/// What happened, the newest first.
pub(super) fn timeline(visit: &Visit, order: &OrderView) -> Vec<Block> {
    let by =
        |it: &StepView| (!it.by.is_empty()).then(|| Text::with("console-order-by", "name", it.by.clone()));
    let step = |it: &StepView| Step {
        tone: event_tone(&it.event),
        aside: words::ago(it.happened_at, visit.now()),
        text: Text::Key(event_word(&it.event)),
        details: by(it).into_iter().chain(noted(it)).collect(),
        action: None,
    };
    vec![
        Block::Heading { id: "timeline", text: Text::Key("console-order-timeline"), lead: None },
        Block::Steps(order.steps.iter().rev().map(step).collect()),
    ]
}

/// How long the issuer has had it, in working days, and until when it answers as it says.
pub(super) fn waited(visit: &Visit, order: &OrderView) -> Option<Text> {
    let waiting = order.issuer_days(visit.now())?;
    let until = texts::long_date(visit.locale, waiting.until.year_month_day());
    let args = vec![("day", waiting.day.to_string()), ("of", waiting.of.to_string()), ("until", until)];
    Some(Text::With("console-order-day", args))
}

/// Since when an order waits for somebody, and what happens when nothing comes.
pub(super) fn waiting_facts(visit: &Visit, order: &OrderView) -> Option<Block> {
    let date = |at| Text::plain(texts::long_date(visit.locale, Date::in_norway(at).year_month_day()));
    let mut facts = vec![Fact::new("console-order-since", date(order.since))];
    if let Some(until) = order.expires_at.filter(|_| order.state.is_open()) {
        facts.push(Fact::new(until_word(order.state), date(until)));
    }
    order.state.is_open().then_some(Block::Facts(facts))
}
