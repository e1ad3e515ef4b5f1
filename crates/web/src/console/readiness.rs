//! The overview of a tenant: what it still needs before real people can log in, and whose turn it is.

use axum::response::Response;
use console::{Permission, Refusal};
use model::{DomainId, EidStage, Environment, LoginMethod, ReadinessItem, ReadinessRow, Turn, readiness};
use pages::console::{Action, Block, ConsolePage, Crumb, Fact, Step, Text, Tone};
use texts::{Noun, say};

use super::{answer::shown, sources, visit::Visit};

/// `GET /t/{tenant}`
pub(super) async fn page(visit: Visit) -> Result<Response, Refusal> {
    let reading = visit.may(Permission::ReadSettings)?;
    let found = visit.site.console.readiness(&reading).await?;
    let rows = readiness(&found.facts);
    let steps = rows.iter().map(|it| step(&visit, found.domain, it)).collect();
    let open = rows.iter().filter(|it| it.turn != Turn::Done).count();
    let lead = if open == 0 {
        Text::Key("console-ready")
    } else {
        Text::with("console-not-ready", "count", open.to_string())
    };
    let mut blocks = vec![
        Block::Heading { id: "production", text: Text::Key("console-readiness-title"), lead: Some(lead) },
        Block::Steps(steps),
    ];
    let all = visit.site.console.domains(&reading, None).await?;
    let tests: Vec<_> = all.iter().filter(|it| it.environment == Environment::Test).collect();
    if !tests.is_empty() {
        let lead = Some(Text::Key("console-readiness-test-lead"));
        blocks.push(Block::Heading { id: "test", text: Text::Key("console-readiness-test"), lead });
        let fact = |it: &&console::DomainView| Fact::copied("", "console-issuer", it.issuer());
        blocks.push(Block::Facts(
            tests
                .iter()
                .enumerate()
                .map(|(at, it)| Fact {
                    id: if at == 0 { "issuer" } else { "" },
                    is_copied: at == 0,
                    ..fact(it)
                })
                .collect(),
        ));
        let href = visit.tenant_href("/test/applications");
        blocks.push(Block::Actions(vec![
            Action::to("console-nav-applications", href).named("to-applications"),
            Action::to("console-nav-sources", visit.tenant_href("/test/identity-sources"))
                .named("to-sources"),
        ]));
    }
    let page = ConsolePage {
        heading: Text::plain(visit.tenant()?.name.clone()),
        lead: Some(Text::Key("console-overview-lead")),
        blocks,
        ..ConsolePage::default()
    };
    Ok(shown(&visit, page))
}

fn step(visit: &Visit, domain: Option<DomainId>, row: &ReadinessRow) -> Step {
    let (text, details) = words_of(visit, row.item);
    let (tone, aside) = match row.turn {
        Turn::Done => (Tone::Good, "console-turn-done"),
        Turn::Tenant => (Tone::Attention, "console-turn-tenant"),
        Turn::Operator => (Tone::Attention, "console-turn-operator"),
        Turn::Later => (Tone::Neutral, "console-turn-later"),
    };
    let is_bad = matches!(row.item, ReadinessItem::Eid(_, EidStage::CheckBad));
    Step {
        tone: if is_bad { Tone::Bad } else { tone },
        aside: Text::Key(aside),
        text,
        details: vec![details],
        action: action(visit, domain, row),
    }
}

fn words_of(visit: &Visit, item: ReadinessItem) -> (Text, Text) {
    let keys = match item {
        ReadinessItem::ProductionDomain => ("console-ready-domain", "console-ready-domain-help"),
        ReadinessItem::Controller => ("console-ready-controller", "console-ready-controller-help"),
        ReadinessItem::Application => ("console-ready-application", "console-ready-application-help"),
        ReadinessItem::LegalGround => ("console-ready-ground", "console-ready-ground-help"),
        ReadinessItem::SecondOwner => ("console-ready-owner", "console-ready-owner-help"),
        ReadinessItem::Eid(eid, stage) => {
            let stage = match stage {
                EidStage::NotOrdered => "console-stage-not-ordered",
                EidStage::Entered => "console-stage-entered",
                EidStage::CheckBad => "console-stage-bad",
                EidStage::Checked => "console-stage-checked",
                EidStage::InUse => "console-stage-in-use",
            };
            return (Text::plain(eid.name_in(visit.locale)), Text::Key(stage));
        }
    };
    (Text::Key(keys.0), Text::Key(keys.1))
}

