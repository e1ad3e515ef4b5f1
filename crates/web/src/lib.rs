//! The only crate that knows HTTP: it parses, calls one function, and renders.
//!
//! **Invariant:** no SQL and no rule. A request is taken apart once, at the door (`visit`), and never passed
//! inward. Every error becomes an answer in `respond/error.rs` and nowhere else.

mod app;
mod arrival;
mod console;
mod cookies;
mod domain_request;
mod door;
mod eid_files;
mod entrance;
mod frame;
mod headers;
mod mailbox;
mod op;
mod operator;
mod own_form;
mod public_sandbox;
mod registry_simulator;
mod respond;
mod route;
mod router;
mod routes;
mod sample;
mod sandbox;
mod signature_simulator;
mod simulator_common;
mod site_language;

pub use app::{App, Clock, Site};
pub use arrival::{ClientAddress, ClientCertificate, Peer};
pub use console::{
    ConsoleRouteInfo, ConsoleSite, HostTls, HostTlsOf, check_orders, console_router, console_routes,
};
pub use eid_files::{EidFileKind, EidFiles, EidPicture};
pub use entrance::{Entrance, Observed, UnreadRequest, unreadable, with_entrance};
pub use mailbox::{Letter, MailboxSite};
pub use operator::{Later, OperatorSite, operator_router};
pub use public_sandbox::{PublicSandboxSite, SandboxPeople};
pub use router::{
    by_host, mailbox_router, op_router, public_sandbox_router, registry_router, sample_router,
    signature_router, simulator_router,
};
pub use sample::{Results, SampleSite};
pub use sandbox::SimulatorSite;
pub use signature_simulator::SimulatedProvider;
