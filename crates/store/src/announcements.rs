//! Announcements: what a write says to the rooms above, once it is committed.
//!
//! They reach this process at once, and on PostgreSQL the other nodes too. They are a shortcut and may be lost or come
//! twice: a listener also polls every few seconds, and correctness never depends on one.

use tokio::sync::broadcast::{self, error::RecvError};

/// How many announcements wait for a listener that is slow, before it is told [`Announcement::Missed`] instead.
const WAITING: usize = 256;

/// The longest one that travels between nodes; PostgreSQL takes a little under 8,000 bytes.
const LONGEST: usize = 4_000;

/// What a committed write has said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Announcement {
    /// There is a job of this kind to be done.
    Wake(String),
    /// An object has changed: what is remembered of it is out of date.
    Changed {
        /// What it is: the name of its table.
        noun: String,
        /// Its id.
        id: String,
    },
    /// Some were lost: anything may have been said.
    Missed,
}

impl Announcement {
    /// The words in which it travels to another node.
    pub(crate) fn to_words(&self) -> String {
        let words = match self {
            Self::Wake(kind) => format!("wake {kind}"),
            Self::Changed { noun, id } => format!("changed {noun} {id}"),
            Self::Missed => "missed".to_owned(),
        };
        if words.len() > LONGEST { "missed".to_owned() } else { words }
    }

    /// Reads them. What another version says and this one does not know is something missed.
    pub(crate) fn from_words(words: &str) -> Self {
        let mut parts = words.splitn(3, ' ');
        match (parts.next(), parts.next(), parts.next()) {
            (Some("wake"), Some(kind), None) => Self::Wake(kind.to_owned()),
            (Some("changed"), Some(noun), Some(id)) => {
                Self::Changed { noun: noun.to_owned(), id: id.to_owned() }
            }
            _ => Self::Missed,
        }
    }
}

/// Where announcements go.
#[derive(Clone)]
pub(crate) struct Announcer(broadcast::Sender<Announcement>);

impl Announcer {
    pub(crate) fn new() -> Self {
        Self(broadcast::Sender::new(WAITING))
    }

    pub(crate) fn announce(&self, announcement: Announcement) {
        // An error means that there are no listeners.
        let _ = self.0.send(announcement);
    }

    pub(crate) fn listen(&self) -> Announcements {
        Announcements(self.0.subscribe())
    }
}

/// The announcements from when [`Store::announcements`](crate::Store::announcements) was called on.
#[derive(Debug)]
pub struct Announcements(broadcast::Receiver<Announcement>);

impl Announcements {
    /// Waits for the next one; `None` when the store is gone. Nothing is lost when it is dropped while it waits.
    pub async fn next(&mut self) -> Option<Announcement> {
        match self.0.recv().await {
            Ok(announcement) => Some(announcement),
            Err(RecvError::Lagged(_)) => Some(Announcement::Missed),
            Err(RecvError::Closed) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Announcement;

    #[test]
    fn what_travels_between_nodes_reads_back_and_what_cannot_is_missed() {
        let wake = Announcement::Wake("signing-keys".to_owned());
        let changed = |id: &str| Announcement::Changed { noun: "applications".to_owned(), id: id.to_owned() };
        for it in [wake, changed("0123"), changed("with a space"), Announcement::Missed] {
            assert_eq!(Announcement::from_words(&it.to_words()), it);
        }
        assert_eq!(changed(&"x".repeat(9_000)).to_words(), "missed");
        for unknown in ["", "wake", "wake a b", "later thing"] {
            assert_eq!(Announcement::from_words(unknown), Announcement::Missed, "{unknown}");
        }
    }
}