fn action(visit: &Visit, domain: Option<DomainId>, row: &ReadinessRow) -> Option<Action> {
    let domain_href = domain.map(|id| visit.tenant_href(&format!("/domains/{id}")));
    match (row.item, row.turn) {
        (_, Turn::Later) => None,
        (ReadinessItem::Eid(eid, EidStage::NotOrdered), _) => {
            let href = visit.tenant_href(&format!(
                "/production/identity-sources/{}/{}/order",
                domain?,
                eid.as_str()
            ));
            Some(Action::to("console-ready-order", href))
        }
        (ReadinessItem::Eid(eid, _), _) => {
            let href =
                visit.tenant_href(&format!("/production/identity-sources/{}/{}", domain?, eid.as_str()));
            Some(Action::to("console-source-open", href))
        }
        (_, Turn::Done) => None,
        (ReadinessItem::ProductionDomain, _) if visit.is_operator() => {
            Some(Action::to("console-ready-make-domain", visit.tenant_href("/domains/new")))
        }
        (ReadinessItem::ProductionDomain, _) => None,
        (ReadinessItem::Controller, _) => Some(Action::to("console-source-open", domain_href?)),
        (ReadinessItem::Application, _) => Some(Action::to(
            "console-ready-make-application",
            visit.tenant_href("/production/applications/new"),
        )),
        (ReadinessItem::LegalGround, _) => {
            Some(Action::to("console-nav-applications", visit.tenant_href("/production/applications")))
        }
        (ReadinessItem::SecondOwner, _) => {
            Some(Action::to("console-nav-members", visit.tenant_href("/members")))
        }
    }
}

/// How many questions an order of BankID has.
const QUESTIONS: [&str; 13] = [
    "console-order-1",
    "console-order-2",
    "console-order-3",
    "console-order-4",
    "console-order-5",
    "console-order-6",
    "console-order-7",
    "console-order-8",
    "console-order-9",
    "console-order-10",
    "console-order-11",
    "console-order-12",
    "console-order-13",
];

/// `GET …/identity-sources/{domain}/{eid}/order`: what an eID has to be told when it is ordered, filled in as far as it is known.
pub(super) async fn order(visit: Visit) -> Result<Response, Refusal> {
    let tenant = visit.tenant()?.clone();
    let domain = sources::domain(&visit, &tenant).await?;
    let eid = LoginMethod::parse(visit.param("eid"))
        .filter(|it| it.is_eid())
        .ok_or(Refusal::NotFound(Noun::Eid))?;
    let callback = format!("{}/callback/{}", domain.issuer(), eid.as_str());
    let company = domain.settings.controller.clone().unwrap_or_else(|| tenant.name.clone());
    let known = [("domain", domain.issuer()), ("company", company), ("callback", callback.clone())];
    let args: Vec<(&str, &str)> = known.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let questions = QUESTIONS
        .iter()
        .enumerate()
        .map(|(at, key)| format!("{}. {}", at + 1, say(visit.locale, key, &args)));
    let letter = questions.collect::<Vec<_>>().join("\n\n");
    let name = eid.name_in(visit.locale);
    let prerequisites = [
        "console-order-need-registry",
        "console-order-need-bank",
        "console-order-need-signatory",
        "console-order-need-domain",
    ];
    let need = |key: &'static str| Step {
        tone: Tone::Neutral,
        aside: Text::default(),
        text: Text::Key(key),
        details: Vec::new(),
        action: None,
    };
    let mut blocks = vec![Block::Facts(vec![Fact::copied("callback", "console-source-callback", callback)])];
    if eid == LoginMethod::NO_BANKID {
        let lead = None;
        blocks.push(Block::Heading { id: "needed", text: Text::Key("console-order-needed"), lead });
        blocks.push(Block::Steps(prerequisites.map(need).to_vec()));
        let lead = Some(Text::Key("console-order-letter-lead"));
        blocks.push(Block::Heading { id: "letter", text: Text::Key("console-order-letter"), lead });
        blocks.push(Block::Code {
            label: Text::Key("console-order-questions"),
            text: letter,
            id: "questions",
        });
    } else {
        let lead = Some(Text::Key("console-order-vipps-lead"));
        blocks.push(Block::Heading { id: "vipps", text: Text::Key("console-order-vipps"), lead });
    }
    let href = visit.environment_href(&format!("/identity-sources/{}/{}", domain.id, eid.as_str()));
    blocks.push(Block::Actions(vec![Action::to("console-order-enter", href).named("enter-credentials")]));
    let mut page = ConsolePage {
        heading: Text::with("console-order-title", "eid", name),
        lead: Some(Text::Key("console-order-lead")),
        blocks,
        ..ConsolePage::default()
    };
    page.frame.crumbs = vec![Crumb {
        label: Text::Key("console-sources-title"),
        href: visit.environment_href("/identity-sources"),
    }];
    Ok(shown(&visit, page))
}
