//! What happens to the issuer's own agreement: it is uploaded, accepted, or sent back.

use axum::response::Response;
use console::Refusal;
use ordering::{AgreementDecision, OrderVersion, OrderView};

use super::{
    certificate::uploaded,
    page::page_of,
    place::{base, found},
};
use crate::console::{
    answer::{done, refused_form},
    visit::Visit,
};

/// `POST /t/{tenant}/orders/{order}/agreement`
pub(in crate::console) async fn save(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    let saved = async {
        let file = uploaded(&visit)?;
        visit.site.orders.save_agreement(visit.permit()?, order.id, file, visit.now()).await
    };
    answered(&visit, saved.await, (&order, "order-agreement")).await
}

/// `POST /t/{tenant}/orders/{order}/agreement/decide`
pub(in crate::console) async fn decide(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    let seen = OrderVersion { id: order.id, version: visit.form.get("version").parse().unwrap_or_default() };
    let accept = visit.form.get("decision") == "accept";
    let decision = AgreementDecision { accept, reason: visit.form.get("note-agreement") };
    let decided = visit.site.orders.decide_agreement(visit.permit()?, seen, decision, visit.now()).await;
    answered(&visit, decided, (&order, "order-agreement-decided")).await
}

async fn answered(
    visit: &Visit,
    outcome: Result<(), Refusal>,
    (order, word): (&OrderView, &str),
) -> Result<Response, Refusal> {
    match outcome {
        Ok(()) => Ok(done(&base(visit, order.id), word)),
        Err(refusal) => {
            let page = page_of(visit, &found(visit).await?, Some(&refusal)).await?;
            Ok(refused_form(visit, &refusal, page))
        }
    }
}
