//! Why the operator looks at an order before anybody approves.

use model::{CompanySource, OrderAnswers};

use crate::OrderView;

/// A reason for a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReviewReason {
    /// The company is in no Norwegian registry.
    ForeignCompany,
    /// What is said of the company was typed.
    TypedCompany,
    /// It is the branch of a foreign company.
    ForeignBranch,
    /// The registry's signing rule cannot be read by a machine.
    SigningRule,
    /// A certificate was uploaded.
    Certificate,
    /// The national identity number is asked for.
    NationalNumber,
}

fn of_company(answers: &OrderAnswers) -> Option<ReviewReason> {
    match (answers.company.source, answers.company.rule.as_str()) {
        (CompanySource::Foreign, _) => Some(ReviewReason::ForeignCompany),
        (CompanySource::Typed, _) => Some(ReviewReason::TypedCompany),
        (CompanySource::Registry, "found") => None,
        (CompanySource::Registry, "foreign-branch") => Some(ReviewReason::ForeignBranch),
        (CompanySource::Registry, _) => Some(ReviewReason::SigningRule),
    }
}

/// Says why the operator has to look at it before anybody approves; empty where nobody has to.
pub(crate) fn review_reasons(answers: &OrderAnswers) -> Vec<ReviewReason> {
    let certificate = answers.has_certificate.then_some(ReviewReason::Certificate);
    let number = (answers.number.is_needed == Some(true)).then_some(ReviewReason::NationalNumber);
    of_company(answers).into_iter().chain(certificate).chain(number).collect()
}

impl OrderView {
    /// Why the operator looks at it before anybody approves; empty where nobody has to.
    pub fn review_reasons(&self) -> Vec<ReviewReason> {
        review_reasons(&self.answers)
    }
}

#[cfg(test)]
mod tests {
    use super::{ReviewReason, review_reasons};
    use model::{CompanySource, OrderAnswers};

    #[test]
    fn a_company_whose_rule_is_read_is_not_reviewed_and_each_doubt_is_named() {
        let mut answers = OrderAnswers::default();
        answers.company.source = CompanySource::Registry;
        answers.company.rule = "found".to_owned();
        assert_eq!(review_reasons(&answers), []);
        answers.company.rule = "by-hand".to_owned();
        answers.has_certificate = true;
        answers.number.is_needed = Some(true);
        let all = [ReviewReason::SigningRule, ReviewReason::Certificate, ReviewReason::NationalNumber];
        assert_eq!(review_reasons(&answers), all);
    }
}
