//! How long an order waits for its issuer.

use model::{Date, OrderEvent, OrderState, Timestamp, add_working_days, working_days_between};

use crate::OrderView;

/// How long the issuer has had an order, in Norwegian working days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuerDays {
    /// The day that it is: 1 until the first working day after it was sent is over.
    pub day: u32,
    /// In how many days the issuer answers, as it says.
    pub of: u32,
    /// The last of these days.
    pub until: Date,
}

impl OrderView {
    /// Whether the issuer has the order now.
    pub fn is_with_issuer(&self) -> bool {
        matches!(self.state, OrderState::AtIssuer | OrderState::Question)
    }

    /// How long the issuer has had the order, counted from when this submission was sent, whatever was asked since; `None` where it
    /// does not have it.
    pub fn issuer_days(&self, now: Timestamp) -> Option<IssuerDays> {
        if self.state != OrderState::AtIssuer {
            return None;
        }
        let sent = self.steps.iter().rev().find(|it| it.event == OrderEvent::Sent.as_str());
        let from = Date::in_norway(sent.map_or(self.since, |it| it.happened_at));
        let of = self.issuer.settings.answers_within;
        let day = working_days_between(from, Date::in_norway(now)).max(1);
        Some(IssuerDays { day, of, until: add_working_days(from, of) })
    }
}
