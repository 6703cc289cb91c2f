//! Who may use whom: the one place where the architecture's dependency rules stand as data.
//!
//! `docs/ARCHITECTURE.md` explains them; `cargo xtask tidy` compares them with the manifests.

use Scope::{AlsoInTests, NotInTests};

/// A package of this workspace and what its manifest may say.
pub(super) struct Member {
    pub(super) package: &'static str,
    /// Below the root.
    pub(super) folder: &'static str,
    /// The members it may depend on, tests and build scripts included.
    pub(super) may_use: &'static [&'static str],
    /// Crates of others that must not appear.
    pub(super) never: &'static [Never],
    /// Crates of others that only a feature may switch on.
    pub(super) only_behind_a_feature: &'static [&'static str],
}

/// Crates that a member must not depend on, and why. A name that ends in `*` stands for all that begin so.
pub(super) struct Never {
    pub(super) crates: &'static [&'static str],
    pub(super) scope: Scope,
    pub(super) because: &'static str,
}

/// Where a [`Never`] holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// In dev-dependencies too.
    AlsoInTests,
    /// Dev-dependencies are free.
    NotInTests,
}

const MIGRATION: &str = "unmoor-migration";
const GRAPH_API: &str = "unmoor-graph-api";
const STORE: &str = "unmoor-store";
const ENGINE: &str = "unmoor-engine";
const SERVER: &str = "unmoor-server";
const CLI: &str = "unmoor-cli";
const SIMULATOR: &str = "unmoor-simulator";
const E2E: &str = "e2e";
const XTASK: &str = "xtask";
const BENCH: &str = "bench";
const POSTGRES_SERVER: &str = "postgres-server";

const RUNTIMES: &[&str] = &["tokio*", "async-std", "smol", "futures*"];
const HTTP_SERVERS: &[&str] = &["axum*", "tower*"];
const HTTP_CLIENTS: &[&str] = &["reqwest*", "ureq*", "hyper*"];
const HTTP_TYPES: &[&str] = &["http", "http-body*"];
const SQL: &[&str] = &["rusqlite", "libsqlite3-sys", "sqlx*", "tokio-postgres*", "deadpool-postgres", "postgres-*"];
const RANDOMNESS: &[&str] = &["rand", "rand_*", "getrandom", "fastrand", "uuid", "ulid"];
const OS_RANDOMNESS: &[&str] = &["rand", "getrandom", "fastrand", "uuid", "ulid"];
const COMMAND_LINE: &[&str] = &["clap*", "indicatif", "comfy-table"];

