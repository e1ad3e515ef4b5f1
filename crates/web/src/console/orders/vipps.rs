//! Ordering on Vipps' own page: what stands where in its form, and what is to be done in its portal.

use model::PhoneNumber;
use ordering::OrderView;
use pages::console::{Action, Block, Fact, Notice, NoticeKind, Step, Text, Tone};

use crate::console::visit::Visit;

fn copied(id: &'static str, label: &'static str, help: Option<&'static str>, value: String) -> Fact {
    let fact = Fact::copied(id, label, value);
    help.map_or_else(|| fact.clone(), |help| fact.clone().with_help(Text::Key(help)))
}

fn mobile(order: &OrderView) -> String {
    PhoneNumber::parse(&order.answers.receiver.mobile).map(|it| it.shown()).unwrap_or_default()
}

/// Vipps' form, field by field, with what to copy into it.
pub(super) fn guide(visit: &Visit, order: &OrderView, callback: String) -> Vec<Block> {
    let it = &order.answers;
    let to =
        Action::to("console-vipps-open", visit.site.orders.settings().vipps_url.clone()).named("vipps-open");
    vec![
        Block::Heading {
            id: "vipps",
            text: Text::Key("console-vipps-guide"),
            lead: Some(Text::Key("console-vipps-guide-lead")),
        },
        Block::Notice(Notice {
            kind: NoticeKind::Info,
            text: Text::Key("console-vipps-agreement-first"),
            action: Some(to),
        }),
        Block::Facts(vec![
            copied("vipps-number", "console-vipps-number", None, it.company.number.clone()),
            copied("vipps-company", "console-vipps-company", None, it.company.name.clone()),
            copied("vipps-address", "console-order-company-address", None, it.company.address.clone()),
            copied(
                "vipps-name",
                "console-vipps-name",
                Some("console-vipps-name-note"),
                it.display_name.clone(),
            ),
            copied(
                "vipps-contact",
                "console-vipps-contact",
                Some("console-vipps-contact-note"),
                it.receiver.name.clone(),
            ),
            copied("vipps-email", "console-order-email", None, it.receiver.email.clone()),
            copied("vipps-mobile", "console-order-mobile", None, mobile(order)),
            copied(
                "vipps-callback",
                "console-source-callback",
                Some("console-vipps-callback-note"),
                callback,
            ),
        ]),
    ]
}

/// What is to be done in Vipps' portal before there are credentials to enter.
pub(super) fn tasks(order: &OrderView, callback: String) -> Vec<Block> {
    let step = |key: &'static str| Step {
        tone: Tone::Neutral,
        aside: Text::default(),
        text: Text::Key(key),
        details: Vec::new(),
        action: None,
    };
    let mut steps = vec![
        step("console-vipps-task-login"),
        step("console-vipps-task-callback"),
        step("console-vipps-task-token"),
    ];
    if order.answers.number.is_needed == Some(true) {
        steps.push(step("console-vipps-task-number"));
    }
    vec![
        Block::Heading {
            id: "tasks",
            text: Text::Key("console-vipps-tasks"),
            lead: Some(Text::Key("console-vipps-tasks-lead")),
        },
        Block::Steps(steps),
        Block::Facts(vec![Fact::copied("vipps-callback", "console-source-callback", callback)]),
    ]
}
