//! What documents of orders are closed with: the seal, and the timestamp service over HTTP.

use std::sync::Arc;

use documents::{Seal, SealRequest};
use ordering::{AskForTimestamp, SealKit};
use outbound::{Method, Outbound, Request};

/// Asks a timestamp service at an address.
fn service(outbound: Arc<Outbound>, url: String) -> AskForTimestamp {
    Arc::new(move |query| {
        let request = Request {
            method: Method::Post,
            url: url.clone(),
            headers: Vec::new(),
            body: Some((SealRequest::CONTENT_TYPE, query)),
        };
        let outbound = Arc::clone(&outbound);
        Box::pin(async move {
            let response = outbound.send(request).await.map_err(|error| error.to_string())?;
            if response.status == 200 { Ok(response.body) } else { Err(format!("HTTP {}", response.status)) }
        })
    })
}

/// The seal with the service, where there is one.
pub(crate) fn seal_kit(seal: Arc<Seal>, timestamp_url: Option<String>, outbound: &Arc<Outbound>) -> SealKit {
    SealKit { seal, timestamps: timestamp_url.map(|url| service(Arc::clone(outbound), url)) }
}
