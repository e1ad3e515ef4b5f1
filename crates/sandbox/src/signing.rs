//! A simulated provider of signatures: it shows documents, lets somebody sign, and gives back what its pen made of them.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crypto::Random;

/// Signs a PDF in somebody's name, as an authority of the simulator vouches for it.
pub type Pen = Box<dyn Fn(&str, &[u8]) -> Result<Vec<u8>, String> + Send + Sync>;

/// How many orders are kept.
const MOST: usize = 50;

/// Documents that somebody is to sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningOrder {
    /// Titles and PDFs.
    pub documents: Vec<(String, Vec<u8>)>,
    /// Who is to sign.
    pub signer: String,
    /// Where their browser goes afterwards.
    pub return_to: String,
}

/// How far an order has come.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Outcome {
    Waiting,
    Cancelled,
    Signed(Vec<Vec<u8>>),
}

struct Kept {
    reference: String,
    order: SigningOrder,
    outcome: Outcome,
}

/// The simulated provider. It forgets when the process ends.
pub struct SignatureSimulator {
    base: String,
    pen: Pen,
    random: Random,
    kept: Mutex<VecDeque<Kept>>,
}

impl fmt::Debug for SignatureSimulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignatureSimulator").field("base", &self.base).finish_non_exhaustive()
    }
}

impl SignatureSimulator {
    /// `base`: its origin, without a final slash.
    pub fn new(base: String, pen: Pen, random: Random) -> Self {
        Self { base, pen, random, kept: Mutex::default() }
    }

    /// Its origin.
    pub fn base(&self) -> &str {
        &self.base
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes documents; gives what they are called here, and where they are signed.
    pub fn bring(&self, order: SigningOrder) -> (String, String) {
        let reference = self.random.token().expose().clone();
        let address = format!("{}/sign/{reference}", self.base);
        let mut kept = self.lock();
        kept.push_front(Kept { reference: reference.clone(), order, outcome: Outcome::Waiting });
        kept.truncate(MOST);
        (reference, address)
    }

    /// What waits to be signed under this reference.
    pub fn waiting(&self, reference: &str) -> Option<SigningOrder> {
        let kept = self.lock();
        let found = kept.iter().find(|it| it.reference == reference && it.outcome == Outcome::Waiting);
        found.map(|it| it.order.clone())
    }

    /// Signs in this name, or does not (`None`); gives where to go on.
    ///
    /// # Errors
    /// Nothing waits, or the pen does not write: in English.
    pub fn decide(&self, reference: &str, name: Option<&str>) -> Result<String, String> {
        let order = self.waiting(reference).ok_or("nothing waits to be signed here")?;
        let outcome = match name {
            None => Outcome::Cancelled,
            Some(name) => {
                let signed = order.documents.iter().map(|(_, pdf)| (self.pen)(name, pdf));
                Outcome::Signed(signed.collect::<Result<_, String>>()?)
            }
        };
        if let Some(it) = self.lock().iter_mut().find(|it| it.reference == reference) {
            it.outcome = outcome;
        }
        Ok(order.return_to)
    }

    /// Gives what was signed; `None` where nobody did.
    ///
    /// # Errors
    /// Nobody has decided, or the reference is not known: in English.
    pub fn fetch(&self, reference: &str) -> Result<Option<Vec<Vec<u8>>>, String> {
        let kept = self.lock();
        let found = kept.iter().find(|it| it.reference == reference);
        match found.map(|it| &it.outcome) {
            None => Err("the reference is not known".to_owned()),
            Some(Outcome::Waiting) => Err("nobody has decided yet".to_owned()),
            Some(Outcome::Cancelled) => Ok(None),
            Some(Outcome::Signed(files)) => Ok(Some(files.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{SignatureSimulator, SigningOrder};
    use crypto::Random;

    fn simulator() -> SignatureSimulator {
        let pen = |name: &str, pdf: &[u8]| Ok([pdf, name.as_bytes()].concat());
        SignatureSimulator::new("http://signing.example".to_owned(), Box::new(pen), Random::seeded(1))
    }

    fn order() -> SigningOrder {
        SigningOrder {
            documents: vec![("Order".to_owned(), b"pdf ".to_vec())],
            signer: "Kari".to_owned(),
            return_to: "http://back.example/".to_owned(),
        }
    }

    #[test]
    fn what_was_signed_is_fetched_and_decided_once() {
        let simulator = simulator();
        let (reference, address) = simulator.bring(order());
        assert_eq!(address, format!("http://signing.example/sign/{reference}"));
        assert!(simulator.fetch(&reference).is_err());
        assert_eq!(simulator.decide(&reference, Some("Ola")).as_deref(), Ok("http://back.example/"));
        assert_eq!(simulator.fetch(&reference), Ok(Some(vec![b"pdf Ola".to_vec()])));
        assert!(simulator.decide(&reference, None).is_err());
    }

    #[test]
    fn who_does_not_sign_leaves_nothing() {
        let simulator = simulator();
        let (reference, _) = simulator.bring(order());
        simulator.decide(&reference, None).unwrap();
        assert_eq!(simulator.fetch(&reference), Ok(None));
        assert!(simulator.fetch("other").is_err());
    }
}
