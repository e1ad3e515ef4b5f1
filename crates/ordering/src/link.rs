//! An order as it is shown to who has a link.

use model::{OrderId, TenantId};

use crate::{OrderView, PersonView};

/// An order as it is shown to who has a link.
#[derive(Clone, Debug)]
pub struct LinkView {
    /// Whose order it is.
    pub tenant: TenantId,
    /// What the tenant is called.
    pub tenant_name: String,
    /// Which order.
    pub order: OrderId,
    /// Who is asked.
    pub person: PersonView,
    /// The company.
    pub company: String,
    /// The order.
    pub view: OrderView,
}
