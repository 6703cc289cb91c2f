-- Instants are nanoseconds since 1970 (`_ns`) and come from the caller, whose clock may be virtual.
-- Lease deadlines are milliseconds since 1970 (`_ms`) and are always real: they come from SQLite's own clock.
-- Ids are decimal text and compare byte by byte.

CREATE TABLE schema_version (
    version    INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,
    applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT;

-- The Graph API origin and the app that this database was made for.
CREATE TABLE stamp (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    origin   TEXT NOT NULL,
    app_id   TEXT NOT NULL
) STRICT;

-- What migrations are found by. Small rows: claims and leases rewrite them often, states lie in `snapshot`.
CREATE TABLE migration (
    id             TEXT    PRIMARY KEY NOT NULL,
    version        INTEGER NOT NULL,
    journal_seq    INTEGER NOT NULL,           -- of its last journal row
    journal_head   BLOB    NOT NULL,           -- the link of that row
    customer       TEXT    NOT NULL,
    wave           TEXT,
    phase          TEXT    NOT NULL,
    turn           TEXT,
    blockers       TEXT    NOT NULL,           -- JSON array of codes, sorted; `migration_blocker` is its index
    is_final       INTEGER NOT NULL CHECK (is_final IN (0, 1)),
    urgency        INTEGER NOT NULL,           -- the smaller, the sooner
    wake_at_ns     INTEGER,
    inputs_waiting INTEGER NOT NULL DEFAULT 0 CHECK (inputs_waiting >= 0),
    lease_owner    TEXT,
    lease_until_ms INTEGER,
    fence          INTEGER NOT NULL DEFAULT 0, -- grows with every claim
    -- A waiting input is due since ever: whoever posted it may follow another clock than the engine.
    due_at_ns      INTEGER GENERATED ALWAYS AS (
        CASE WHEN inputs_waiting > 0 THEN -9223372036854775807 WHEN is_final = 0 THEN wake_at_ns END
    ) VIRTUAL
) STRICT, WITHOUT ROWID;

-- Holds only what somebody will wake, in the order in which it is claimed.
CREATE INDEX migration_due ON migration (urgency, due_at_ns, id) WHERE due_at_ns IS NOT NULL;
CREATE INDEX migration_by_phase ON migration (phase, id);
CREATE INDEX migration_by_customer ON migration (customer, id);
CREATE INDEX migration_by_wave ON migration (wave, id) WHERE wave IS NOT NULL;
CREATE INDEX migration_by_turn ON migration (turn, id) WHERE turn IS NOT NULL;
CREATE INDEX migration_by_lease_owner ON migration (lease_owner) WHERE lease_owner IS NOT NULL;

CREATE TABLE migration_blocker (
    code         TEXT NOT NULL,
    migration_id TEXT NOT NULL REFERENCES migration (id),
    PRIMARY KEY (code, migration_id)
) STRICT, WITHOUT ROWID;

-- The state that the journal leads to, as JSON.
CREATE TABLE snapshot (
    migration_id TEXT PRIMARY KEY NOT NULL REFERENCES migration (id),
    body         TEXT NOT NULL
) STRICT;

CREATE TABLE journal (
    migration_id TEXT    NOT NULL REFERENCES migration (id),
    seq          INTEGER NOT NULL,             -- 1, 2, 3, … within the migration
    at_ns        INTEGER NOT NULL,
    kind         TEXT    NOT NULL,
    body         TEXT    NOT NULL,
    link         BLOB    NOT NULL,             -- HMAC of the link before and of this row
    PRIMARY KEY (migration_id, seq)
) STRICT;

-- Sums of the heads of all chains: a migration that is missing, or stands in an older state, is missed there. As
-- many as on PostgreSQL, so that they travel as they are.
CREATE TABLE journal_lane (
    lane       INTEGER PRIMARY KEY,
    commits    INTEGER NOT NULL,
    migrations INTEGER NOT NULL,
    sum        BLOB    NOT NULL,
    seal       BLOB    NOT NULL                -- HMAC of the rest of the row; empty before the first commit
) STRICT;

WITH RECURSIVE numbers (lane) AS (SELECT 0 UNION ALL SELECT lane + 1 FROM numbers WHERE lane < 255)
INSERT INTO journal_lane (lane, commits, migrations, sum, seal) SELECT lane, 0, 0, zeroblob(32), x'' FROM numbers;

CREATE TRIGGER journal_is_not_changed BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: a row cannot be changed'); END;

CREATE TRIGGER journal_is_not_cut BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: a row cannot be removed'); END;

-- Also stops INSERT OR REPLACE, which removes a row without asking the trigger above.
CREATE TRIGGER journal_has_no_gap BEFORE INSERT ON journal
WHEN NEW.seq <> 1 + (SELECT coalesce(max(seq), 0) FROM journal WHERE migration_id = NEW.migration_id)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: the next row has the next number'); END;

CREATE TRIGGER migration_is_not_removed BEFORE DELETE ON migration
BEGIN SELECT RAISE(ABORT, 'a migration is never removed'); END;

-- What other commands and webhooks ask of the engine.
CREATE TABLE inbox (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    migration_id TEXT    NOT NULL REFERENCES migration (id),
    posted_at_ns INTEGER NOT NULL,
    posted_by    TEXT    NOT NULL,
    body         TEXT    NOT NULL,
    done_at_ns   INTEGER                       -- when the commit that consumed it was made
) STRICT;

CREATE INDEX inbox_waiting ON inbox (migration_id, seq) WHERE done_at_ns IS NULL;

-- What people and systems outside are to be told, at least once each.
CREATE TABLE notice (
    seq            INTEGER PRIMARY KEY AUTOINCREMENT,
    migration_id   TEXT    NOT NULL REFERENCES migration (id),
    written_at_ns  INTEGER NOT NULL,
    kind           TEXT    NOT NULL,
    body           TEXT    NOT NULL,
    due_at_ns      INTEGER,                    -- no longer due once delivered or given up
    lease_until_ms INTEGER,
    attempts       INTEGER NOT NULL DEFAULT 0,
    last_error     TEXT,
    delivered_at_ns INTEGER
) STRICT;

CREATE INDEX notice_due ON notice (due_at_ns, seq) WHERE due_at_ns IS NOT NULL;

-- What concerns every migration, e.g. a stop of all moves.
CREATE TABLE fleet (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    version  INTEGER NOT NULL,
    body     TEXT    NOT NULL,
    seal     BLOB    NOT NULL                  -- HMAC of the rest of the row; empty before the first change
) STRICT;

INSERT INTO fleet (only_row, version, body, seal) VALUES (1, 0, 'null', x'');

-- Calls that all workers take from together, one row for each of Meta's limits.
CREATE TABLE shared_calls (
    lane    TEXT    PRIMARY KEY NOT NULL,
    version INTEGER NOT NULL,
    body    TEXT    NOT NULL
) STRICT;

-- Ciphertext only; the keys are elsewhere.
CREATE TABLE secret (
    kind   TEXT NOT NULL,
    name   TEXT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;

-- What effects need beside a migration's state: contents and samples of templates. Nothing in it is secret.
CREATE TABLE document (
    migration_id TEXT NOT NULL REFERENCES migration (id),
    name         TEXT NOT NULL,
    content      BLOB NOT NULL,
    PRIMARY KEY (migration_id, name)
) STRICT;

-- Here, once everything was moved to another database. Triggers that are made with this row refuse every change from then on.
CREATE TABLE moved (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    at_ns    INTEGER NOT NULL,
    moved_by TEXT    NOT NULL
) STRICT;
