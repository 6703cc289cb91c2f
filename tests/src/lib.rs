//! End to end tests: the real engine, the real store and the simulator together. It must never be used by any other crate.
