//! What the pages behind the links of an order have in common.

use ordering::LinkView;
use pages::console::{Block, ConsolePage, Fact, Notice, NoticeKind, Text};

use super::place::sandbox_notice;
use crate::console::visit::Visit;

pub(super) fn bare(heading: Text, lead: Text, blocks: Vec<Block>) -> ConsolePage {
    ConsolePage { heading, lead: Some(lead), blocks, is_bare: true, ..ConsolePage::default() }
}

/// Whose order it is, and that it is not real where it is not.
pub(super) fn about(visit: &Visit, link: &LinkView) -> Vec<Block> {
    let facts = Block::Facts(vec![
        Fact::new("console-order-link-eid", Text::plain(link.view.eid.name_in(visit.locale))),
        Fact::new("console-order-link-company", Text::plain(link.company.clone())),
        Fact::new("console-order-link-tenant", Text::plain(link.tenant_name.clone())),
        Fact::new("console-order-link-you", Text::plain(link.person.contact.name.clone())),
    ]);
    sandbox_notice(&link.view.answers).into_iter().chain([facts]).collect()
}

pub(super) fn notice(kind: NoticeKind, key: &'static str) -> Block {
    Block::Notice(Notice { kind, text: Text::Key(key), action: None })
}
