//! The console over HTTP: where members of tenants and operators work. Every address is a row of `routes`, which says who may
//! enter; a handler is given what was found about the visit, and returns a page or a refusal.

mod access;
mod account;
mod activity;
mod answer;
mod application;
mod applications;
mod certificate;
mod client_secrets;
mod danger;
mod domain;
mod domains;
mod door;
mod file_turns;
mod filled;
mod frame;
mod home;
mod letters;
mod links;
mod list;
mod logo_files;
mod logos;
mod members;
mod new_application;
mod orders;
mod pending;
mod places;
mod readiness;
mod route;
mod routes;
mod settings;
mod setup;
mod sign_in;
mod site;
mod source_settings;
mod sources;
mod tenant;
mod tenants;
mod trials;
mod upload;
mod visit;
mod words;

pub use door::console_router;
pub use orders::recheck::check_orders;
pub use routes::{ConsoleRouteInfo, console_routes};
pub use site::{ConsoleSite, HostTls, HostTlsOf};

pub(crate) use routes::{is_known, takes_files};
