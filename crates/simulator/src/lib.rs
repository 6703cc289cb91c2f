//! A stateful stand-in for the management plane of Meta's Graph API, for rehearsals and tests.
//!
//! It holds a world (portfolios, apps, tokens, one Multi-Partner Solution, WABAs, numbers, templates, intents), answers requests
//! as `spec/` says Meta does, and lets scripted people do what real ones do: accept, forget, pay late, leave two-step
//! verification on. Everything unknown about the vendor is a knob.
//!
//! ```text
//!   request ── http ── calls ── rules ──┐
//!   control ────────── people ──────────┼── world, ledger, mails
//!   time ───────────── agenda ──────────┘
//! ```
//!
//! - `world/` is data; `rules/` has one file per rule of the vendor; `calls/` one per edge or node; `http/` the protocol.
//! - `pages/` is what people see in a browser: the customer's side under `/business/`, the inspector under `/_sim/`.
//! - Ids, tokens and trace ids are derived from the seed and from names, never counted: ledgers of two runs can be compared.
//! - Time is handed in. [`Simulator`] never looks at a clock; only [`serve()`] does, to keep pace with a client in another process.
//!
//! Tests of other programs start one with [`Simulator::start`], or hand it requests with [`Simulator::exchange`]; see `README.md`.
//!
//! It must never know any other crate of this workspace: client and simulator share no code, so that one misreading of the
//! vendor cannot pass on both sides. What is simulated, approximated and left out stands in `FIDELITY.md`.

mod agenda;
mod audit;
mod calling_codes;
mod calls;
mod clock;
mod control;
mod credentials;
mod faults;
mod fidelity;
mod http;
mod ids;
mod knobs;
mod lag;
mod ledger;
pub mod load;
mod mail;
mod media_files;
mod messages;
mod pages;
mod people;
mod phone;
mod rules;
mod running;
mod save;
mod serve;
mod simulator;
mod state;
pub mod webhooks;
pub mod world;

pub use self::{
    agenda::{Agenda, Event, LateRequest},
    calls::{parameters as served_parameters, served as served_calls},
    clock::{InvalidRate, VirtualClock},
    control::{Control, control},
    credentials::{Credentials, CustomerCredentials},
    faults::{Action as FaultAction, Drop, Fault, InvalidFault, Match, ScriptedError},
    fidelity::page as fidelity_page,
    ids::{Id, InvalidId, Seed},
    knobs::*,
    ledger::{By, Ending, LedgerEntry, RequestEntry},
    mail::Mail,
    messages::{
        ChargeTotal, DeliveredAfter, ReceiveMessage, ReceivedMessage, SendMessage, SendRefused, SentMessage,
        ShownCharge, ShownMessage, TemplateName,
    },
    people::{Action, Answer, Pays, Script},
    phone::{Digits, E164, InvalidNumber},
    running::Running,
    save::{CannotSave, InvalidSave},
    serve::{Keep, serve, serve_and_keep},
    simulator::{Begun, Exchange, Reply, Simulator, SuspendedExchange},
    world::{Quality, TemplateStatus, World},
};

/// The examples of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
