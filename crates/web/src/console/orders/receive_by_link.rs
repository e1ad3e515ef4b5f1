//! The pages of the receiver of a sandbox order, below their link: those of a member who receives, in the browser in which they
//! signed in.

use axum::response::Response;
use console::{Actor, Caller, FRESH_FOR, Permission, Permit, Refusal};
use ordering::{KnownReceiver, LinkView};

use super::{asking, opened, phone, receive};
use crate::{
    console::{
        pending::over,
        visit::{Entered, Visit},
    },
    respond::page::see_other,
};

/// The receiver who is known in this browser, if it is of a sandbox order.
pub(super) async fn known(
    visit: &Visit,
    (link, permit): (&LinkView, &Permit),
) -> Result<Option<KnownReceiver>, Refusal> {
    match phone::browser_of(visit) {
        Some(browser) => {
            visit.site.orders.known_receiver(permit, (link.person.id, browser), visit.now()).await
        }
        None => Ok(None),
    }
}

/// Leave to receive the order of the link, and nothing else.
async fn let_in(visit: &mut Visit, known: KnownReceiver, link: &LinkView) -> Result<(), Refusal> {
    let origin = visit.origin();
    let actor = Actor::SandboxReceiver { id: link.person.id, tenant: link.tenant };
    let caller = Caller { actor, trace: Some(origin.trace), address: origin.address, name: None };
    let tenant = visit.site.console.tenant_by_id(&caller, link.tenant).await?;
    visit.entered = Entered::Tenant(Box::new(tenant.permit(Permission::ReceiveCredentials)?));
    visit.params.push(("tenant", link.tenant.to_string()));
    visit.params.push(("order", known.order.to_string()));
    Ok(())
}

/// The visit of a known receiver; or where to sign in, and that the link is over. `lately`: only of who has just signed in.
async fn entered(mut visit: Visit, lately: bool) -> Result<Visit, Response> {
    let found = async {
        let (link, permit) = opened::found(&visit).await?;
        let known = known(&visit, (&link, &permit)).await?;
        let is_fresh = |it: &KnownReceiver| visit.now() < it.signed_in_at.after(FRESH_FOR);
        Ok::<_, Refusal>((link, known.filter(|it| !lately || is_fresh(it))))
    };
    match found.await {
        Ok((link, Some(known))) => match let_in(&mut visit, known, &link).await {
            Ok(()) => Ok(visit),
            Err(refusal) => Err(over(&visit, &refusal)),
        },
        Ok((_, None)) => Err(see_other(&format!("{}?again=yes", phone::base(&visit)))),
        Err(refusal) => Err(over(&visit, &refusal)),
    }
}

/// The page of a member who receives, for the known receiver.
async fn received<F>(visit: Visit, lately: bool, page: fn(Visit) -> F) -> Result<Response, Refusal>
where
    F: Future<Output = Result<Response, Refusal>>,
{
    match entered(visit, lately).await {
        Ok(visit) => page(visit).await,
        Err(elsewhere) => Ok(elsewhere),
    }
}

/// `GET /order/{id}/{code}/receive`
pub(in crate::console) async fn page(visit: Visit) -> Result<Response, Refusal> {
    received(visit, false, receive::page).await
}

/// `POST /order/{id}/{code}/receive`
pub(in crate::console) async fn enter(visit: Visit) -> Result<Response, Refusal> {
    received(visit, false, receive::enter).await
}

/// `POST /order/{id}/{code}/receive/reveal`
pub(in crate::console) async fn reveal(visit: Visit) -> Result<Response, Refusal> {
    received(visit, true, receive::reveal).await
}

/// `GET /order/{id}/{code}/receive/use-anyway`
pub(in crate::console) async fn ask(visit: Visit) -> Result<Response, Refusal> {
    received(visit, false, asking::ask_receiver).await
}

/// `POST /order/{id}/{code}/receive/again`
pub(in crate::console) async fn again(visit: Visit) -> Result<Response, Refusal> {
    received(visit, false, receive::again_act).await
}
