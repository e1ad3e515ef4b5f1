//! An order of an eID's credentials: what is asked, what is still missing, and how far it has come.

mod agreement;
mod answers;
mod catalogue;
mod evidence;
mod issuer;
mod section;
mod state;
mod template;

pub use agreement::AgreementState;
pub use answers::{
    CompanyAnswer, CompanySource, Contact, MOST_BLOCK_CONTACTS, MOST_OPERATIONS_CONTACTS, NumberAnswer,
    OrderAnswers, SignatoryAnswer,
};
pub use catalogue::QuestionCatalogue;
pub use evidence::Evidence;
pub use issuer::IssuerSettings;
pub use section::{Circumstances, Lack, OrderSection, PRODUCTS, SectionState, lacks};
pub use state::{Handover, OrderEvent, OrderFacts, OrderState, OrderTurn, OutOfTurn, next};
pub use template::{
    LONGEST_TEMPLATE, TEMPLATE_PLACEHOLDERS, TemplateError, TemplateKind, TemplateLanguage, TemplateValues,
    UsedTemplate, UsedTemplates, checked_template, filled_template, template_paragraphs,
};
