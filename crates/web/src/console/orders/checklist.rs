//! What a draft still lacks, section by section.

use console::{Permission, Refusal};
use model::{Circumstances, Date, Lack, LoginMethod, OrderSection, OrderState, SectionState, lacks};
use ordering::{OrderSummary, OrderView};
use pages::console::{Action, Block, Fact, Notice, NoticeKind, Step, Text, Tone};

use super::{
    place::{base, circumstances},
    sections::{help_of, words_of},
    words::{evidence_word, handover_words, lack_word},
};
use crate::console::{visit::Visit, words};

/// What is known of a draft beside its answers.
pub(super) struct Checked {
    pub(super) at: Circumstances,
    /// The sections for which a colleague has a link.
    asked: Vec<OrderSection>,
}

impl Checked {
    pub(super) async fn of(visit: &Visit, order: &OrderView) -> Result<Self, Refusal> {
        let reading = visit.may(Permission::ReadOrders)?;
        let asked = visit.site.orders.sections_asked(&reading, order.id, visit.now()).await?;
        Ok(Self { at: circumstances(visit, order).await?, asked })
    }

    pub(super) fn lacks(&self, order: &OrderView, section: OrderSection) -> Vec<Lack> {
        lacks(&order.answers, section, self.at)
    }

    /// The sections that lack something.
    pub(super) fn open(&self, order: &OrderView) -> Vec<OrderSection> {
        let asked = OrderSection::asked(order.eid, order.answers.catalogue).iter();
        asked.copied().filter(|it| !self.lacks(order, *it).is_empty()).collect()
    }
}

/// Where a section is filled in, or seen to; nothing for the domain of somebody who may not see its page.
pub(super) fn way_to(
    visit: &Visit,
    order: &OrderView,
    section: OrderSection,
    key: &'static str,
) -> Option<Action> {
    if section == OrderSection::Domain {
        let href = visit.tenant_href(&format!("/domains/{}/certificate", order.domain));
        let may = visit.offers(Permission::ReadSettings);
        return may.then(|| Action::to("console-order-to-domain", href));
    }
    let href = format!("{}/sections/{}", base(visit, order.id), section.as_str());
    visit.offers(Permission::ManageOrders).then(|| Action::to(key, href))
}

/// What is wrong or worth a warning about a section.
pub(super) fn warnings(visit: &Visit, order: &OrderView, section: OrderSection, lacks: &[Lack]) -> Vec<Text> {
    let mut all: Vec<Text> = Vec::new();
    for lack in lacks {
        let text = Text::Key(lack_word(*lack, &order.answers));
        // Two people who lack the same are not told apart here.
        if !all.contains(&text) {
            all.push(text);
        }
    }
    let is_old = order.answers.has_old_certificate(Date::in_norway(visit.now()));
    if section == OrderSection::Certificate && is_old {
        let day = words::day(visit.locale, &order.answers.certificate_date);
        all.push(Text::with("console-order-certificate-old", "date", day));
    }
    all
}

fn section_step(visit: &Visit, order: &OrderView, checked: &Checked, section: OrderSection) -> Step {
    let lacks = checked.lacks(order, section);
    let is_begun = lacks.first().is_none_or(|it| *it != Lack::Unanswered);
    let (tone, aside) = match SectionState::of(&lacks, checked.asked.contains(&section)) {
        SectionState::Ready => (Tone::Good, "console-order-ready"),
        SectionState::WaitingOnOthers => (Tone::Neutral, "console-order-waiting"),
        // Nothing is wrong with what nobody has begun yet.
        SectionState::Missing if !is_begun => (Tone::Neutral, "console-order-missing"),
        SectionState::Missing => (Tone::Attention, "console-order-missing"),
    };
    let said = if is_begun { warnings(visit, order, section, &lacks) } else { Vec::new() };
    let is_domain_ready = section == OrderSection::Domain && lacks.is_empty();
    let label_of = if is_begun { "console-order-change" } else { "console-order-fill-in" };
    Step {
        tone,
        aside: Text::Key(aside),
        text: Text::Key(words_of(section).0),
        details: if said.is_empty() { vec![Text::Key(help_of(order, section))] } else { said },
        action: if is_domain_ready { None } else { way_to(visit, order, section, label_of) },
    }
}

