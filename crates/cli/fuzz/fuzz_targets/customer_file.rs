//! Reads bytes as a customer file. See `src/customer_file/fuzz.rs`.
//!
//! The reader is private to the command, so its files are compiled in here, without the rest of the command.

#![no_main]
#![allow(dead_code, unused_imports, reason = "the command uses what the reader alone does not")]

#[path = "../../src/customer_file/mod.rs"]
mod customer_file;
#[path = "../../src/customer_file/fuzz.rs"]
mod fuzz;
#[path = "../../src/near.rs"]
mod near;
#[path = "../../src/exit/trouble.rs"]
mod trouble;

mod exit {
    pub(crate) use crate::trouble::{Exit, Trouble};
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    fuzz::play(bytes);
});
