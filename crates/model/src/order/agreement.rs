//! The issuer's own agreement, which an issuer may want beside the order.

use super::state::words;

words! {
    /// How far the agreement of an order has come; before it is uploaded, there is no word.
    AgreementState {
        /// It was uploaded, and the operator is to look at it.
        Uploaded = "uploaded",
        /// The operator has accepted it: it goes to the issuer.
        Accepted = "accepted",
        /// The operator sent it back with a reason: another one is to be uploaded.
        Returned = "returned",
    }
}
