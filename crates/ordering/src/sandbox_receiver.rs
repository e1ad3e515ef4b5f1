//! The receiver of a sandbox order: a person of the sandbox, whom the order lets in by their link, in the browser in which they signed
//! in. They become no member: who they are is known to everybody who knows the sandbox's address.

use std::time::Duration;

use authority::{Permission, Permit};
use changes::Refusal;
use crypto::{Digest, b64};
use model::{LinkId, OrderId, Timestamp};
use store::order_people::Part;

use crate::{
    OrderDesk,
    kept_person::open_person,
    moving::{Moved, receiving_goes_on},
    view::state_of,
};

/// How long a receiver is known in a browser.
pub const RECEIVES_FOR: Duration = Duration::from_secs(60 * 60);

/// How a receiver is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetIn {
    /// As a member of the console, to this order.
    AsMember(OrderId),
    /// By the link, in their browser: a sandbox order.
    ByLink,
}

/// A receiver who is known in a browser.
#[derive(Clone, Copy, Debug)]
pub struct KnownReceiver {
    /// Their order.
    pub order: OrderId,
    /// When they signed in.
    pub signed_in_at: Timestamp,
}

/// A browser is known for one link only.
pub(crate) fn receiving_digest(id: LinkId, browser: &str) -> String {
    b64::encode(Digest::of(format!("receiver {id} {browser}").as_bytes()).as_bytes())
}

impl OrderDesk {
    /// Gives the receiver who signed in for a sandbox order in this browser within the last hour, while the order has one.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: the link is over. [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn known_receiver(
        &self,
        permit: &Permit,
        (person, browser): (LinkId, &str),
        now: Timestamp,
    ) -> Result<Option<KnownReceiver>, Refusal> {
        let tenant = permit.tenant(Permission::AnswerOrder)?.clone();
        let digest = receiving_digest(person, browser);
        let known = self.store.read(move |tx| {
            let (moved, row) = Moved::of_link(tx, &tenant, person)?;
            let is_of_sandbox = row.part == Part::Receiver && moved.answers.is_sandbox;
            let is_receiver = is_of_sandbox && receiving_goes_on(state_of(&moved.row)?);
            let signed_in = open_person(&tenant, &row)?.receives_in;
            let here = signed_in.filter(|it| is_receiver && it.browser == digest);
            let known = here
                .map(|it| KnownReceiver { order: row.order_id, signed_in_at: Timestamp::from_micros(it.at) });
            Ok::<_, Refusal>(known.filter(|it| now < it.signed_in_at.after(RECEIVES_FOR)))
        });
        known.await
    }
}
