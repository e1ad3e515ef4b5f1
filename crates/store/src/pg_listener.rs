//! PostgreSQL's third kind of thread: it hears what other nodes announce, over a connection of its own.
//!
//! Without it (a pooler between us that does not pass on `LISTEN`, a lost connection) announcements of other nodes are
//! missed, and what they say is seen a few seconds later.

use std::{future::poll_fn, pin::pin, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::watch,
    time::{MissedTickBehavior, interval},
};
use tokio_postgres::{AsyncMessage, Client, Config, Connection, Error, NoTls};

use crate::{
    StoreError,
    announcements::{Announcement, Announcer},
    postgres_tls::Tls,
    threads::spawn,
};

/// How long after a connection that failed the next is tried.
const AGAIN_IN: Duration = Duration::from_secs(5);

/// How a connection beside those of the threads is made.
#[derive(Clone)]
pub(crate) struct PgAddress {
    pub(crate) config: Config,
    pub(crate) tls: Option<Tls>,
    /// Of this database and schema.
    pub(crate) channel: String,
}

/// What it takes to listen.
pub(crate) struct PgListener {
    pub(crate) address: PgAddress,
    pub(crate) announcer: Announcer,
    /// Ends with the store.
    pub(crate) end: watch::Receiver<bool>,
}

impl PgListener {
    /// Starts the thread.
    pub(crate) fn start(self) -> Result<(), StoreError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| StoreError::Failed(format!("no runtime: {error}")))?;
        spawn("store-listener", move || runtime.block_on(self.run()))
    }

    async fn run(self) {
        let mut end = self.end.clone();
        let mut turn = interval(AGAIN_IN);
        turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !*end.borrow() {
            tokio::select! {
                _ = turn.tick() => {}
                // Also when the store was dropped.
                _ = end.changed() => return,
            }
            let heard = tokio::select! {
                heard = self.listen() => heard,
                _ = end.changed() => return,
            };
            let why = heard.err().map(|error| error.to_string());
            tracing::warn!(why, "what other nodes announce is not heard for now; it is seen within seconds");
        }
    }

    /// Listens until the connection ends.
    async fn listen(&self) -> Result<(), Error> {
        match &self.address.tls {
            Some(tls) => {
                let (client, connection) = self.address.config.connect(tls.clone()).await?;
                self.hear(&client, connection).await
            }
            None => {
                let (client, connection) = self.address.config.connect(NoTls).await?;
                self.hear(&client, connection).await
            }
        }
    }

    async fn hear<S, T>(&self, client: &Client, mut connection: Connection<S, T>) -> Result<(), Error>
    where
        S: AsyncRead + AsyncWrite + Unpin,
        T: AsyncRead + AsyncWrite + Unpin,
    {
        let ask = format!("LISTEN \"{}\"", self.address.channel);
        let (mut asked, mut is_asked) = (pin!(client.batch_execute(&ask)), false);
        loop {
            tokio::select! {
                done = &mut asked, if !is_asked => {
                    done?;
                    is_asked = true;
                    // Whatever was said before.
                    self.announcer.announce(Announcement::Missed);
                }
                message = poll_fn(|context| connection.poll_message(context)) => match message.transpose()? {
                    Some(AsyncMessage::Notification(said)) if said.channel() == self.address.channel => {
                        self.announcer.announce(Announcement::from_words(said.payload()));
                    }
                    Some(_) => {}
                    None => return Ok(()),
                },
            }
        }
    }
}
