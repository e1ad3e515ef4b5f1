//! Orders of an eID's credentials, as those see them who order, decide, approve and receive.

pub(super) mod certificate;
pub(super) mod colleagues;
mod company;
pub(super) mod desk;
pub(super) mod documents;
pub(super) mod fill;
pub(super) mod issuers;
pub(super) mod links;
pub(super) mod list;
pub(super) mod mailbox;
pub(super) mod page;
pub(super) mod phone_code;
pub(super) mod receive;
pub(super) mod receive_by_link;
pub(super) mod recheck;
mod signatory;
pub(super) mod signing;
pub(super) mod summary;
pub(super) mod templates;

mod acts;
mod agreement;
pub(super) mod agreement_acts;
pub(super) mod asking;
mod bank;
mod checklist;
mod issuer;
mod known;
mod link_page;
mod opened;
mod phone;
mod place;
mod proving;
mod review;
mod section_form;
mod sections;
mod signatories;
mod signing_rule;
mod timeline;
mod vipps;
mod words;

pub(super) use words::state_key;
