//! Whether a domain answers at its public address: what browsers and applications get, proxy included.

use outbound::{Outbound, Request, Response};
use serde_json::Value;
use store::domains::Domain;
use texts::Cause;

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
            topic(&issuer),
            format!(
                "{error}; nothing answers from here: look from outside too, and see that `portvakt serve` runs, that \
                 the name leads to it and that [outbound] lets this machine ask"
            ),
        ),
    }
}

fn topic(issuer: &str) -> String {
    format!("public address {issuer}")
}

fn judge(issuer: &str, answer: &Response) -> Finding {
    let (topic, status) = (topic(issuer), answer.status);
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let text = |name| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let described = text("error_description");
    let cause = Cause::ALL.iter().find(|it| described.starts_with(it.description()));
    match (status, cause) {
        (200, _) if text("issuer") == issuer => Finding::fine(topic, "answers, and is this issuer"),
        (200, _) => Finding::trouble(topic, "somebody else answers there: see where the name leads"),
        (300..400, _) => Finding::trouble(
            topic,
            format!(
                "answers with {status} and leads back to itself: let the proxy that ends TLS set X-Forwarded-Proto"
            ),
        ),
        (404, Some(Cause::NotFound)) => Finding::trouble(
            topic,
            "this host is no domain where it answers: let the proxy pass the Host header on unchanged",
        ),
        (_, Some(cause)) => {
            Finding::trouble(topic, format!("answers with {status}, {}: {}", cause.id(), cause.description()))
        }
        (_, None) => Finding::warning(
            topic,
            format!(
                "answers with {status}, and it is not us: see that `portvakt serve` runs behind the proxy"
            ),
        ),
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
        let (silent, nobody) = (refused(Cause::ProxySchemeMissing), refused(Cause::NotFound));
        for (status, body, verdict, said) in [
            (200, r#"{"issuer":"https://a.example"}"#, Verdict::Fine, "is this issuer"),
            (200, r#"{"issuer":"https://b.example"}"#, Verdict::Trouble, "somebody else"),
            (308, "", Verdict::Trouble, "X-Forwarded-Proto"),
            (500, &*silent, Verdict::Trouble, "proxy-scheme-missing"),
            (404, &nobody, Verdict::Trouble, "Host header"),
            (502, "<html>", Verdict::Warning, "`portvakt serve` runs"),
        ] {
            let answer = Response { status, content_type: String::new(), body: body.into() };
            let finding = judge("https://a.example", &answer);
            assert!(finding.verdict == verdict && finding.text.contains(said), "{status}: {finding:?}");
        }
    }
}
