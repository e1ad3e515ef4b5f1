//! Whether a domain answers at its public address: what browsers and applications get, proxy included.

use outbound::{Outbound, Request, Response};
use serde_json::Value;
use store::domains::Domain;
use texts::{AdminMessage, Cause, DoctorTopic, Outcome};

use super::finding::Finding;

fn issuer_of(domain: &Domain) -> String {
    format!("{}://{}", domain.scheme.as_str(), domain.host)
}

/// Asks a domain for its discovery document, as an application does.
pub(super) async fn ask(calls: &Outbound, domain: &Domain) -> Finding {
    let issuer = issuer_of(domain);
    match calls.send(Request::get(format!("{issuer}/.well-known/openid-configuration"))).await {
        Ok(answer) => judge(&issuer, &answer),
        Err(error) => Finding::warning(
            &topic(&issuer),
            AdminMessage::DoctorPublicSilent { detail: error.to_string().into() },
        ),
    }
}

fn topic(issuer: &str) -> DoctorTopic {
    DoctorTopic::PublicAddress { issuer: issuer.to_owned().into() }
}

fn judge(issuer: &str, answer: &Response) -> Finding {
    let (topic, status) = (&topic(issuer), answer.status);
    let shown = || u32::from(status).into();
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let text = |name| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let described = text("error_description");
    let cause = Cause::ALL.iter().find(|it| described.starts_with(it.description()));
    match (status, cause) {
        (200, _) if text("issuer") == issuer => Finding::fine(topic, &Outcome::DoctorPublicFine),
        (200, _) => Finding::trouble(topic, AdminMessage::DoctorPublicElsewhere),
        (300..400, _) => Finding::trouble(topic, AdminMessage::DoctorPublicRedirects { status: shown() }),
        (404, Some(Cause::NotFound)) => Finding::trouble(topic, AdminMessage::DoctorPublicHostLost),
        (_, Some(cause)) => {
            let (cause, description) = (cause.id().into(), cause.description().into());
            Finding::trouble(topic, AdminMessage::DoctorPublicRefused { status: shown(), cause, description })
        }
        (_, None) => Finding::warning(topic, AdminMessage::DoctorPublicNotUs { status: shown() }),
    }
}

#[cfg(test)]
mod tests {
    use outbound::Response;
    use texts::Cause;

    use super::judge;
    use crate::doctor::finding::Verdict;

    #[test]
    fn what_a_public_address_answers_says_what_is_wrong_with_the_proxy() {
        let refused = |it: Cause| format!("{{\"error_description\":\"{} (trace x)\"}}", it.description());
        let (silent, unknown) = (refused(Cause::ProxySchemeMissing), refused(Cause::NotFound));
        for (status, body, verdict, said) in [
            (200, r#"{"issuer":"https://a.example"}"#, Verdict::Fine, "is this issuer"),
            (200, r#"{"issuer":"https://b.example"}"#, Verdict::Trouble, "somebody else"),
            (308, "", Verdict::Trouble, "X-Forwarded-Proto"),
            (500, &*silent, Verdict::Trouble, "proxy-scheme-missing"),
            (404, &unknown, Verdict::Trouble, "Host header"),
            (502, "<html>", Verdict::Warning, "`portvakt serve` runs"),
        ] {
            let answer = Response { status, content_type: String::new(), location: None, body: body.into() };
            let finding = judge("https://a.example", &answer);
            assert!(finding.verdict == verdict && finding.text.contains(said), "{status}: {finding:?}");
        }
    }
}
