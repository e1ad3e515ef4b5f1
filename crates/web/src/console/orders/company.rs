//! The company of an order, as whoever may answer its section gives it.

use console::{Permit, Refusal};
use model::{CompanyAnswer, CompanySource, OrderAnswers, OrderState};
use ordering::{LookAgain, LookUp, OrderView};
use texts::AdminMessage;

use super::sections::read_typed;
use crate::console::visit::Visit;

/// Who can sign is not known where the registry does not say it.
fn forget_combinations(answers: &mut OrderAnswers) {
    answers.combinations.clear();
    answers.combination_rules.clear();
}

/// The company as the form has it. The registry is asked, unless it is one of another country; what was typed counts only where
/// the registry does not answer.
///
/// # Errors
/// [`Refusal::Invalid`] at `number` or `company_name`; the order is no draft any more. [`Refusal::Forbidden`], [`Refusal::Store`].
pub(super) async fn look_up_company(
    visit: &Visit,
    (order, permit): (&OrderView, &Permit),
    answers: &mut OrderAnswers,
) -> Result<(), Refusal> {
    let typed = read_typed(visit);
    if visit.form.has("foreign") && order.answers.is_sandbox {
        return Err(Refusal::Invalid(AdminMessage::OrganisationNumberReal.at("number")));
    }
    if visit.form.has("foreign") {
        answers.company = CompanyAnswer { source: CompanySource::Foreign, ..typed };
        forget_combinations(answers);
        return Ok(());
    }
    // Who asks for an order that cannot be filled in any more asks the registry for nothing.
    if order.state != OrderState::Draft {
        return Err(Refusal::Invalid(AdminMessage::OrderNoDraft.into()));
    }
    // Whoever looks the same company up once more wants to know how it is now.
    let is_known = order.answers.company.number == typed.number.replace(' ', "");
    let again = if is_known { LookAgain::Yes } else { LookAgain::No };
    let orders = &visit.site.orders;
    let is_sandbox = order.answers.is_sandbox;
    let wanted = LookUp { typed: visit.form.get("number"), again, is_sandbox };
    let found = orders.look_up_kept(permit, wanted, visit.now()).await;
    match found {
        Ok(found) => {
            answers.company = found.answer;
            answers.combinations = found.combinations;
            answers.combination_rules = found.combination_rules;
            answers.listed_address = found.homepage;
        }
        Err(refusal) if ordering::is_trouble(&refusal) && visit.form.has("typed") => {
            if typed.name.is_empty() {
                return Err(Refusal::Invalid(AdminMessage::FieldMissing.at("company_name")));
            }
            answers.company = orders.typed_company(typed, is_sandbox)?;
            forget_combinations(answers);
        }
        Err(refusal) => return Err(refusal),
    }
    Ok(())
}
