//! The mailbox of development: letters are kept in memory instead of sent.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use model::Timestamp;

use crate::RenderedLetter;

/// How many letters are kept.
const MOST: usize = 100;

/// A letter that would have been sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptLetter {
    /// Its id.
    pub id: String,
    /// The recipient's address, or phone number.
    pub to: String,
    /// Whether it is a text message: it has a text and nothing else.
    pub is_sms: bool,
    /// What it says.
    pub letter: RenderedLetter,
    /// When.
    pub sent_at: Timestamp,
}

/// Keeps the last hundred letters, in memory. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Mailbox(Arc<Mutex<VecDeque<KeptLetter>>>);

impl Mailbox {
    fn lock(&self) -> MutexGuard<'_, VecDeque<KeptLetter>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a letter; one that comes again is kept once.
    pub(crate) fn keep(&self, letter: KeptLetter) {
        let mut kept = self.lock();
        kept.retain(|it| it.id != letter.id);
        kept.push_front(letter);
        kept.truncate(MOST);
    }

    /// Gives the letters, the newest first.
    pub fn letters(&self) -> Vec<KeptLetter> {
        self.lock().iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{KeptLetter, Mailbox};
    use crate::RenderedLetter;
    use model::Timestamp;

    #[test]
    fn a_mailbox_keeps_the_last_hundred_letters_and_each_once() {
        let mailbox = Mailbox::default();
        for number in 0..103 {
            let letter = RenderedLetter::default();
            let id = number.min(101).to_string();
            mailbox.keep(KeptLetter {
                id,
                to: String::new(),
                is_sms: false,
                letter,
                sent_at: Timestamp::from_seconds(number),
            });
        }
        let kept = mailbox.letters();
        assert_eq!((kept.len(), kept[0].id.as_str(), kept[1].id.as_str()), (100, "101", "100"));
    }
}
