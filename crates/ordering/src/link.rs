//! An order as it is shown to who has a link.

use model::{OrderId, TenantId};

use crate::{
    OrderView, Part, PersonView,
    people::{Request, request},
};

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

impl LinkView {
    /// Whether the person is asked to confirm that letters reach them, or has done so.
    pub fn is_asked_to_confirm(&self) -> bool {
        request(self.person.part, self.view.state) == Request::Confirm
    }

    /// Whether the person is asked to do their part.
    pub fn is_asked_to_act(&self) -> bool {
        request(self.person.part, self.view.state) == Request::Act
    }

    /// Whether the person is known by their phone, because the order has no birth date to know them by: then it is confirmed
    /// first. Once they have come, they are known by their eID.
    pub fn needs_phone(&self) -> bool {
        let it = &self.person;
        it.part == Part::Receiver && it.contact.birth_date.is_empty() && !it.has_eid
    }
}
