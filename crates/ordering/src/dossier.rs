//! Everything that goes to the issuer, in one archive.

use std::io::{Cursor, Write};

use authority::Permit;
use changes::Refusal;
use model::{
    Action, AgreementState, CompanyAnswer, Contact, NumberAnswer, OrderSection, SignatoryAnswer, Timestamp,
};
use serde_json::{Value, json};
use store::orders;
use texts::{Locale, Noun, say};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::{
    OrderDesk, OrderFile, OrderView, Part,
    agreement::AGREEMENT,
    compose::DECLARATION,
    moving::{NewStep, add_step, permission_to_decide},
    people::PersonView,
    sealing::REGISTRY,
    view::state_of,
};

/// What the issuer is told of a company; how we found out is in `registry.json`.
fn company(it: &CompanyAnswer) -> Value {
    json!({"number": it.number, "name": it.name, "form": it.form, "address": it.address})
}

/// What the issuer is told of a person: how they are reached.
fn contact(it: &Contact) -> Value {
    json!({"name": it.name, "mobile": it.mobile, "email": it.email})
}

fn contacts(all: &[Contact]) -> Value {
    all.iter().map(contact).collect()
}

fn signatory(it: &SignatoryAnswer) -> Value {
    json!({"name": it.name, "birth_date": it.birth_date, "role": it.role, "email": it.email, "mobile": it.mobile})
}

fn number(it: &NumberAnswer, is_asked_for: bool) -> Value {
    match is_asked_for {
        true => {
            json!({"needed": true, "reason": it.reason, "statute": it.statute, "paragraph": it.paragraph})
        }
        false => json!({"needed": false}),
    }
}

fn answer(order: &OrderView, section: OrderSection) -> Value {
    let it = &order.answers;
    match section {
        OrderSection::Purpose => json!(it.purpose),
        OrderSection::Domain => json!(it.host),
        OrderSection::Company => company(&it.company),
        OrderSection::Bank => company(&it.bank),
        OrderSection::General => contact(&it.general),
        OrderSection::Receiver => contact(&it.receiver),
        OrderSection::Block => contacts(&it.blockers),
        OrderSection::Signatories => it.signatories.iter().map(signatory).collect(),
        OrderSection::DisplayName => json!(it.display_name),
        OrderSection::Listing => json!(it.listed_address),
        OrderSection::Operations => contacts(&it.operations),
        OrderSection::Number => number(&it.number, has_declaration(order)),
        OrderSection::Products => json!(it.products),
        OrderSection::Certificate => json!(if it.has_certificate { "uploaded" } else { "registry" }),
    }
}

fn approval(it: &PersonView) -> Value {
    json!({
        "name": it.contact.name, "eid": it.eid, "level": it.level, "signed_at_provider": it.provider, "token_sha256": it.token_digest,
        "at": it.decided_at.map(Timestamp::to_iso_seconds), "reviewed": it.override_reason,
    })
}

/// What is answered, for a program: in the order and with the numbers of the recipient's questions.
fn export(order: &OrderView) -> Value {
    let locale = Locale::parse(&order.answers.language).unwrap_or(Locale::Nb);
    let one = |(number, section): (usize, &OrderSection)| {
        let question = say(locale, &format!("order-question-{}", section.as_str()), &[]);
        json!({"number": number, "question": question, "answer": answer(order, *section)})
    };
    let answers: Vec<Value> =
        (1..).zip(OrderSection::asked(order.eid, order.answers.catalogue)).map(one).collect();
    let approvals =
        |part: Part| order.people.iter().filter(|it| it.part == part).map(approval).collect::<Vec<Value>>();
    let declaration = order.declaration_digest.filter(|_| has_declaration(order));
    let declaration = declaration.map(
        |_| json!({"sha256": order.digest_text(Part::Declarant), "approvals": approvals(Part::Declarant)}),
    );
    json!({
        "catalogue": order.answers.catalogue, "order": order.id.to_string(), "submission": order.submission,
        "eid": order.eid.as_str(), "documents_sha256": order.digest_text(Part::Signatory), "answers": answers,
        "is_sandbox": order.answers.is_sandbox, "approvals": approvals(Part::Signatory), "declaration": declaration,
        "public_key": order.public_key,
    })
}

/// What goes to the issuer: an agreement when the operator has accepted it, and nothing of a declaration that somebody said no to.
fn is_sent(order: &OrderView, file: &OrderFile) -> bool {
    let is_declaration = file.kind == DECLARATION || file.kind.ends_with("-number");
    match file.kind.as_str() {
        AGREEMENT => order.agreement == Some(AgreementState::Accepted),
        _ => !is_declaration || has_declaration(order),
    }
}

/// Whether the documents that were closed have a declaration. A draft that follows them may ask for the number again.
fn has_declaration(order: &OrderView) -> bool {
    order.files.iter().any(|it| it.kind == DECLARATION)
}

fn archive(files: &[(String, Vec<u8>)]) -> zip::result::ZipResult<Vec<u8>> {
    // PDFs are compressed already. Without times, the same files give the same bytes.
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.start_file(name.as_str(), options)?;
        writer.write_all(content)?;
    }
    Ok(writer.finish()?.into_inner())
}

impl OrderDesk {
    /// Gives everything that goes to the issuer as a ZIP archive; it is written down that it was taken.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] before the documents were closed; [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn dossier(
        &self,
        permit: &Permit,
        order: &OrderView,
        now: Timestamp,
    ) -> Result<Vec<u8>, Refusal> {
        let tenant = permit.caller_tenant().clone();
        // What is read and written down is the order as it is, whatever the caller read.
        let order = &self.whole(&tenant, order.id).await?;
        permit.tenant(permission_to_decide(order.answers.is_sandbox))?;
        self.archived(permit, order, now).await
    }

    /// The archive of an order as it is, for whoever may have it; it is written down that it was taken.
    pub(crate) async fn archived(
        &self,
        permit: &Permit,
        order: &OrderView,
        now: Timestamp,
    ) -> Result<Vec<u8>, Refusal> {
        let tenant = permit.caller_tenant().clone();
        if !order.is_closed() {
            return Err(Refusal::NotFound(Noun::Object));
        }
        let mut files = Vec::new();
        for file in order.files.iter().filter(|it| is_sent(order, it)) {
            let content = self.file(&tenant, (order, &file.kind)).await?;
            let ending = if file.kind == REGISTRY { "json" } else { "pdf" };
            files.push((format!("{}.{ending}", file.kind), content));
        }
        let export = serde_json::to_vec_pretty(&export(order)).unwrap_or_default();
        files.push(("answers.json".to_owned(), export));
        let archive = archive(&files).map_err(|_| orders::unreadable())?;
        let (permit, id) = (permit.clone(), order.id);
        let digests: Vec<Value> = order
            .files
            .iter()
            .filter(|it| is_sent(order, it))
            .map(|it| json!([it.kind, it.digest]))
            .collect();
        let taken = self.store.write(move |tx| {
            let row = orders::get(tx, tenant.id, id).map_err(|error| Refusal::of(error, Noun::Order))?;
            let step = NewStep { order: id, event: "dossier_taken", state: state_of(&row)?, note: "" };
            add_step(tx, &permit, &step, now)?;
            let details = json!({"event": "dossier_taken", "documents": digests});
            permit.record(Action::OrderMoved, format!("order {id}"), &details, now).append(tx)?;
            Ok::<_, Refusal>(())
        });
        taken.await?;
        Ok(archive)
    }
}
