//! Simulators of the eIDs, of the company registry, and of a provider of signatures, that behave like the real ones on the wire, with synthetic people
//! and companies.
//!
//! **Invariant:** shares no code with `eid`, `registry`, `model` or `oidc`: a simulator that reused the product's code
//! would share its mistakes. Uses `crypto` to sign and nothing else of ours. Knows no HTTP library: requests come in as
//! values, answers go out as values.

mod answer;
mod asked;
mod bankid_no;
mod clients;
mod op;
mod people;
mod public;
mod registry;
mod registry_companies;
mod signing;
mod vipps;

pub use answer::{Answer, Choose, Request};
pub use asked::{AskedClaim, Client, ClientKey, Decision, Outcome, SimulatedFault};
pub use op::{Kind, Simulator, SimulatorError};
pub use people::{NewPerson, People, Person, PersonProblem};
pub use public::PublicSandbox;
pub use registry::{CompanyChange, ListedCompany, RegistrySimulator};
pub use signing::{Pen, SignatureSimulator, SigningOrder};
