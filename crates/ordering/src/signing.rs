//! Signing at a provider: our documents go there, and come back as PAdES over exactly these bytes, or count for nothing.
//!
//! ```text
//!   link ──POST──► request (document digest, 10 min) ──► documents at the provider ──► the person signs there
//!        ◄── back in the same browser ── files fetched, verified, request spent once ── signed, or to be reviewed
//! ```

use std::{fmt, sync::Arc};

use authority::{Permission, Permit, SealedColumn, Tenant};
use changes::Refusal;
use crypto::b64;
use documents::{PdfMeta, SignatureTrust, Signer, pdf};
use model::{Evidence, LinkId, NameKey, OrderState, Timestamp};
use serde_json::json;
use store::{
    StoreError, WriteTx, approval_requests,
    order_people::{self, Part},
    orders::Order,
};
use texts::AdminMessage;

use crate::{
    OrderDesk, OrderView,
    answered::{Answered, accepted_before, waiting_row},
    kept_documents::{self, DocumentKey},
    kept_person::{KeptPerson, open_person, seal_person},
    moving::{Asked, Happening, Moved, apply, request_digest},
    people::{approves, link_spent},
    sealing::{aside, trouble},
    signature_provider::{AtProvider, SignatureProvider, ToSign},
};

/// A signing was begun: the browser keeps it until it is back.
#[derive(Clone)]
pub struct SigningBegun {
    /// The random bytes of the request.
    pub random: [u8; 32],
    /// What the provider calls it, and where the person signs.
    pub at: AtProvider,
}

impl fmt::Debug for SigningBegun {
    /// Leaves out the random bytes, with which it could be finished.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningBegun").finish_non_exhaustive()
    }
}

/// What a browser brings back.
#[derive(Clone)]
pub struct SigningReturned {
    /// The random bytes of the request.
    pub random: [u8; 32],
    /// What the provider calls it.
    pub reference: String,
}

impl fmt::Debug for SigningReturned {
    /// Does not say the random bytes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningReturned").field("reference", &self.reference).finish_non_exhaustive()
    }
}

/// A document with its kind, and what came back of it.
struct SignedFile {
    kept_as: String,
    bytes: Vec<u8>,
}

fn unavailable(detail: String) -> Refusal {
    Refusal::Invalid(AdminMessage::OrderProviderTrouble { detail: detail.into() }.into())
}

/// A document as it is brought.
struct Ours {
    kind: &'static str,
    title: String,
    pdf: Vec<u8>,
}

/// Sets the documents of a submission: the same bytes whenever it is done.
fn set(order: &OrderView, part: Part) -> Result<Vec<Ours>, Refusal> {
    let meta = PdfMeta { created: order.created_at.seconds(), author: String::new() };
    let one = |it: crate::Composed| {
        let bytes = pdf(&it.document, &meta).map_err(|error| trouble(&error))?;
        Ok(Ours { kind: it.kind, title: it.document.title, pdf: bytes })
    };
    order.documents_for(part).into_iter().map(one).collect()
}

/// Says who signed all of them; a file that is not ours, signed by a single person, makes all of them count for nothing.
fn verified(
    trust: &SignatureTrust,
    ours: Vec<Ours>,
    signed: Vec<Vec<u8>>,
    now: Timestamp,
) -> Result<(Signer, Vec<SignedFile>), Refusal> {
    let refused =
        |why: String| Refusal::Invalid(AdminMessage::OrderSignatureInvalid { detail: why.into() }.into());
    if ours.len() != signed.len() {
        return Err(refused(format!("{} files came back of {}", signed.len(), ours.len())));
    }
    let (mut signer, mut files): (Option<Signer>, _) = (None, Vec::new());
    for (Ours { kind, pdf, .. }, bytes) in ours.into_iter().zip(signed) {
        let found = trust.verify(&pdf, &bytes, now.seconds());
        let found = found.map_err(|fault| refused(format!("{kind}: {fault}")))?;
        if signer.as_ref().is_some_and(|it| it.subject != found.subject) {
            return Err(refused(format!("{kind}: somebody else signed it")));
        }
        signer = Some(found);
        files.push(SignedFile { kept_as: kind.to_owned(), bytes });
    }
    Ok((signer.ok_or_else(|| refused("nothing came back".to_owned()))?, files))
}

fn is_same_name(one: &str, other: &str) -> bool {
    let key = NameKey::of_full_name(one);
    key.is_some() && key == NameKey::of_full_name(other)
}

/// Writes down who signed; gives whether it is to be reviewed.
fn note(kept: &mut KeptPerson, (provider, signer): (&str, &Signer)) -> bool {
    signer.name.clone_into(&mut kept.proved_name);
    provider.clone_into(&mut kept.provider);
    kept.token_digest = b64::encode(&signer.file);
    let fits = is_same_name(&signer.name, &kept.contact.name);
    kept.mismatch = if fits { String::new() } else { "other-name".to_owned() };
    !fits
}

