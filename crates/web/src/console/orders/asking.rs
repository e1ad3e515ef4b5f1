//! A page of its own before something that cannot be taken back: it says what will stop.

use axum::response::Response;
use console::{Permission, Refusal};
use model::{Handover, OrderEvent, OrderState};
use ordering::OrderView;
use pages::console::{Action, Block, ConsolePage, Text};
use texts::Noun;

use super::{
    place::{crumbs, found, found_to_receive, is_by_link, receiving},
    words::event_word_of_act,
};
use crate::console::{answer::shown, visit::Visit};

/// What stops by it, line by line.
fn consequences(order: &OrderView, event: OrderEvent) -> Vec<&'static str> {
    use OrderState as S;
    let is_submitted = order.state != S::Draft && order.submission > 0;
    let is_with_issuer = order.state.is_with_others() || order.was_sent;
    let waits = matches!(order.state, S::Handover | S::AwaitEntry | S::HandoverLapsed | S::Trouble);
    let has_secret = waits && order.handover == Handover::Deposited;
    let all: &[(bool, &'static str)] = match event {
        OrderEvent::Amend => &[
            (is_submitted, "console-order-stops-approvals"),
            (is_submitted, "console-order-stops-links"),
            (has_secret, "console-order-stops-secret"),
            (is_with_issuer, "console-order-stops-sent"),
        ],
        OrderEvent::Cancel => &[
            (true, "console-order-stops-order"),
            (is_submitted, "console-order-stops-links"),
            (is_with_issuer, "console-order-stops-tell-issuer"),
        ],
        OrderEvent::Withdraw => &[
            (true, "console-order-stops-order"),
            (true, "console-order-stops-receiving"),
            (has_secret, "console-order-stops-secret"),
            (true, "console-order-stops-tell-issuer"),
        ],
        _ => &[(true, "console-order-stops-logins"), (true, "console-order-stops-previous")],
    };
    all.iter().filter(|it| it.0).map(|it| it.1).collect()
}

/// The page of an act that is asked for, with the button that does it.
fn page(visit: &Visit, order: &OrderView, event: OrderEvent) -> ConsolePage {
    let is_receiving = event == OrderEvent::UseAnyway;
    let (back, door) = if is_receiving { ("/receive", "/receive/again") } else { ("", "/act") };
    let base = receiving(visit, order.id);
    let act = Action::act(event_word_of_act(event), format!("{base}{door}"))
        .with("event", event.as_str())
        .with("version", order.version.to_string())
        .named("confirm-act");
    let act = if event == OrderEvent::Amend { act } else { act.dangerous() };
    let points = consequences(order, event).into_iter().map(Text::Key).collect();
    let mut page = ConsolePage {
        heading: Text::Key(event_word_of_act(event)),
        lead: Some(Text::Key("console-order-stops-lead")),
        blocks: vec![
            Block::Points(points),
            Block::Actions(vec![act, Action::to("console-order-stops-back", format!("{base}{back}"))]),
        ],
        is_bare: is_by_link(visit),
        ..ConsolePage::default()
    };
    // A receiver sees nothing else of the order.
    if visit.offers(Permission::ReadOrders) {
        page.frame.crumbs = crumbs(visit, Some(order));
    }
    page
}

/// `GET /t/{tenant}/orders/{order}/ask/{event}`
pub(in crate::console) async fn ask(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    let event = OrderEvent::parse(visit.param("event")).ok_or(Refusal::NotFound(Noun::Object))?;
    if !matches!(event, OrderEvent::Amend | OrderEvent::Cancel | OrderEvent::Withdraw) {
        return Err(Refusal::NotFound(Noun::Object));
    }
    visit.may(Permission::ManageOrders)?;
    Ok(shown(&visit, page(&visit, &order, event)))
}

/// `GET /t/{tenant}/orders/{order}/receive/use-anyway`: the same for the receiver, who sees nothing else of the order.
pub(in crate::console) async fn ask_receiver(visit: Visit) -> Result<Response, Refusal> {
    let order = found_to_receive(&visit).await?;
    Ok(shown(&visit, page(&visit, &order, OrderEvent::UseAnyway)))
}

/// The way to that page.
pub(super) fn way(visit: &Visit, order: &OrderView, event: OrderEvent) -> Action {
    let base = receiving(visit, order.id);
    let href = match event {
        OrderEvent::UseAnyway => format!("{base}/receive/use-anyway"),
        _ => format!("{base}/ask/{}", event.as_str()),
    };
    let way = Action::to(event_word_of_act(event), href);
    let way = way.named(event.as_str());
    if event == OrderEvent::Amend { way } else { way.dangerous() }
}
