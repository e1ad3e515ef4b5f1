//! Orders of an eID's credentials, as those see them who order, decide, approve and receive.

pub(super) mod colleagues;
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
pub(super) mod recheck;
mod signatory;
pub(super) mod signing;
pub(super) mod templates;

mod acts;
mod agreement;
pub(super) mod agreement_acts;
pub(super) mod asking;
mod issuer;
mod link_page;
mod opened;
mod phone;
mod place;
mod section_form;
mod sections;
mod timeline;
mod vipps;
mod words;
