//! The order desk as an application of test domains: people of the sandbox approve sandbox orders there (docs/adr/0056).
//!
//! **Invariant:** it is stored nowhere, has no secret, and takes pushed requests only, so that nobody outside this process can begin a
//! login with it or redeem its codes. It sees the sandbox's BankID and no other eID, whatever the domain has.

use std::{collections::HashMap, sync::Arc};

use model::{
    ApplicationKind, ApplicationSettings, EidEnvironment, IdentitySourceSettings, LoginMethod, ORDER_DESK,
    ORDER_DESK_APPLICATION,
};

use crate::{
    Application, Issuer, Provider, Refusal, RequestContext,
    issuer::{OrderDeskView, Source, Sources},
};

impl Provider {
    /// The order desk as an application of this domain; there is none without a sandbox.
    pub(crate) fn order_desk(&self, issuer: &Issuer) -> Result<Arc<Application>, Refusal> {
        let callback = self.order_desk.clone().filter(|_| issuer.has_order_desk());
        let callback = callback.ok_or(Refusal::NotFound)?;
        let mut settings = ApplicationSettings::new(ApplicationKind::Web, vec![callback]);
        settings.require_par = true;
        Ok(Arc::new(Application {
            id: ORDER_DESK_APPLICATION,
            client_id: ORDER_DESK.to_owned(),
            name: "Portvakt".to_owned(),
            settings,
            secrets: Vec::new(),
            keys: None,
        }))
    }

    /// The eIDs of a test domain as the order desk sees them: the sandbox's BankID of the domain's tenant.
    pub(crate) fn sandbox_sources(
        &self,
        domain: (model::TenantId, &str),
        context: &RequestContext,
    ) -> Sources {
        let ((tenant, url), eid) = (domain, LoginMethod::NO_BANKID);
        let Some(connector) = self.catalogue.sandbox_connector(tenant, eid, url) else {
            return HashMap::new();
        };
        if let Err(error) = &connector {
            tracing::error!(trace = %context.trace, %error, "the order desk has no sandbox here");
        }
        let watched = self.catalogue.watched(tenant, eid, EidEnvironment::Sandbox);
        let source = Source {
            connector: connector.ok(),
            previous: None,
            environment: EidEnvironment::Sandbox,
            issuer: watched.map(|it| it.name),
            logins_tell: false,
            own_button: true,
            settings: IdentitySourceSettings::default(),
        };
        HashMap::from([(eid, source)])
    }
}

impl Issuer {
    fn has_order_desk(&self) -> bool {
        matches!(self.order_desk, OrderDeskView::Beside(_) | OrderDeskView::This)
    }

    /// The domain as an application sees it.
    pub(crate) fn seen_by(&self, application: &Application) -> &Self {
        match &self.order_desk {
            OrderDeskView::Beside(seen) if application.id == ORDER_DESK_APPLICATION => seen,
            _ => self,
        }
    }
}
