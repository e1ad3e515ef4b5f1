//! A link of an order, opened: who has it, and the leave that it gives.

use console::{Caller, Permit, Refusal};
use model::LinkId;
use ordering::LinkView;
use texts::AdminMessage;

use crate::console::visit::Visit;

pub(super) fn spent() -> Refusal {
    Refusal::Invalid(AdminMessage::OrderLinkSpent.into())
}

pub(super) async fn opened(visit: &Visit, id: LinkId, code: &str) -> Result<(LinkView, Permit), Refusal> {
    let origin = visit.origin();
    let caller = |tenant| Caller {
        actor: console::Actor::LinkHolder { id, tenant, purpose: "order".to_owned(), bound_eid: None },
        trace: Some(origin.trace.clone()),
        address: origin.address,
        name: None,
    };
    visit.site.orders.link((id, code), caller).await
}

pub(super) async fn found(visit: &Visit) -> Result<(LinkView, Permit), Refusal> {
    let id = LinkId::parse(visit.param("id")).map_err(|_| spent())?;
    opened(visit, id, visit.param("code")).await
}
