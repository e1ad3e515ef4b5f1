//! Closing an order's documents: set as PDF, sealed with the organisation's seal, and kept. They are made outside every
//! transaction and off the threads that answer.

use std::sync::Arc;

use authority::{Permission, Permit, Tenant};
use changes::Refusal;
use crypto::Random;
use documents::{PdfMeta, pdf};
use model::{OrderEvent, OrderState, Timestamp};
use store::domains;
use texts::{AdminMessage, Noun};

use crate::{
    OrderDesk, OrderView,
    agreement::AGREEMENT,
    approval::{check_same_documents, deciders},
    certificate::CERTIFICATE,
    compose::{ClientFacts, Composed},
    confirming::{check_confirmed, check_rows_confirmed},
    kept_documents::{self, DocumentKey, OF_ORDER},
    moving::{Asked, Happening, Moved, OrderVersion, apply, permission_to_decide},
    seal_kit::SealKit,
};

/// What the registers answered when an order was closed: it stands in for the certificate of a Norwegian company.
pub(crate) const REGISTRY: &str = "registry";

/// A document that is set.
struct Made {
    kind: &'static str,
    pdf: Vec<u8>,
}

/// What is closed.
pub(crate) struct ToSeal<'a> {
    pub(crate) seen: OrderVersion,
    pub(crate) order: &'a OrderView,
    /// What the registers answered just now.
    pub(crate) registry: Option<String>,
}

pub(crate) fn trouble(detail: impl std::fmt::Display) -> Refusal {
    Refusal::Invalid(AdminMessage::OrderSealTrouble { detail: detail.to_string().into() }.into())
}

/// Runs work that takes a processor for a while, off the threads that answer.
pub(crate) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(trouble(error)),
    }
}

fn set(all: Vec<Composed>, author: String, now: Timestamp) -> Result<Vec<Made>, Refusal> {
    let meta = PdfMeta { created: now.seconds(), author };
    let set = |it: Composed| {
        Ok(Made { kind: it.kind, pdf: pdf(&it.document, &meta).map_err(|error| trouble(&error))? })
    };
    all.into_iter().map(set).collect()
}

async fn close(kit: &SealKit, made: Made, random: Random, now: Timestamp) -> Result<Made, Refusal> {
    let (seal, at) = (Arc::clone(&kit.seal), now.seconds());
    let Some(ask) = &kit.timestamps else {
        let close = move || {
            let pdf = seal.apply(&made.pdf, at).map_err(|error| trouble(&error))?;
            Ok(Made { pdf, ..made })
        };
        return aside(close).await;
    };
    let request = move || seal.request(&made.pdf, at, random.bytes()).map_err(|error| trouble(&error));
    let request = aside(request).await?;
    let answer = ask(request.query().to_vec()).await.map_err(trouble)?;
    let finish = move || {
        let pdf = request.finish(&answer, at).map_err(|error| trouble(&error))?;
        Ok(Made { kind: made.kind, pdf })
    };
    aside(finish).await
}

impl OrderDesk {
    /// What the documents of an order are closed with; the organisation closes nothing that is not real.
    fn seal_of(&self, order: &OrderView) -> Option<&SealKit> {
        self.settings.seal.as_ref().filter(|_| !order.answers.is_sandbox)
    }

    /// What everything is closed with now, in words for the timeline; empty without a seal.
    fn seal_in_words(&self, order: &OrderView) -> String {
        let Some(kit) = self.seal_of(order) else { return String::new() };
        let it = kit.seal.certificate();
        let digest: String = it.digest.iter().map(|it| format!("{it:02x}")).collect();
        format!(
            "{}, SHA-256 {digest}, – {}",
            it.subject,
            Timestamp::from_seconds(it.ends_at).to_iso_seconds()
        )
    }

    /// Closes the documents of an order that was seen, and moves it on in the write that keeps them.
    ///
    /// # Errors
    /// As [`OrderDesk::move_order`].
    pub(crate) async fn seal(
        &self,
        permit: &Permit,
        ToSeal { seen, order, registry }: ToSeal<'_>,
        now: Timestamp,
    ) -> Result<OrderState, Refusal> {
        let has_sms = self.settings.has_sms;
        check_confirmed(&order.people, has_sms)?;
        let mut made = self.closed(permit, order, now).await?;
        made.extend(registry.map(|it| Made { kind: REGISTRY, pdf: it.into_bytes() }));
        let happening = Happening::said(OrderEvent::Seal, &self.seal_in_words(order));
        let permit = permit.clone();
        let sealed = self.store.write(move |tx| {
            let mut moved = Moved::load(tx, permit.caller_tenant(), Asked::Seen(seen))?;
            let tenant = moved.deciding(&permit)?.clone();
            check_same_documents(&moved.row, &moved.answers)?;
            check_rows_confirmed(&tenant, &moved.people, has_sms)?;
            let next = apply(tx, (&permit, &mut moved), &happening, now)?;
            for it in &made {
                let submission = moved.row.submission;
                let key = DocumentKey { order: seen.id, submission, kind: it.kind };
                kept_documents::save(tx, &tenant, (key, &it.pdf), now)?;
            }
            Ok::<_, Refusal>(next)
        });
        sealed.await
    }

    async fn closed(&self, permit: &Permit, order: &OrderView, now: Timestamp) -> Result<Vec<Made>, Refusal> {
        let tenant = permit.tenant(permission_to_decide(order.answers.is_sandbox))?.id;
        let domain = order.domain;
        let domain = self.store.read(move |tx| domains::get(tx, tenant, domain)).await;
        let domain = domain.map_err(|error| Refusal::of(error, Noun::Domain))?;
        let callback =
            format!("{}://{}/callback/{}", domain.scheme.as_str(), domain.host, order.eid.as_str());
        let is_production = domain.environment == model::Environment::Production;
        let mut all = order.approved_documents();
        all.push(order.technical_sheet(ClientFacts { callback: &callback, is_production }));
        all.insert(0, order.cover_letter(&all, &deciders(permit), now));
        let author = self.seal_of(order).map(|it| it.seal.certificate().subject).unwrap_or_default();
        let made = aside(move || set(all, author, now)).await?;
        let Some(kit) = self.seal_of(order) else { return Ok(made) };
        let mut closed = Vec::new();
        for it in made {
            closed.push(close(kit, it, self.random.clone(), now).await?);
        }
        Ok(closed)
    }

    /// Gives a document of the submission that an order has now: a PDF, or the registers' answer in JSON.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn document(
        &self,
        permit: &Permit,
        (order, kind): (&OrderView, &str),
    ) -> Result<Vec<u8>, Refusal> {
        self.file(permit.tenant(Permission::ReadOrders)?, (order, kind)).await
    }

    pub(crate) async fn file(
        &self,
        tenant: &Tenant,
        (order, kind): (&OrderView, &str),
    ) -> Result<Vec<u8>, Refusal> {
        let submission = if [CERTIFICATE, AGREEMENT].contains(&kind) { OF_ORDER } else { order.submission };
        let (tenant, id) = (tenant.clone(), order.id);
        let kind = kind.to_owned();
        let read = self.store.read(move |tx| {
            let key = DocumentKey { order: id, submission, kind: &kind };
            let opened = kept_documents::open(tx, &tenant, key)?.ok_or(Refusal::NotFound(Noun::Object))?;
            Ok::<_, Refusal>(opened.expose().clone())
        });
        read.await
    }
}
