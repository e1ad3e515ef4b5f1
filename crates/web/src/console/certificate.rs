//! The certificate of a domain: who shows one for its host, and what is brought here.

use axum::response::Response;
use console::{CertificateFiles, CertificateView, DomainView, LARGEST_PEM, Permission, Refusal};
use crypto::Secret;
use model::Timestamp;
use pages::console::{Action, Block, Chip, ConsoleField, ConsoleForm, Fact, FieldKind, Text, Tone};
use texts::AdminMessage;

use super::{
    answer::{done, refused_form, wrong, wrong_form},
    domain,
    places::{self, DomainPlace},
    settings::seen,
    site::HostTls,
    visit::Visit,
    words,
};

/// How long before its end a certificate is pointed out, in seconds.
const SOON: i64 = 21 * 86_400;
/// What a browser's file dialogue offers.
const PEM_FILES: &str = ".pem,.crt,.cer,.key,application/x-pem-file,text/plain";
/// What makes PEM of PKCS#12.
const PKCS12: &str = "openssl pkcs12 -in certificate.p12 -nokeys -out chain.pem\n\
                      openssl pkcs12 -in certificate.p12 -nocerts -nodes -out key.pem";

fn until(not_after: Timestamp, now: Timestamp) -> Chip {
    let left = not_after.seconds() - now.seconds();
    match left {
        ..=0 => words::chip(Tone::Bad, "console-certificate-expired"),
        1..SOON => words::chip(Tone::Attention, "console-certificate-ends-soon"),
        _ => words::chip(Tone::Good, "console-certificate-valid"),
    }
}

fn host_of(domain: &DomainView) -> &str {
    let host = domain.host.as_str();
    host.rsplit_once(':').map_or(host, |(host, _)| host)
}

/// Who shows a certificate for the domain's host.
fn served_by(visit: &Visit, place: &DomainPlace, brought: Option<&CertificateView>) -> Fact {
    let fact = |key| Fact::new("console-certificate-served", Text::Key(key));
    match ((visit.site.tls)(host_of(&place.domain)), brought) {
        (HostTls::Elsewhere, _) => fact("console-certificate-by-proxy"),
        (HostTls::Files(not_after), _) => {
            let day = Text::with("console-certificate-until", "at", not_after.to_iso_seconds());
            fact("console-certificate-by-files").with_chip(until(not_after, visit.now())).with_help(day)
        }
        (HostTls::Listener, Some(_)) => fact("console-certificate-by-row"),
        (HostTls::Listener, None) => fact("console-certificate-by-nobody")
            .with_chip(words::chip(Tone::Bad, "console-certificate-missing")),
    }
}

/// Whether people reach a domain: it is switched on, and its host has a valid certificate, or TLS ends at the operator's proxy. That
/// there is a domain is the operator's word for its host.
pub(super) async fn is_domain_ready(visit: &Visit, domain: &DomainView) -> Result<bool, Refusal> {
    let is_good = |until: Timestamp| until > visit.now();
    let is_served = match (visit.site.tls)(host_of(domain)) {
        HostTls::Elsewhere => true,
        HostTls::Files(until) => is_good(until),
        HostTls::Listener => {
            let reading = visit.may(Permission::ReadSettings)?;
            let brought = visit.site.console.certificate(&reading, domain.id).await?;
            brought.is_some_and(|it| is_good(it.not_after))
        }
    };
    Ok(is_served && domain.disabled_at.is_none())
}

fn facts(visit: &Visit, it: &CertificateView) -> Vec<Fact> {
    vec![
        Fact {
            values: it.names.iter().map(Text::code).collect(),
            ..Fact::new("console-certificate-names", Text::default())
        },
        Fact::new("console-certificate-not-after", Text::plain(it.not_after.to_iso_seconds()))
            .with_chip(until(it.not_after, visit.now())),
        Fact::new("console-certificate-set", words::ago(it.set_at, visit.now())),
    ]
}

fn form(visit: &Visit, place: &DomainPlace, version: i64, refusal: Option<&Refusal>) -> ConsoleForm {
    let field = |name: &'static str, label: &'static str, value: &str, kind: FieldKind| {
        ConsoleField::new(name, Text::Key(label), value, kind)
    };
    let help = |field: ConsoleField, key: &'static str| field.with_help(Text::Key(key));
    let chain = visit.form.get("chain");
    ConsoleForm {
        action: format!("{}/certificate/upload", place.base),
        hidden: vec![("version".to_owned(), version.to_string())],
        fields: vec![
            help(
                field("chain_file", "console-certificate-chain-file", "", FieldKind::File(PEM_FILES)),
                "console-certificate-chain-help",
            ),
            field("chain", "console-certificate-chain", chain, FieldKind::Code(6))
                .wrong(wrong(visit, refusal, "chain")),
            help(
                field("key_file", "console-certificate-key-file", "", FieldKind::File(PEM_FILES)),
                "console-certificate-key-help",
            ),
            field("key", "console-certificate-key", "", FieldKind::Code(6))
                .wrong(wrong(visit, refusal, "key")),
        ],
        submit: Text::Key("console-certificate-upload"),
        submit_id: "upload-certificate",
        error: wrong_form(visit, refusal, &["chain", "key"]),
        ..ConsoleForm::default()
    }
}

