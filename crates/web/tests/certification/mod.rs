//! The modules of the OpenID Foundation's conformance suite, reimplemented as our own tests: one for each, under its own name. The
//! suite itself is not part of our tests, so this says "tested against", and no more.
//!
//! Source: <https://gitlab.com/openid/conformance-suite>, plans Config, Basic, Form Post and RP-Initiated Logout OP

mod automation;
mod basic;
mod config;
mod rp_initiated_logout;
mod suite;
