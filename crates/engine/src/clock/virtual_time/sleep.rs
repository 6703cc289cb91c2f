//! One sleep, from falling asleep to waking or being dropped.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Weak},
    task::{Context, Poll, Wake, Waker},
};

use jiff::Timestamp;

use super::{
    super::{Signal, Woken, signal::Listening},
    Shared,
    state::{SleepId, State},
};

/// A registered sleep; it counts from the moment it exists, polled or not.
#[derive(Debug)]
pub(super) struct Sleep {
    shared: Arc<Shared>,
    id: SleepId,
    listening: Option<Listening>,
    polled: bool,
}

impl Sleep {
    /// A participant that is awake falls asleep.
    pub(super) fn begin(shared: &Arc<Shared>, at: Timestamp, order: &str, signal: Option<&Signal>) -> Self {
        // Time cannot move between these steps: the participant is counted as awake until the last one.
        let id = shared.lock().register(at, order, tokio::task::try_id());
        let listening = signal.map(Signal::listen);
        if let Some(listening) = &listening {
            let alarm = Arc::new(Alarm { shared: Arc::downgrade(shared), id });
            if listening.is_set_or_wake(&Waker::from(alarm)) {
                shared.lock().make_due(id);
            }
        }
        shared.change(|state| state.fell_asleep_in(id));
        Self { shared: Arc::clone(shared), id, listening, polled: false }
    }

    /// A participant comes into being asleep, due now.
    pub(super) fn begin_for_new_participant(shared: &Arc<Shared>, order: &str) -> Self {
        let id = shared.change(|state| state.register(state.now(), order, None));
        Self { shared: Arc::clone(shared), id, listening: None, polled: true }
    }
}

impl Future for Sleep {
    type Output = Woken;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Woken> {
        if !std::mem::replace(&mut self.polled, true) {
            // Time may have jumped here already. Yielding once lets the other branches of a `select!` be polled, so
            // that a second sleep among them is found instead of quietly losing the race.
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if !self.shared.lock().is_woken_or_wake(self.id, context.waker()) {
            return Poll::Pending;
        }
        let signalled = self.listening.as_ref().is_some_and(Listening::is_set);
        Poll::Ready(if signalled { Woken::Signal } else { Woken::Time })
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.shared.change(|state: &mut State| state.remove(self.id));
    }
}

/// Makes a sleep due when its signal is set.
struct Alarm {
    shared: Weak<Shared>,
    id: SleepId,
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        if let Some(shared) = self.shared.upgrade() {
            shared.change(|state| state.make_due(self.id));
        }
    }
}
