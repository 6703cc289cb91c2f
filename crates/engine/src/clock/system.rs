//! The machine's clock.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::task::JoinHandle;

use super::{Clock, Participant, Signal, Task, Woken};

/// A machine's clock may be set, or stand still while the machine is suspended: no single wait trusts it for longer.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// The clock of production.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is where the engine's time comes from")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn sleep(&self, at: Timestamp, _order: &str, signal: Option<&Signal>) -> Woken {
        let listening = signal.map(Signal::listen);
        loop {
            let remaining = Duration::try_from(at.duration_since(self.now())).unwrap_or(Duration::ZERO);
            if remaining.is_zero() {
                return Woken::Time;
            }
            let wait = wait_real(remaining.min(LONGEST_WAIT));
            match &listening {
                None => wait.await,
                Some(listening) => tokio::select! {
                    biased;
                    () = listening.set() => return Woken::Signal,
                    () = wait => {}
                },
            }
        }
    }

    fn participant(&self) -> Participant {
        Participant(None)
    }

    fn spawn(&self, _order: &str, task: Task) -> JoinHandle<()> {
        tokio::spawn(task)
    }
}

/// Waits for real.
#[expect(clippy::disallowed_methods, reason = "the one real wait of the engine")]
pub(super) async fn wait_real(duration: Duration) {
    tokio::time::sleep(duration).await;
}
