//! Hearing that somebody else has made work.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_postgres::{AsyncMessage, Client, Connection, Error, NoTls};

use super::address::Address;

/// The channel of `LISTEN` and `NOTIFY`. Databases share none, and a wake-up too many does no harm.
pub(super) const CHANNEL: &str = "unmoor";

/// Before a lost connection is made again. Meanwhile whoever waits finds work by looking.
const PAUSE: Duration = Duration::from_secs(2);

/// A connection that listens, as long as this value lives.
pub(super) struct Wakes {
    heard: Arc<Notify>,
    task: JoinHandle<()>,
}

impl Wakes {
    pub(super) fn listening(address: Address) -> Self {
        let heard = Arc::new(Notify::new());
        let told = Arc::clone(&heard);
        let task = tokio::spawn(async move {
            loop {
                if let Err(error) = listen(&address, &told).await {
                    tracing::debug!(database = &*address.place, %error, "not listening");
                }
                pause().await;
            }
        });
        Self { heard, task }
    }

    /// Until something was heard since the last call.
    pub(super) async fn next(&self) {
        self.heard.notified().await;
    }
}

impl Drop for Wakes {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[expect(clippy::disallowed_methods, reason = "a lost connection is made again in real time, like leases")]
async fn pause() {
    tokio::time::sleep(PAUSE).await;
}

async fn listen(address: &Address, heard: &Notify) -> Result<(), Error> {
    match &address.tls {
        None => {
            let (client, connection) = address.config.connect(NoTls).await?;
            hear(&client, connection, heard).await
        }
        Some(tls) => {
            let (client, connection) = address.config.connect(tls.clone()).await?;
            hear(&client, connection, heard).await
        }
    }
}

/// Passes on what comes, until the connection ends.
async fn hear<S, T>(client: &Client, mut connection: Connection<S, T>, heard: &Notify) -> Result<(), Error>
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    let ask = client.batch_execute("LISTEN unmoor");
    let pass_on = async {
        while let Some(message) = std::future::poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notification(_) = message? {
                heard.notify_one();
            }
        }
        Ok(())
    };
    tokio::try_join!(
        async {
            ask.await?;
            // What came while nobody listened.
            heard.notify_one();
            Ok::<_, Error>(())
        },
        pass_on
    )
    .map(drop)
}
