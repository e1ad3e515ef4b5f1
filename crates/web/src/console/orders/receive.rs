//! Receiving: the named receiver enters what the issuer gave, it is checked at once, and it is in use when the check is good.

use axum::response::Response;
use console::{Permission, Refusal, SourceView};
use model::{CheckFinding, CheckState, OrderEvent, OrderState};
use ordering::{Happening, OrderVersion, OrderView};
use pages::console::{Action, Block, ConsoleForm, ConsolePage, Notice, NoticeKind, Text};
use texts::Noun;

use super::place::{base, crumbs, found, is_receiver};
use crate::console::{
    answer::{done, refused_form, shown},
    sources::{self, SourcePlace},
    visit::Visit,
};

async fn place(visit: &Visit, order: &OrderView) -> Result<SourcePlace, Refusal> {
    let domain = visit.site.console.domain_by_id(&visit.may(Permission::ReadSettings)?, order.domain).await?;
    SourcePlace::of_order(visit, domain, order.eid)
}

fn check_receiver(visit: &Visit, order: &OrderView) -> Result<(), Refusal> {
    if is_receiver(visit, order) { Ok(()) } else { Err(Refusal::NotFound(Noun::Order)) }
}

async fn page_with(
    visit: &Visit,
    order: &OrderView,
    refusal: Option<&Refusal>,
) -> Result<ConsolePage, Refusal> {
    let place = place(visit, order).await?;
    let source = place.source(visit).await?;
    let mut blocks = sources::hand_over_blocks(&place, source.as_ref());
    let form = || {
        let action = format!("{}/receive", base(visit, order.id));
        let form = sources::credentials_form(visit, &place, (source.as_ref(), refusal));
        Block::Form(ConsoleForm { action, ..form })
    };
    match order.state {
        OrderState::Handover | OrderState::AwaitEntry => blocks.push(form()),
        OrderState::Trouble => {
            let text = Text::Key("console-order-trouble");
            blocks.push(Block::Notice(Notice { kind: NoticeKind::Wrong, text, action: None }));
            blocks.extend(sources::check_blocks(visit, &place, source.as_ref()));
            blocks.push(form());
            blocks.push(Block::Actions(vec![
                again(visit, order, OrderEvent::CheckAgain, "console-order-act-check-again"),
                again(visit, order, OrderEvent::UseAnyway, "console-order-act-use-anyway").dangerous(),
                again(visit, order, OrderEvent::BackToIssuer, "console-order-act-back-to-issuer"),
            ]));
        }
        OrderState::Checking => {
            let text = Text::Key("console-order-checking");
            blocks.push(Block::Notice(Notice { kind: NoticeKind::Info, text, action: None }));
            blocks.push(Block::Actions(vec![again(
                visit,
                order,
                OrderEvent::CheckedUnreachable,
                "console-order-act-check-again",
            )]));
        }
        _ => {
            let text = Text::Key("console-order-received");
            blocks.push(Block::Notice(Notice { kind: NoticeKind::Done, text, action: None }));
            blocks.extend(sources::check_blocks(visit, &place, source.as_ref()));
        }
    }
    let mut page = ConsolePage {
        heading: Text::Key("console-order-receive"),
        lead: Some(Text::Key("console-order-receive-lead")),
        blocks,
        ..ConsolePage::default()
    };
    page.frame.crumbs = crumbs(visit, Some(order));
    Ok(page)
}

fn again(visit: &Visit, order: &OrderView, event: OrderEvent, label: &'static str) -> Action {
    Action::act(label, format!("{}/receive/again", base(visit, order.id)))
        .with("event", event.as_str())
        .with("version", order.version.to_string())
        .named(event.as_str())
}

/// `GET /t/{tenant}/orders/{order}/receive`
pub(in crate::console) async fn page(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    check_receiver(&visit, &order)?;
    let page = page_with(&visit, &order, None).await?;
    Ok(shown(&visit, page))
}

async fn moved(visit: &Visit, order: &OrderView, event: OrderEvent) -> Result<OrderView, Refusal> {
    let seen = OrderVersion { id: order.id, version: order.version };
    visit.site.orders.move_order(visit.permit()?, seen, &Happening::of(event), visit.now()).await?;
    found(visit).await
}

/// What the check of what was entered came to; `None`: nothing is known yet.
fn outcome_of(source: Option<&SourceView>) -> Option<CheckState> {
    let source = source?;
    let check = if source.candidate.is_some() { &source.candidate_check } else { &source.active_check };
    let check = check.as_ref()?;
    let was_unreachable = check.lines.iter().flatten().any(|it| it.finding == CheckFinding::Unreachable);
    if was_unreachable { None } else { check.state() }
}

/// Moves the order by what the check came to; good credentials are in use by then.
async fn judged(visit: &Visit, order: &OrderView, place: &SourcePlace) -> Result<(), Refusal> {
    let source = place.source(visit).await?;
    let event = match outcome_of(source.as_ref()) {
        None => OrderEvent::CheckedUnreachable,
        Some(CheckState::Bad) => OrderEvent::CheckedBad,
        Some(CheckState::Good | CheckState::Unknown) => {
            sources::activate(visit, place).await?;
            OrderEvent::CheckedGood
        }
    };
    moved(visit, order, event).await.map(drop)
}

/// `POST /t/{tenant}/orders/{order}/receive`
pub(in crate::console) async fn enter(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    check_receiver(&visit, &order)?;
    let entered = async {
        let place = place(&visit, &order).await?;
        sources::take_credentials(&visit, &place).await?;
        let order = moved(&visit, &order, OrderEvent::Enter).await?;
        judged(&visit, &order, &place).await
    };
    match entered.await {
        Ok(()) => Ok(done(&format!("{}/receive", base(&visit, order.id)), "order-entered")),
        Err(refusal) => {
            let page = page_with(&visit, &found(&visit).await?, Some(&refusal)).await?;
            Ok(refused_form(&visit, &refusal, page))
        }
    }
}

/// `POST /t/{tenant}/orders/{order}/receive/again`
pub(in crate::console) async fn again_act(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    check_receiver(&visit, &order)?;
    let event = OrderEvent::parse(visit.form.get("event")).ok_or(Refusal::NotFound(Noun::Object))?;
    let outcome = async {
        match event {
            OrderEvent::CheckAgain | OrderEvent::CheckedUnreachable => {
                let place = place(&visit, &order).await?;
                let order = moved(&visit, &order, event).await?;
                sources::check_again(&visit, &place).await?;
                judged(&visit, &order, &place).await
            }
            OrderEvent::UseAnyway => {
                let place = place(&visit, &order).await?;
                sources::activate(&visit, &place).await?;
                moved(&visit, &order, event).await.map(drop)
            }
            OrderEvent::BackToIssuer => moved(&visit, &order, event).await.map(drop),
            _ => Err(Refusal::NotFound(Noun::Object)),
        }
    };
    match outcome.await {
        Ok(()) => Ok(done(&format!("{}/receive", base(&visit, order.id)), "order-moved")),
        Err(refusal) => {
            let page = page_with(&visit, &found(&visit).await?, Some(&refusal)).await?;
            Ok(refused_form(&visit, &refusal, page))
        }
    }
}