/// How the credentials are handed over; Vipps gives its own in its portal.
pub(super) fn handover_step(visit: &Visit, order: &OrderView) -> Option<Step> {
    let (label, _) = handover_words(order.handover);
    let href = format!("{}/handover", base(visit, order.id));
    (order.eid != LoginMethod::NO_VIPPS).then(|| Step {
        tone: Tone::Good,
        aside: Text::Key("console-order-ready"),
        text: Text::Key("console-order-handover"),
        details: vec![Text::Key(label)],
        action: visit.offers(Permission::ManageOrders).then(|| Action::to("console-order-change", href)),
    })
}

/// Who issues it, what they accept and how long they take: before the first field.
fn issuer_blocks(order: &OrderView) -> Vec<Block> {
    if order.eid == LoginMethod::NO_VIPPS {
        return Vec::new();
    }
    let it = &order.issuer.settings;
    let (text, lead) = (Text::Key("console-order-issuer"), Some(Text::Key("console-order-issuer-lead")));
    let facts = vec![
        Fact::new("console-order-issuer", Text::plain(it.name.clone())),
        Fact::new(
            "console-issuer-evidence",
            it.evidence.first().map_or_else(Text::default, |it| Text::Key(evidence_word(*it))),
        ),
        Fact::new(
            "console-order-issuer-days",
            Text::with("console-order-issuer-days-text", "count", it.answers_within.to_string()),
        ),
    ];
    vec![Block::Heading { id: "who-issues", text, lead }, Block::Facts(facts)]
}

/// Another order of the same eID for the same domain that goes on, or whose credentials are in use.
async fn other_order(visit: &Visit, order: &OrderView) -> Result<Option<Block>, Refusal> {
    let all = visit.site.orders.readable_orders(&visit.may(Permission::ReadOrders)?).await?;
    let is_other = |it: &&OrderSummary| {
        let goes_on = it.state.is_open() || it.state == OrderState::Live;
        it.id != order.id && it.domain == order.domain && it.eid == order.eid && goes_on
    };
    Ok(all.iter().find(is_other).map(|it| {
        let text = Text::with("console-order-other", "host", order.answers.host.clone());
        let action = Action::to("console-order-to-other", base(visit, it.id)).named("other-order");
        Block::Notice(Notice { kind: NoticeKind::Warning, text, action: Some(action) })
    }))
}

/// A draft: what is asked, and how each section stands.
pub(super) async fn draft_blocks(visit: &Visit, order: &OrderView) -> Result<Vec<Block>, Refusal> {
    let checked = Checked::of(visit, order).await?;
    let lead = match checked.open(order).len() {
        0 => Text::Key("console-order-complete"),
        open => Text::with("console-order-open", "count", open.to_string()),
    };
    let asked = OrderSection::asked(order.eid, order.answers.catalogue).iter();
    let steps = asked.map(|it| section_step(visit, order, &checked, *it));
    let mut blocks: Vec<Block> = other_order(visit, order).await?.into_iter().collect();
    blocks.extend(issuer_blocks(order));
    blocks.extend([
        Block::Heading { id: "sections", text: Text::Key("console-order-sections"), lead: Some(lead) },
        Block::Steps(steps.chain(handover_step(visit, order)).collect()),
    ]);
    if visit.offers(Permission::ManageOrders) {
        let to = Action::to("console-order-to-summary", format!("{}/summary", base(visit, order.id)));
        blocks.push(Block::Actions(vec![to.named("to-summary")]));
    }
    Ok(blocks)
}
