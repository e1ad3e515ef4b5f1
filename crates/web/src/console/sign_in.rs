//! Signing in and out. The browser logs in at the console's own domain, as at any other; the code that it brings back is redeemed
//! in this process (docs/adr/0040).

use axum::{http::StatusCode, response::Response};
use console::{OWN_CLIENT, Purpose, Refusal, SignIn};
use crypto::same_bytes;
use pages::console::{Action, Block, ConsolePage, Notice, NoticeKind, Text};
use provider::{ORDER_DESK, OwnCode, Refusal as ProviderRefusal};

use super::{
    answer::{forgetting, refused_form, shown, shown_as, with_session, without_cookie},
    orders,
    orders::links::Returned,
    pending::{Pending, PendingPurpose, begun, way_back},
    visit::Visit,
};
use crate::{
    cookies::{CONSOLE_SESSION, CONSOLE_SIGN_IN},
    respond::page::see_other,
};

/// A page of this site that one can come back to: no other site, and no address that does something.
fn safe_target(to: &str) -> &str {
    let is_own = to.starts_with('/') && !to.starts_with("//") && !to.contains(['\\', '\n', '#']);
    let goes_on = ["/sign-in", "/sign-out", "/setup/", "/recover/"].iter().any(|it| to.starts_with(it));
    if is_own && !goes_on { to } else { "/" }
}

/// `GET /sign-in`
pub(super) async fn page(visit: Visit) -> Result<Response, Refusal> {
    if visit.site.console.own_domain().await?.is_none() {
        let text = Text::Key("console-not-set-up");
        let blocks = vec![Block::Notice(Notice { kind: NoticeKind::Info, text, action: None })];
        return Ok(shown(&visit, bare("console-sign-in-title", blocks)));
    }
    let to = safe_target(visit.query.get("to"));
    let href =
        format!("/sign-in/begin?to={}", form_urlencoded::byte_serialize(to.as_bytes()).collect::<String>());
    let page = ConsolePage {
        lead: Some(Text::Key("console-sign-in-lead")),
        ..bare(
            "console-sign-in-title",
            vec![
                Block::Actions(vec![Action::to("console-sign-in", href).named("sign-in")]),
                Block::Notice(Notice {
                    kind: NoticeKind::Info,
                    text: Text::Key("console-sign-in-members-only"),
                    action: None,
                }),
            ],
        )
    };
    Ok(shown(&visit, page))
}

fn bare(heading: &'static str, blocks: Vec<Block>) -> ConsolePage {
    ConsolePage { heading: Text::Key(heading), blocks, is_bare: true, ..ConsolePage::default() }
}

/// `GET /sign-in/begin`: nothing but a cookie comes of it, so a link may lead here.
pub(super) async fn begin(visit: Visit) -> Result<Response, Refusal> {
    let to = safe_target(visit.query.get("to")).to_owned();
    Ok(begun(&visit, Purpose::SignIn, to))
}

/// `GET /sign-in/callback`
pub(super) async fn callback(visit: Visit) -> Result<Response, Refusal> {
    let pending = visit.pending.as_deref().and_then(Pending::parse);
    let state = visit.query.get("state");
    let Some(pending) = pending.filter(|it| same_bytes(it.state.as_bytes(), state.as_bytes())) else {
        return Ok(not_begun_here(&visit));
    };
    let response = match visit.query.maybe("code") {
        Some(code) => redeemed(&visit, &pending, &code).await?,
        None => cancelled(&visit, &pending),
    };
    Ok(without_cookie(response, &visit, CONSOLE_SIGN_IN))
}

fn not_begun_here(visit: &Visit) -> Response {
    let action = Some(Action::to("console-sign-in-try-again", "/sign-in").named("again"));
    let text = Text::Key("console-sign-in-not-begun-here");
    let blocks = vec![Block::Notice(Notice { kind: NoticeKind::Warning, text, action })];
    shown_as(visit, StatusCode::BAD_REQUEST, bare("console-sign-in-failed-title", blocks))
}

fn cancelled(visit: &Visit, pending: &Pending) -> Response {
    let text = match visit.query.maybe("error_description") {
        Some(said) if visit.query.get("error") != "access_denied" => {
            Text::with("console-sign-in-refused", "said", said)
        }
        _ => Text::Key("console-sign-in-cancelled"),
    };
    let notice = Notice { kind: NoticeKind::Info, text, action: Some(way_back(pending)) };
    shown_as(visit, StatusCode::OK, bare("console-sign-in-failed-title", vec![Block::Notice(notice)]))
}