/// The page of the certificate.
pub(super) async fn blocks(
    visit: &Visit,
    place: &DomainPlace,
    refusal: Option<&Refusal>,
) -> Result<Vec<Block>, Refusal> {
    let reading = visit.may(Permission::ReadSettings)?;
    let brought = visit.site.console.certificate(&reading, place.domain.id).await?;
    let mut all = vec![served_by(visit, place, brought.as_ref())];
    all.extend(brought.iter().flat_map(|it| facts(visit, it)));
    let mut blocks = vec![Block::Facts(all)];
    if !visit.offers(Permission::ManageDomains) {
        return Ok(blocks);
    }
    let version = brought.as_ref().map_or(0, |it| it.version);
    if brought.is_some() {
        let remove = Action::act("console-certificate-remove", format!("{}/certificate/remove", place.base));
        let remove = remove.with("version", version.to_string()).dangerous().named("remove-certificate");
        blocks.push(Block::Actions(vec![remove]));
    }
    let lead = Some(Text::Key("console-certificate-lead"));
    blocks.push(Block::Heading { id: "bring", text: Text::Key("console-certificate-bring"), lead });
    blocks.push(Block::More {
        label: Text::Key("console-certificate-pkcs12"),
        blocks: vec![Block::Code {
            label: Text::Key("console-certificate-pkcs12-lead"),
            text: PKCS12.to_owned(),
            id: "pkcs12",
        }],
    });
    blocks.push(Block::Form(form(visit, place, version, refusal)));
    Ok(blocks)
}

/// What was chosen as a file, or pasted.
fn brought(visit: &Visit, file: &str, text: &str) -> Vec<u8> {
    let pasted = || visit.form.secret(text).as_bytes().to_vec();
    visit.upload.file(file).map_or_else(pasted, <[u8]>::to_vec)
}

async fn saved(visit: &Visit, place: &DomainPlace) -> Result<(), Refusal> {
    if visit.upload.is_too_large {
        let most = (LARGEST_PEM / 1_024).into();
        return Err(Refusal::Invalid(AdminMessage::CertificateTooLarge { most }.at("chain")));
    }
    let files = CertificateFiles {
        domain: place.domain.id,
        chain: brought(visit, "chain_file", "chain"),
        key: Secret::new(brought(visit, "key_file", "key")),
    };
    visit.site.console.set_certificate(visit.permit()?, &seen(visit), files, visit.now()).await
}

async fn answered(
    visit: &Visit,
    place: &DomainPlace,
    (result, word): (Result<(), Refusal>, &str),
) -> Result<Response, Refusal> {
    match result {
        Ok(()) => Ok(done(&format!("{}/certificate", place.base), word)),
        Err(refusal) => {
            let blocks = blocks(visit, place, Some(&refusal)).await?;
            let page = domain::page_with(visit, place, ("certificate", blocks)).await?;
            Ok(refused_form(visit, &refusal, page))
        }
    }
}

/// `GET …/domains/{domain}/certificate`
pub(super) async fn page(visit: Visit) -> Result<Response, Refusal> {
    let place = places::domain(&visit).await?;
    let blocks = blocks(&visit, &place, None).await?;
    let page = domain::page_with(&visit, &place, ("certificate", blocks)).await?;
    Ok(super::answer::shown(&visit, page))
}

/// `POST …/domains/{domain}/certificate/upload`
pub(super) async fn upload(visit: Visit) -> Result<Response, Refusal> {
    let place = places::domain(&visit).await?;
    let result = saved(&visit, &place).await;
    answered(&visit, &place, (result, "certificate-saved")).await
}

/// `POST …/domains/{domain}/certificate/remove`
pub(super) async fn remove(visit: Visit) -> Result<Response, Refusal> {
    let place = places::domain(&visit).await?;
    let at = (place.domain.id, &seen(&visit));
    let result = visit.site.console.remove_certificate(visit.permit()?, at, visit.now()).await;
    answered(&visit, &place, (result, "certificate-removed")).await
}