/// What is kept, sealed: enough to verify it years later. The signed files are documents of the order.
fn evidence(tenant: &Tenant, (person, provider, signer): (LinkId, &str, &Signer), now: Timestamp) -> Vec<u8> {
    let text = json!({
        "kind": Evidence::ProviderSignature.as_str(), "provider": provider, "signer": signer.subject,
        "certificate_sha256": b64::encode(&signer.certificate), "file_sha256": b64::encode(&signer.file),
        "received_at": now.to_iso_micros(),
    });
    let column = SealedColumn::OrderEvidence(person);
    tenant.opened().seal(tenant.random(), &column, text.to_string().as_bytes())
}

/// The signed files as they are kept, by the place of their signer.
fn named(files: Vec<SignedFile>, at: usize) -> Vec<SignedFile> {
    let one = |it: SignedFile| SignedFile { kept_as: format!("signed-{}-{}", at + 1, it.kept_as), ..it };
    files.into_iter().map(one).collect()
}

/// Keeps what the signatory at this place signed, as documents of the order.
fn keep_files(
    tx: &mut WriteTx<'_>,
    tenant: &Tenant,
    order: &Order,
    files: &[SignedFile],
    now: Timestamp,
) -> Result<(), StoreError> {
    for it in files {
        let key = DocumentKey { order: order.id, submission: order.submission, kind: &it.kept_as };
        kept_documents::save(tx, tenant, (key, &it.bytes), now)?;
    }
    Ok(())
}

impl OrderDesk {
    /// Brings the documents of a submission to the provider, for one of those who sign.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: the link is over, it is not the time for it, a login approves this order, or the provider cannot be
    /// reached. [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn begin_signing(
        &self,
        permit: &Permit,
        (person, return_to): (LinkId, String),
        now: Timestamp,
    ) -> Result<SigningBegun, Refusal> {
        let provider = self.provider()?;
        let begun = self.begin_request(permit, (person, Evidence::ProviderSignature), now).await?;
        let order = self.whole(permit.tenant(Permission::AnswerOrder)?, begun.order).await?;
        let signer = order.people.iter().find(|it| it.id == person).ok_or_else(link_spent)?;
        let (name, part) = (signer.contact.name.clone(), signer.part);
        let documents = aside(move || set(&order, part)).await?;
        let documents = documents.into_iter().map(|it| (it.title, it.pdf)).collect();
        let to_sign = ToSign { documents, signer: name, return_to };
        let at = provider.bring(to_sign).await.map_err(unavailable)?;
        Ok(SigningBegun { random: begun.random, at })
    }

    /// Takes what somebody signed; `None`: they did not. The files are fetched and verified, and the request is spent in the write
    /// that keeps them.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: the request is over, the order was changed meanwhile, the files are not ours with a valid signature,
    /// or somebody signs for two. [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn finish_signing(
        &self,
        permit: &Permit,
        (person, returned): (LinkId, SigningReturned),
        now: Timestamp,
    ) -> Result<Option<OrderState>, Refusal> {
        let provider = self.provider()?;
        let tenant = permit.tenant(Permission::AnswerOrder)?.clone();
        let asked = self.store.read(move |tx| order_people::find(tx, person)).await?;
        let asked = asked.filter(|it| it.tenant_id == tenant.id && approves(it.part));
        let asked = asked.ok_or_else(link_spent)?;
        let (order, part) = (self.whole(&tenant, asked.order_id).await?, asked.part);
        let Some(signed) = provider.fetch(returned.reference).await.map_err(unavailable)? else {
            return Ok(None);
        };
        let by = Arc::clone(&provider);
        let (signer, files) = aside(move || verified(by.trust(), set(&order, part)?, signed, now)).await?;
        let source = ["signature", provider.name(), ""];
        let digest = tenant.opened().member_digest(source, &signer.subject);
        let (permit, random) = (permit.clone(), returned.random);
        let finished = self.store.write(move |tx| {
            let spent = approval_requests::spend(tx, (tenant.id, &request_digest(&random)), now)?;
            let request = spent.filter(|it| it.person_id == person).ok_or_else(link_spent)?;
            let mut moved = Moved::load(tx, &tenant, Asked::Now(request.order_id))?;
            let mut row = waiting_row(&moved, &request, (digest, Evidence::ProviderSignature))?;
            let of_part = moved.people.iter().filter(|it| it.part == row.part);
            let at = of_part.take_while(|it| it.id != person).count();
            let mut kept = open_person(&tenant, &row)?;
            row.person_digest = Some(digest);
            let is_to_review = note(&mut kept, (provider.name(), &signer))
                && !accepted_before(&tenant, &moved.people, (&row, &mut kept))?;
            row.sealed_person = seal_person(&tenant, row.id, &kept);
            row.sealed_evidence = Some(evidence(&tenant, (row.id, provider.name(), &signer), now));
            keep_files(tx, &tenant, &moved.row, &named(files, at), now)?;
            let event = Answered { row, is_to_review }.write(tx, (&permit, &mut moved), now)?;
            apply(tx, (&permit, &mut moved), &Happening::of(event), now)
        });
        finished.await.map(Some)
    }

    fn provider(&self) -> Result<Arc<dyn SignatureProvider>, Refusal> {
        self.settings.signatures.clone().ok_or_else(|| Refusal::Invalid(AdminMessage::OrderNoProvider.into()))
    }
}
