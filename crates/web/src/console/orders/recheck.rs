//! Checking what nobody could check when it was entered: the eID did not answer, or the process ended.

use console::{Caller, Console, Permission, Refusal, SourceToCheck};
use model::{OrderEvent, Timestamp};
use ordering::{CheckResult, OrderDesk, ToCheck};

use super::receive::event_of;

/// Checks the credentials of every order that waits for it, as the worker; says how many went on. One that fails keeps no other
/// from its turn: it is logged, and tried again at the next call.
///
/// # Errors
/// [`Refusal::Store`] when they cannot be listed.
pub async fn check_orders(
    orders: &OrderDesk,
    console: &Console,
    caller: &Caller,
    now: Timestamp,
) -> Result<u32, Refusal> {
    let mut went_on = 0;
    for it in orders.to_check(now).await? {
        match check(orders, console, (caller, it), now).await {
            Ok(has_gone_on) => went_on += u32::from(has_gone_on),
            // Its receiver has had it checked just now.
            Err(Refusal::TooManyChecks(_)) => {}
            Err(refusal) => {
                tracing::warn!(order = %it.order, %refusal, "the credentials of an order could not be checked");
            }
        }
    }
    Ok(went_on)
}

async fn check(
    orders: &OrderDesk,
    console: &Console,
    (caller, it): (&Caller, ToCheck),
    now: Timestamp,
) -> Result<bool, Refusal> {
    let tenant = console.tenant_by_id(caller, it.tenant).await?;
    let (reading, at) = (tenant.permit(Permission::ReadSettings)?, (it.domain, it.eid));
    let candidate = console.identity_source(&reading, at).await?.candidate.is_some();
    let asked = SourceToCheck { domain: it.domain, eid: it.eid, number: false, candidate };
    let check = console.check_source(&tenant.permit(Permission::CheckSources)?, asked, now).await?;
    let event = event_of(&check);
    if event == OrderEvent::CheckedUnreachable {
        return Ok(false);
    }
    let result = CheckResult { order: it.order, seen: None, event };
    orders.checked(&tenant.permit(Permission::ReceiveCredentials)?, result, now).await?;
    Ok(true)
}
