//! Which tables and columns travel, in the order in which they refer to one another.
//!
//! A conformance test compares this with the tables of every backend: a column that is added to them either travels or is
//! named in [`STAYS`] with its reason.

/// What a column holds, whatever the database calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Integer,
    Flag,
    Bytes,
}

/// A column that travels.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
}

/// A table that travels.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) columns: &'static [Column],
    /// Its primary key, so that every database gives its rows in the same order.
    pub(crate) order: &'static str,
    /// The column that the database counts by itself.
    pub(crate) counter: Option<&'static str>,
}

const fn text(name: &'static str) -> Column {
    Column { name, kind: Kind::Text }
}

const fn integer(name: &'static str) -> Column {
    Column { name, kind: Kind::Integer }
}

const fn flag(name: &'static str) -> Column {
    Column { name, kind: Kind::Flag }
}

const fn bytes(name: &'static str) -> Column {
    Column { name, kind: Kind::Bytes }
}

/// Every table that travels.
pub(crate) const TABLES: &[Table] = &[
    Table {
        name: "stamp",
        columns: &[integer("only_row"), text("origin"), text("app_id")],
        order: "only_row",
        counter: None,
    },
    Table {
        name: "migration",
        columns: &[
            text("id"),
            integer("version"),
            integer("journal_seq"),
            bytes("journal_head"),
            text("customer"),
            text("wave"),
            text("phase"),
            text("turn"),
            text("blockers"),
            flag("is_final"),
            integer("urgency"),
            integer("wake_at_ns"),
            integer("inputs_waiting"),
            integer("fence"),
        ],
        order: "id",
        counter: None,
    },
    Table {
        name: "migration_blocker",
        columns: &[text("code"), text("migration_id")],
        order: "code, migration_id",
        counter: None,
    },
    Table { name: "snapshot", columns: &[text("migration_id"), text("body")], order: "migration_id", counter: None },
    Table {
        name: "journal",
        columns: &[text("migration_id"), integer("seq"), integer("at_ns"), text("kind"), text("body"), bytes("link")],
        order: "migration_id, seq",
        counter: None,
    },
    Table {
        name: "journal_lane",
        columns: &[integer("lane"), integer("commits"), integer("migrations"), bytes("sum"), bytes("seal")],
        order: "lane",
        counter: None,
    },
    Table {
        name: "inbox",
        columns: &[
            integer("seq"),
            text("migration_id"),
            integer("posted_at_ns"),
            text("posted_by"),
            text("body"),
            integer("done_at_ns"),
        ],
        order: "seq",
        counter: Some("seq"),
    },
    Table {
        name: "notice",
        columns: &[
            integer("seq"),
            text("migration_id"),
            integer("written_at_ns"),
            text("kind"),
            text("body"),
            integer("due_at_ns"),
            integer("attempts"),
            text("last_error"),
            integer("delivered_at_ns"),
        ],
        order: "seq",
        counter: Some("seq"),
    },
    Table {
        name: "fleet",
        columns: &[integer("only_row"), integer("version"), text("body"), bytes("seal")],
        order: "only_row",
        counter: None,
    },
    Table {
        name: "shared_calls",
        columns: &[text("lane"), integer("version"), text("body")],
        order: "lane",
        counter: None,
    },
    Table {
        name: "secret",
        columns: &[text("kind"), text("name"), bytes("sealed")],
        order: "kind, name",
        counter: None,
    },
    Table {
        name: "document",
        columns: &[text("migration_id"), text("name"), bytes("content")],
        order: "migration_id, name",
        counter: None,
    },
];

/// Tables that have rows from the beginning, which those that come replace.
pub(crate) const BEGUN: [&str; 3] = ["stamp", "fleet", "journal_lane"];

/// A column, or every column of a table (`*`), that stays behind.
#[derive(Debug)]
#[cfg_attr(not(any(test, feature = "conformance")), expect(dead_code, reason = "read by the conformance suite"))]
pub(crate) struct Stays {
    pub(crate) table: &'static str,
    pub(crate) column: &'static str,
    pub(crate) because: &'static str,
}

const fn stays(table: &'static str, column: &'static str, because: &'static str) -> Stays {
    Stays { table, column, because }
}

const NO_ENGINE: &str = "no engine works on a database that is moved, so nobody holds anything";

/// What stays behind, on one backend or the other.
#[cfg_attr(not(any(test, feature = "conformance")), expect(dead_code, reason = "read by the conformance suite"))]
pub(crate) const STAYS: &[Stays] = &[
    stays("schema_version", "*", "the other database has tables of its own"),
    stays("moved", "*", "it says of this database that it was left"),
    stays("migration", "lease_owner", NO_ENGINE),
    stays("migration", "lease_until", NO_ENGINE),
    stays("migration", "lease_until_ms", NO_ENGINE),
    stays("migration", "due_at_ns", "the database computes it"),
    stays("notice", "lease_until", NO_ENGINE),
    stays("notice", "lease_until_ms", NO_ENGINE),
];

impl Table {
    /// The one of this name.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        TABLES.iter().find(|table| table.name == name)
    }

    /// Its columns, for a statement.
    pub(crate) fn column_list(&self) -> String {
        self.columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", ")
    }
}
