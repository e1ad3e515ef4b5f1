//! Why an order is for the operator to look at before anybody approves.

use model::Date;
use ordering::{OrderView, ReviewReason};
use pages::console::{Action, Block, Step, Text, Tone};

use super::{place::base, signing_rule::in_words};
use crate::console::{visit::Visit, words};

const fn word(reason: ReviewReason) -> &'static str {
    match reason {
        ReviewReason::ForeignCompany => "console-order-review-foreign",
        ReviewReason::TypedCompany => "console-order-review-typed",
        ReviewReason::ForeignBranch => "console-order-review-branch",
        ReviewReason::SigningRule => "console-order-review-rule",
        ReviewReason::Certificate => "console-order-review-certificate",
        ReviewReason::NationalNumber => "console-order-review-number",
    }
}

fn of_certificate(visit: &Visit, order: &OrderView) -> Vec<Text> {
    let date = words::day(visit.locale, &order.answers.certificate_date);
    let key = match order.answers.has_old_certificate(Date::in_norway(visit.now())) {
        true => "console-order-certificate-old",
        false if date.is_empty() => return vec![Text::Key("console-order-certificate-undated")],
        false => "console-order-certificate-here",
    };
    vec![Text::with(key, "date", date)]
}

/// What there is to look at.
fn details(visit: &Visit, order: &OrderView, reason: ReviewReason) -> Vec<Text> {
    let it = &order.answers;
    let plain = |all: &[&str]| all.iter().filter(|it| !it.is_empty()).map(|it| Text::plain(*it)).collect();
    match reason {
        ReviewReason::ForeignCompany | ReviewReason::TypedCompany => {
            plain(&[&it.company.name, &it.company.number, &it.company.address])
        }
        ReviewReason::ForeignBranch => Vec::new(),
        ReviewReason::SigningRule => {
            let theirs: Vec<Text> = plain(&[&it.company.rule_text]);
            in_words(it).into_iter().chain(theirs).collect()
        }
        ReviewReason::Certificate => of_certificate(visit, order),
        ReviewReason::NationalNumber => {
            plain(&[&it.number.reason, &format!("{} {}", it.number.statute, it.number.paragraph)])
        }
    }
}

fn step(visit: &Visit, order: &OrderView, reason: ReviewReason) -> Step {
    let href = format!("{}/files/certificate", base(visit, order.id));
    let is_file = reason == ReviewReason::Certificate;
    Step {
        tone: Tone::Attention,
        aside: Text::default(),
        text: Text::Key(word(reason)),
        details: details(visit, order, reason),
        action: is_file.then(|| Action::to("console-order-file-certificate", href)),
    }
}

/// The reasons, each with what there is to look at.
pub(super) fn reason_blocks(visit: &Visit, order: &OrderView) -> Vec<Block> {
    let reasons = order.review_reasons();
    vec![Block::Steps(reasons.into_iter().map(|it| step(visit, order, it)).collect())]
}