async fn redeemed(visit: &Visit, pending: &Pending, code: &str) -> Result<Response, Refusal> {
    let failed = |refusal: &Refusal| {
        let text = Text::plain(super::answer::sentence(visit, refusal));
        let notice = Notice { kind: NoticeKind::Wrong, text, action: Some(way_back(pending)) };
        refused_form(visit, refusal, bare("console-sign-in-failed-title", vec![Block::Notice(notice)]))
    };
    let login = match own_login(visit, pending, code).await {
        Ok(login) => login,
        Err(refusal) => {
            tracing::warn!(trace = %visit.trace(), cause = refusal.cause().id(), "a sign-in to the console failed");
            return Ok(not_begun_here(visit));
        }
    };
    if login.nonce.as_deref() != Some(pending.nonce.as_str()) {
        return Ok(not_begun_here(visit));
    }
    let sign_in = SignIn {
        proof: login.proof,
        issuer: login.issuer,
        replaced: visit.token.clone(),
        browser: visit.browser.clone(),
        origin: visit.origin(),
    };
    let purpose = match &pending.purpose {
        // Nobody signs in to the console with an eID of the sandbox that belongs to everybody.
        PendingPurpose::Console(_) if pending.at.is_some() => return Ok(not_begun_here(visit)),
        PendingPurpose::Console(purpose) => purpose,
        PendingPurpose::Order { link, code, random } => {
            let returned = Returned { sign_in, random: *random, at: pending.at.as_deref() };
            return orders::links::returned(visit, (*link, code), returned).await;
        }
        PendingPurpose::Section { link, code } => {
            let returned = (sign_in, pending.at.as_deref());
            return orders::colleagues::returned(visit, (*link, code), returned).await;
        }
        // It does not come back here.
        PendingPurpose::Signing { .. } => return Ok(cancelled(visit, pending)),
    };
    let token = match visit.site.console.sign_in(&sign_in, purpose, visit.now()).await {
        Ok(token) => token,
        Err(refusal) => return Ok(failed(&refusal)),
    };
    let to = match purpose {
        Purpose::SignIn => pending.to.clone(),
        Purpose::Invitation(..) => "/?done=joined".to_owned(),
        Purpose::FirstOperator => "/?done=set-up".to_owned(),
        Purpose::Recovery => "/?done=recovered".to_owned(),
    };
    tracing::info!(trace = %visit.trace(), eid = sign_in.proof.eid.as_str(), "somebody signed in to the console");
    Ok(with_session(see_other(&to), visit, token.expose()))
}

async fn own_login(
    visit: &Visit,
    pending: &Pending,
    code: &str,
) -> Result<provider::OwnLogin, ProviderRefusal> {
    let provider = &visit.site.provider;
    let host = pending.at.as_ref().unwrap_or(&visit.site.address.host);
    let issuer = provider.issuer(host, &visit.context).await?;
    let client = if pending.at.is_some() { ORDER_DESK } else { OWN_CLIENT };
    let callback = visit.site.address.callback();
    let code = OwnCode { code, redirect_uri: &callback, verifier: &pending.verifier };
    provider.redeem_own_code(&issuer, client, &code, &visit.context).await
}

/// `POST /sign-out`
pub(super) async fn sign_out(visit: Visit) -> Result<Response, Refusal> {
    if let Some(token) = &visit.token {
        visit.site.console.sign_out(token).await?;
    }
    let response = see_other("/sign-in?done=signed-out");
    Ok(forgetting(without_cookie(response, &visit, CONSOLE_SESSION)))
}

/// `GET /signed-in`: after a sign-in in another tab, for a form that waits in the first one.
pub(super) async fn signed_in(visit: Visit) -> Result<Response, Refusal> {
    let text = Text::Key("console-signed-in-elsewhere");
    let blocks = vec![Block::Notice(Notice { kind: NoticeKind::Done, text, action: None })];
    Ok(shown(&visit, bare("console-signed-in-title", blocks)))
}

#[cfg(test)]
mod tests {
    use super::safe_target;

    #[test]
    fn one_comes_back_to_pages_of_this_site_only() {
        for own in ["/t/0/members", "/t/0/changes?page=2&actor=a"] {
            assert_eq!(safe_target(own), own);
        }
        for other in
            ["https://evil.example", "//evil.example", "/\\evil.example", "/sign-out", "/sign-in/begin", ""]
        {
            assert_eq!(safe_target(other), "/", "{other}");
        }
    }
}
