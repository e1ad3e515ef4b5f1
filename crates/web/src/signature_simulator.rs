//! The simulated provider of signatures over HTTP: what is signed there is `sandbox`'s, its page is `pages`'.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use documents::SignatureTrust;
use ordering::{AtProvider, Provided, SignatureProvider, ToSign};
use pages::{Frame, SigningPage, StopReason};
use sandbox::{SignatureSimulator, SigningOrder};

use crate::{
    own_form::FormSource,
    respond::page::{ContentPolicy, answer, going_on_by_itself, page, see_other},
    sandbox::from_elsewhere,
    simulator_common::{frame_at, locale, stop},
};

/// Somebody else than who is to sign.
const OTHER: &str = "Somebody Else";

/// The simulated provider as the order desk asks it, within the process.
#[derive(Debug)]
pub struct SimulatedProvider {
    /// What keeps and signs documents.
    pub simulator: Arc<SignatureSimulator>,
    /// Who vouches for those who sign there.
    pub trust: SignatureTrust,
}

impl SignatureProvider for SimulatedProvider {
    fn name(&self) -> &'static str {
        "Simulator"
    }

    fn trust(&self) -> &SignatureTrust {
        &self.trust
    }

    fn bring(&self, it: ToSign) -> Provided<'_, AtProvider> {
        let order = SigningOrder { documents: it.documents, signer: it.signer, return_to: it.return_to };
        let (reference, address) = self.simulator.bring(order);
        Box::pin(async move { Ok(AtProvider { reference, address }) })
    }

    fn fetch(&self, reference: String) -> Provided<'_, Option<Vec<Vec<u8>>>> {
        let fetched = self.simulator.fetch(&reference);
        Box::pin(async move { fetched })
    }
}

/// What is not there, or not any more.
pub(crate) async fn not_found(headers: HeaderMap) -> Response {
    stop(&headers, (StatusCode::NOT_FOUND, StopReason::NotFound), None, None)
}

/// `GET /sign/{reference}`
pub(crate) async fn show(
    State(simulator): State<Arc<SignatureSimulator>>,
    headers: HeaderMap,
    Path(reference): Path<String>,
) -> Response {
    let Some(order) = simulator.waiting(&reference) else { return not_found(headers).await };
    let action = format!("/sign/{reference}");
    let documents = order.documents.into_iter().zip(0..);
    let view = SigningPage {
        frame: frame_at(&action),
        documents: documents.map(|((title, _), at)| (title, format!("{action}/{at}"))).collect(),
        action,
        signer: order.signer,
    };
    page(StatusCode::OK, &view, locale(&headers), ContentPolicy::Forms)
}

/// `GET /sign/{reference}/{at}`: a document as it was brought.
pub(crate) async fn document(
    State(simulator): State<Arc<SignatureSimulator>>,
    headers: HeaderMap,
    Path((reference, at)): Path<(String, usize)>,
) -> Response {
    let order = simulator.waiting(&reference);
    let Some((_, pdf)) = order.and_then(|it| it.documents.into_iter().nth(at)) else {
        return not_found(headers).await;
    };
    let mut response = answer(StatusCode::OK, Body::from(pdf));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    response
}

/// `POST /sign/{reference}`: signs, or does not, and goes back.
pub(crate) async fn decide(
    State(simulator): State<Arc<SignatureSimulator>>,
    headers: HeaderMap,
    Path(reference): Path<String>,
    body: String,
) -> Response {
    let Ok(form) = FormSource::of(&headers, simulator.base()).read(&body) else {
        return from_elsewhere(&headers);
    };
    let Some(order) = simulator.waiting(&reference) else { return not_found(headers).await };
    let name = match form.text("outcome") {
        "sign" => Some(order.signer.as_str()),
        "other" => Some(OTHER),
        _ => None,
    };
    match simulator.decide(&reference, name) {
        Ok(back) => going_on_by_itself(see_other(&back), Frame::default(), locale(&headers)),
        Err(why) => {
            tracing::warn!(why, "the simulated provider could not sign");
            not_found(headers).await
        }
    }
}
