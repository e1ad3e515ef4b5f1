//! Somebody at whom people sign documents. Who it is, is for whoever puts the program together to say.

use std::{fmt, future::Future, pin::Pin};

use documents::SignatureTrust;

/// What is asked of a provider: it may fail, and says why in English.
pub type Provided<'a, T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send + 'a>>;

/// Documents that somebody is to sign.
#[derive(Clone, Debug)]
pub struct ToSign {
    /// Titles and PDFs.
    pub documents: Vec<(String, Vec<u8>)>,
    /// Who is to sign.
    pub signer: String,
    /// Where their browser comes back to.
    pub return_to: String,
}

/// Documents are at a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtProvider {
    /// What the provider calls it: letters, digits, `-` and `_`.
    pub reference: String,
    /// Where the person signs.
    pub address: String,
}

/// Somebody at whom people sign documents.
pub trait SignatureProvider: Send + Sync + fmt::Debug {
    /// What it is called.
    fn name(&self) -> &str;

    /// The authorities that vouch for those who sign there.
    fn trust(&self) -> &SignatureTrust;

    /// Brings documents there.
    fn bring(&self, documents: ToSign) -> Provided<'_, AtProvider>;

    /// Fetches the signed files, in the order in which they were brought; `None`: the person did not sign.
    fn fetch(&self, reference: String) -> Provided<'_, Option<Vec<Vec<u8>>>>;
}
