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

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    #[tokio::test]
    async fn a_sleep_ends_when_its_instant_has_come_and_not_before() {
        let at = SystemClock.now() + SignedDuration::from_millis(3);
        assert_eq!(SystemClock.sleep_until_or(at, "a", &Signal::new()).await, Woken::Time);
        assert!(SystemClock.now() >= at);
        SystemClock.sleep_until(Timestamp::MIN, "a").await;
    }

    #[tokio::test]
    async fn a_signal_ends_a_sleep_that_would_never_end() {
        let signal = Signal::new();
        let sleeper = SystemClock.spawn("a", {
            let signal = signal.clone();
            Box::pin(async move {
                assert_eq!(SystemClock.sleep_until_or(Timestamp::MAX, "a", &signal).await, Woken::Signal);
            })
        });
        tokio::task::yield_now().await;
        signal.set();
        assert!(sleeper.await.is_ok());
    }
}
