//! The only crate that knows the eIDs: each one's protocol becomes a [`model::Proof`].
//!
//! **Invariant:** sees no database, no cookie, no request of ours; asks only `outbound`. Nothing about a person
//! is believed that was not signed for us, for this login, by the issuer that this connector was made for.

mod asked;
mod bankid_no;
mod catalogue;
mod connector;
mod credentials;
mod maker;
mod probe;
mod relying_party;
mod upstream;
mod vipps;

pub use catalogue::{Catalogue, IssuerError, TenantSandbox, UpstreamIssuer, scopes_to_order};
pub use connector::{
    Connector, EidError, Instruction, Ordered, Outcome, PollEid, Polled, Reason, RedirectEid, Started,
};
pub use credentials::{SourceCredentials, SourceMethod};
pub use probe::{Probe, Probed, Watched};