/// Every member. A package that is not listed, and a row without its package, are both violations.
pub(super) const MEMBERS: [Member; 11] = [
    Member {
        package: MIGRATION,
        folder: "crates/migration",
        may_use: &[],
        never: &[
            Never { crates: RUNTIMES, scope: AlsoInTests, because: "decisions are pure: nothing in them waits" },
            Never { crates: HTTP_SERVERS, scope: AlsoInTests, because: "decisions are pure" },
            Never { crates: HTTP_CLIENTS, scope: AlsoInTests, because: "decisions are pure: effects are values" },
            Never { crates: HTTP_TYPES, scope: AlsoInTests, because: "the vendor's wire is unmoor-graph-api's" },
            Never { crates: SQL, scope: AlsoInTests, because: "decisions are pure: what is stored is unmoor-store's" },
            Never { crates: RANDOMNESS, scope: AlsoInTests, because: "jitter and ids are arguments" },
        ],
        only_behind_a_feature: &[],
    },
    Member {
        package: GRAPH_API,
        folder: "crates/graph-api",
        may_use: &[],
        never: &[
            Never { crates: RUNTIMES, scope: NotInTests, because: "a request is a value and is never sent twice here" },
            Never { crates: HTTP_SERVERS, scope: AlsoInTests, because: "it is the client's side" },
            Never { crates: SQL, scope: AlsoInTests, because: "it keeps nothing" },
            Never { crates: RANDOMNESS, scope: AlsoInTests, because: "equal arguments make equal requests" },
        ],
        only_behind_a_feature: &["reqwest", "rustls", "webpki-root-certs"],
    },
    Member {
        package: SIMULATOR,
        folder: "crates/simulator",
        may_use: &[],
        never: &[
            // It sends webhooks and asks callbacks, in `serve/callbacks.rs` alone and with settings of its own.
            Never {
                crates: &["ureq*", "hyper*"],
                scope: AlsoInTests,
                because: "one client is enough: webhooks are sent with reqwest",
            },
            Never { crates: SQL, scope: AlsoInTests, because: "its world lives in memory" },
            Never { crates: OS_RANDOMNESS, scope: AlsoInTests, because: "equal seeds make equal worlds" },
        ],
        only_behind_a_feature: &[],
    },
    Member {
        package: STORE,
        folder: "crates/store",
        // The server for its tests alone.
        may_use: &[MIGRATION, POSTGRES_SERVER],
        never: &[
            Never { crates: HTTP_SERVERS, scope: AlsoInTests, because: "it persists and serves nobody" },
            Never { crates: HTTP_CLIENTS, scope: AlsoInTests, because: "no transaction is open during a call" },
            Never { crates: HTTP_TYPES, scope: AlsoInTests, because: "it is written in terms of use cases" },
            Never { crates: OS_RANDOMNESS, scope: NotInTests, because: "keys and ids are given to it" },
        ],
        only_behind_a_feature: &[],
    },
    Member {
        package: ENGINE,
        folder: "crates/engine",
        may_use: &[MIGRATION, STORE, GRAPH_API],
        never: &[
            Never { crates: HTTP_SERVERS, scope: AlsoInTests, because: "what listens is unmoor-server's" },
            Never { crates: HTTP_CLIENTS, scope: AlsoInTests, because: "the transport is given to it" },
            Never { crates: SQL, scope: AlsoInTests, because: "what is stored is unmoor-store's" },
            Never { crates: COMMAND_LINE, scope: AlsoInTests, because: "what people type and see is unmoor-cli's" },
        ],
        only_behind_a_feature: &[],
    },
    Member {
        package: SERVER,
        folder: "crates/server",
        may_use: &[ENGINE, STORE, MIGRATION, GRAPH_API],
        never: &[
            Never { crates: SQL, scope: AlsoInTests, because: "what is stored is unmoor-store's" },
            Never { crates: COMMAND_LINE, scope: AlsoInTests, because: "what people type and see is unmoor-cli's" },
        ],
        only_behind_a_feature: &[],
    },
    Member {
        package: CLI,
        folder: "crates/cli",
        may_use: &[MIGRATION, GRAPH_API, STORE, ENGINE, SERVER, SIMULATOR],
        never: &[],
        only_behind_a_feature: &[],
    },
    Member {
        package: E2E,
        folder: "tests",
        may_use: &[MIGRATION, GRAPH_API, STORE, ENGINE, SERVER, SIMULATOR, CLI, POSTGRES_SERVER],
        never: &[],
        only_behind_a_feature: &[],
    },
    Member { package: POSTGRES_SERVER, folder: "tests/postgres", may_use: &[], never: &[], only_behind_a_feature: &[] },
    Member {
        package: BENCH,
        folder: "bench",
        may_use: &[MIGRATION, GRAPH_API, STORE, ENGINE, SERVER, SIMULATOR, CLI, POSTGRES_SERVER],
        never: &[],
        only_behind_a_feature: &[],
    },
    Member {
        package: XTASK,
        folder: "xtask",
        // For the reference that is generated from the state machine, and the server that all tests share.
        may_use: &[MIGRATION, POSTGRES_SERVER],
        never: &[
            Never { crates: RUNTIMES, scope: AlsoInTests, because: "it must compile in seconds" },
            Never { crates: COMMAND_LINE, scope: AlsoInTests, because: "it must compile in seconds" },
            Never { crates: HTTP_CLIENTS, scope: AlsoInTests, because: "no task reaches a network" },
        ],
        only_behind_a_feature: &[],
    },
];

/// What holds for every member.
pub(super) const NEVER_ANYWHERE: [Never; 2] = [
    Never { crates: &["chrono", "time"], scope: AlsoInTests, because: "an instant is a `jiff::Timestamp`" },
    Never {
        crates: &["openssl*", "native-tls", "aws-lc-*"],
        scope: AlsoInTests,
        because: "TLS is rustls with ring: a machine needs no library of its own",
    },
];
