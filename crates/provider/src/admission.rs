//! Who is let in: the limits, applied where it is known whom they are for.
//!
//! What has proved who it is, is never limited by its address.

use std::time::Duration;

use texts::Cause;

use crate::{
    Application, Issuer, Provider, Refusal, Refused, RequestContext, Seat,
    limits::{Limit, neighbourhood},
};

/// What a sign-in with a password costs, in requests of an address.
const SIGN_IN_COSTS: u32 = 20;

/// Which of the counters of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    Authorizing,
    Redeeming,
}

/// What is to be stored for a client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stored {
    pub(crate) bytes: usize,
    /// The client has proved who it is; then its address does not count.
    pub(crate) is_authenticated: bool,
}

impl Provider {
    pub(crate) fn too_many(&self, limit: Limit, wait: Duration) -> Refusal {
        self.counters.refused(limit.as_str());
        Refusal::TooMany(Refused::new(Cause::TooManyRequests), wait)
    }

    /// Counts a request from an unauthenticated address. A call without an address is not limited.
    ///
    /// # Errors
    /// [`Refusal::TooMany`].
    pub fn admit_address(&self, context: &RequestContext) -> Result<(), Refusal> {
        let Some(address) = context.from else { return Ok(()) };
        let admitted = self.limits.addresses.admit(neighbourhood(address), 1, context.now);
        admitted.map_err(|wait| self.too_many(Limit::Address, wait))
    }

    /// Counts a password that is to be stretched, before it is: whichever username it comes with.
    pub(crate) fn admit_sign_in(&self, context: &RequestContext) -> Result<(), Refusal> {
        let Some(address) = context.from else { return Ok(()) };
        let admitted = self.limits.addresses.admit(neighbourhood(address), SIGN_IN_COSTS, context.now);
        admitted.map_err(|wait| self.too_many(Limit::Address, wait))
    }

    /// Says whether [`Provider::admit_address`] would refuse, and counts nothing but the refusal.
    pub(crate) fn may_come_from(&self, context: &RequestContext) -> Result<(), Refusal> {
        let Some(address) = context.from else { return Ok(()) };
        let may = self.limits.addresses.would_admit(&neighbourhood(address), 1, context.now);
        may.map_err(|wait| self.too_many(Limit::Address, wait))
    }

    /// Takes a seat for a request, before anything is done about it; it is free again when the seat is dropped.
    ///
    /// `host`: as it came; its domain has a share of the seats. A request does not wait for one.
    ///
    /// # Errors
    /// [`Refusal::Busy`].
    pub fn seat(&self, host: &str) -> Result<Seat, Refusal> {
        self.limits.seats.take(host).ok_or(Refusal::Busy)
    }

    /// Notes for the metrics that a request was turned away because there was too much to do.
    pub fn note_busy(&self) {
        self.counters.refused(Limit::Busy.as_str());
    }

    /// Counts what a client asks for.
    pub(crate) fn admit_client(
        &self,
        issuer: &Issuer,
        (application, doing): (&Application, Doing),
        context: &RequestContext,
    ) -> Result<(), Refusal> {
        let counters = match doing {
            Doing::Authorizing => &self.limits.authorizations,
            Doing::Redeeming => &self.limits.tokens,
        };
        let admitted = counters.admit((issuer.tenant, application.id), 1, context.now);
        admitted.map_err(|wait| self.too_many(Limit::Client, wait).of(&application.client_id))
    }

    /// Counts a login of a person, or new tokens from one. At a login the application is told, because by then it is
    /// known where the person is to go.
    pub(crate) fn admit_person(
        &self,
        issuer: &Issuer,
        subject: &str,
        context: &RequestContext,
    ) -> Result<(), Refusal> {
        let key = (issuer.tenant, *crypto::Digest::of(subject.as_bytes()).as_bytes());
        let admitted = self.limits.persons.admit(key, 1, context.now);
        admitted.map_err(|wait| self.too_many(Limit::Person, wait))
    }

    /// Counts a request that is to be stored until its login ends: anybody who knows a client id can have that done.
    pub(crate) fn admit_stored(
        &self,
        issuer: &Issuer,
        application: &Application,
        stored: Stored,
        context: &RequestContext,
    ) -> Result<(), Refusal> {
        let kib = u32::try_from(stored.bytes.div_ceil(1_024)).unwrap_or(u32::MAX);
        let too_many = |wait| self.too_many(Limit::StoredRequests, wait).of(&application.client_id);
        if let Some(address) = context.from.filter(|_| !stored.is_authenticated) {
            let by_address = &self.limits.stored_by_address;
            by_address.admit(neighbourhood(address), kib, context.now).map_err(too_many)?;
        }
        let by_client = &self.limits.stored_by_client;
        by_client.admit((issuer.tenant, application.id), kib, context.now).map_err(too_many)
    }
}
