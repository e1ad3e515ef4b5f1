//! From a decision to what happens: the only place that knows which step follows which.
//!
//! ```text
//!  Begin ──► GoOn ──► SendTo ─┐
//!    │        │               ├─► Settle ──► (answer)
//!  Judge ─────┴───────────────┤      │ spent before: AnswerAgain
//!    ▲                        │      │ lease taken: Collect
//!  Collect ◄── Wait ◄── Look ─┤      │ order taken back: SendTo
//!  LeaveOrder, AnswerAgain ───┘◄─────┘
//! ```

use super::{
    LoginResponse,
    decision::{Decided, Decision},
    settle::Settled,
};
use crate::{Provider, Refusal};

impl Provider {
    /// Does what was decided, and what follows from it, until there is an answer for the browser.
    pub(super) async fn dispatch(&self, mut decided: Decided<'_>) -> Result<LoginResponse, Refusal> {
        loop {
            let Decided { login, decision } = decided;
            decided = match decision {
                Decision::Begin => self.begin(login).await?,
                Decision::GoOn => self.go_on(login),
                Decision::SendTo(eid) => self.send_to(login, eid).await?,
                Decision::Judge(proof, spent) => self.judge(login, *proof, spent).await?,
                Decision::Look => self.look(login).await?,
                Decision::Wait => self.wait(login).await?,
                Decision::Collect(claimed) => self.collect(login, *claimed).await?,
                Decision::LeaveOrder(then) => self.leave_order(login, then).await?,
                Decision::AnswerAgain => self.answer_again(login).await?,
                Decision::Settle(effect) => match self.settle(login, *effect).await? {
                    Settled::Done(response) => return Ok(response),
                    Settled::Next(decided) => *decided,
                },
            };
        }
    }
}
