//! A flag that ends a sleep early.

use std::{
    collections::BTreeMap,
    future::poll_fn,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Poll, Waker},
};

/// Wakes whoever sleeps on it; set from anywhere, from a thread as well as from a task. Clones are the same signal.
///
/// A signal says only "look again". It carries no truth: who is woken reads anew what it was waiting for. Setting it
/// wakes everybody who sleeps on it at that moment. If nobody does, it is remembered, once, for the next one to fall
/// asleep on it, so that a signal between "I looked" and "I sleep" is not lost. A sleep that is cancelled before it
/// could tell of the signal hands it on in the same way. To be woken once too often is harmless, once too seldom is
/// not.
#[derive(Debug, Clone, Default)]
pub struct Signal(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    remembered: bool,
    listeners: BTreeMap<u64, Listener>,
    next_id: u64,
}

#[derive(Debug)]
struct Listener {
    waker: Option<Waker>,
    set: bool,
    told: bool,
}

impl Signal {
    /// A signal that is not set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Wakes everybody asleep on this signal, or else the next one to be.
    pub fn set(&self) {
        let mut state = self.state();
        let mut wakers = Vec::new();
        let mut heard = false;
        for listener in state.listeners.values_mut() {
            listener.set = true;
            heard = true;
            wakers.extend(listener.waker.take());
        }
        state.remembered |= !heard;
        drop(state);
        // Outside the lock: a waker may run code that comes back to this signal.
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Begins to listen. What was remembered counts as set now, and is used up.
    pub(super) fn listen(&self) -> Listening {
        let mut state = self.state();
        let id = state.next_id;
        state.next_id += 1;
        let set = std::mem::take(&mut state.remembered);
        state.listeners.insert(id, Listener { waker: None, set, told: false });
        drop(state);
        Listening { signal: self.clone(), id }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One sleeper's ear at a [`Signal`].
#[derive(Debug)]
pub(super) struct Listening {
    signal: Signal,
    id: u64,
}

impl Listening {
    /// Whether the signal was set since listening began. Otherwise `waker` is woken once it is.
    pub(super) fn is_set_or_wake(&self, waker: &Waker) -> bool {
        let mut state = self.signal.state();
        let Some(listener) = state.listeners.get_mut(&self.id) else { return false };
        if !listener.set {
            listener.waker = Some(waker.clone());
        }
        listener.told = listener.set;
        listener.set
    }

    /// Whether the signal was set since listening began.
    pub(super) fn is_set(&self) -> bool {
        self.is_set_or_wake(Waker::noop())
    }

    /// Waits until the signal is set.
    pub(super) async fn set(&self) {
        poll_fn(|context| if self.is_set_or_wake(context.waker()) { Poll::Ready(()) } else { Poll::Pending }).await;
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let mut state = self.signal.state();
        if state.listeners.remove(&self.id).is_some_and(|listener| listener.set && !listener.told) {
            state.remembered = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_nobody_hears_is_remembered_once() {
        let signal = Signal::new();
        signal.set();
        signal.set();
        let first = signal.listen();
        let second = signal.listen();
        assert!(first.is_set());
        assert!(!second.is_set());
    }

    #[test]
    fn a_signal_reaches_all_who_listen_and_nobody_later() {
        let signal = Signal::new();
        let (first, second) = (signal.listen(), signal.listen());
        signal.clone().set();
        let late = signal.listen();
        assert!(first.is_set() && second.is_set());
        assert!(!late.is_set());
    }

    #[test]
    fn a_dropped_listener_does_not_swallow_a_signal() {
        let signal = Signal::new();
        drop(signal.listen());
        signal.set();
        assert!(signal.listen().is_set());
    }

    #[test]
    fn a_signal_its_listener_never_told_of_is_handed_on() {
        let signal = Signal::new();
        let cancelled = signal.listen();
        signal.set();
        drop(cancelled);
        let next = signal.listen();
        assert!(next.is_set());
        drop(next);
        assert!(!signal.listen().is_set());
    }
}
