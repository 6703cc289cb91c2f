-- The same tables as on SQLite, and the same words. Instants are nanoseconds since 1970 (`_ns`) and come from the caller,
-- whose clock may be virtual. Leases are measured by the server's own clock, which is real.
-- Ids are decimal text and compare byte by byte, whatever the database's collation.

CREATE TABLE schema_version (
    version    bigint      PRIMARY KEY,
    name       text        NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- The Graph API origin and the app that this database was made for.
CREATE TABLE stamp (
    only_row integer PRIMARY KEY CHECK (only_row = 1),
    origin   text    NOT NULL,
    app_id   text    NOT NULL
);

-- What migrations are found by. Claims and leases rewrite these rows often: room is left on each page, and no column of a
-- lease is in an index, so that they touch no index.
CREATE TABLE migration (
    id             text    COLLATE "C" PRIMARY KEY,
    version        bigint  NOT NULL,
    journal_seq    bigint  NOT NULL,           -- of its last journal row
    journal_head   bytea   NOT NULL,           -- the link of that row
    customer       text    COLLATE "C" NOT NULL,
    wave           text    COLLATE "C",
    phase          text    COLLATE "C" NOT NULL,
    turn           text    COLLATE "C",
    blockers       text    NOT NULL,           -- JSON array of codes, sorted; `migration_blocker` is its index
    is_final       boolean NOT NULL,
    urgency        bigint  NOT NULL,           -- the smaller, the sooner
    wake_at_ns     bigint,
    inputs_waiting bigint  NOT NULL DEFAULT 0 CHECK (inputs_waiting >= 0),
    lease_owner    text    COLLATE "C",
    lease_until    timestamptz,
    fence          bigint  NOT NULL DEFAULT 0, -- grows with every claim
    -- A waiting input is due since ever: whoever posted it may follow another clock than the engine.
    due_at_ns      bigint GENERATED ALWAYS AS (
        CASE WHEN inputs_waiting > 0 THEN -9223372036854775807 WHEN NOT is_final THEN wake_at_ns END
    ) STORED
) WITH (fillfactor = 80);

-- Holds only what somebody will wake, in the order in which it is claimed.
CREATE INDEX migration_due ON migration (urgency, due_at_ns, id) WHERE due_at_ns IS NOT NULL;
CREATE INDEX migration_by_phase ON migration (phase, id);
CREATE INDEX migration_by_customer ON migration (customer, id);
CREATE INDEX migration_by_wave ON migration (wave, id) WHERE wave IS NOT NULL;
CREATE INDEX migration_by_turn ON migration (turn, id) WHERE turn IS NOT NULL;

CREATE TABLE migration_blocker (
    code         text COLLATE "C" NOT NULL,
    migration_id text COLLATE "C" NOT NULL REFERENCES migration (id),
    PRIMARY KEY (code, migration_id)
);

-- The state that the journal leads to, as JSON.
CREATE TABLE snapshot (
    migration_id text COLLATE "C" PRIMARY KEY REFERENCES migration (id),
    body         text NOT NULL
) WITH (fillfactor = 80);

CREATE TABLE journal (
    migration_id text   COLLATE "C" NOT NULL REFERENCES migration (id),
    seq          bigint NOT NULL,              -- 1, 2, 3, … within the migration
    at_ns        bigint NOT NULL,
    kind         text   NOT NULL,
    body         text   NOT NULL,
    link         bytea  NOT NULL,              -- HMAC of the link before and of this row
    PRIMARY KEY (migration_id, seq)
);

-- Sums of the heads of all chains: a migration that is missing, or stands in an older state, is missed there. A commit
-- holds its lane's row until it is durable, so there are many: two commits at one time seldom meet.
CREATE TABLE journal_lane (
    lane       bigint PRIMARY KEY,
    commits    bigint NOT NULL,
    migrations bigint NOT NULL,
    sum        bytea  NOT NULL,
    seal       bytea  NOT NULL                 -- HMAC of the rest of the row; empty before the first commit
) WITH (fillfactor = 10);

INSERT INTO journal_lane (lane, commits, migrations, sum, seal)
SELECT lane, 0, 0, decode(repeat('00', 32), 'hex'), '' FROM generate_series(0, 255) AS lane;

CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END $$;

CREATE FUNCTION refuse_gap() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    IF NEW.seq <> 1 + (SELECT coalesce(max(seq), 0) FROM journal WHERE migration_id = NEW.migration_id) THEN
        RAISE EXCEPTION 'the journal is append-only: the next row has the next number';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER journal_is_not_changed BEFORE UPDATE ON journal
FOR EACH ROW EXECUTE FUNCTION refuse('the journal is append-only: a row cannot be changed');

CREATE TRIGGER journal_is_not_cut BEFORE DELETE ON journal
FOR EACH ROW EXECUTE FUNCTION refuse('the journal is append-only: a row cannot be removed');

CREATE TRIGGER journal_is_not_emptied BEFORE TRUNCATE ON journal
EXECUTE FUNCTION refuse('the journal is append-only: it cannot be emptied');

CREATE TRIGGER journal_has_no_gap BEFORE INSERT ON journal
FOR EACH ROW EXECUTE FUNCTION refuse_gap();

CREATE TRIGGER migration_is_not_removed BEFORE DELETE ON migration
FOR EACH ROW EXECUTE FUNCTION refuse('a migration is never removed');

-- What other commands and webhooks ask of the engine.
CREATE TABLE inbox (
    seq          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    migration_id text   COLLATE "C" NOT NULL REFERENCES migration (id),
    posted_at_ns bigint NOT NULL,
    posted_by    text   NOT NULL,
    body         text   NOT NULL,
    done_at_ns   bigint                        -- when the commit that consumed it was made
);

CREATE INDEX inbox_waiting ON inbox (migration_id, seq) WHERE done_at_ns IS NULL;

-- What people and systems outside are to be told, at least once each.
CREATE TABLE notice (
    seq             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    migration_id    text   COLLATE "C" NOT NULL REFERENCES migration (id),
    written_at_ns   bigint NOT NULL,
    kind            text   NOT NULL,
    body            text   NOT NULL,
    due_at_ns       bigint,                    -- no longer due once delivered or given up
    lease_until     timestamptz,
    attempts        bigint NOT NULL DEFAULT 0,
    last_error      text,
    delivered_at_ns bigint
);

CREATE INDEX notice_due ON notice (due_at_ns, seq) WHERE due_at_ns IS NOT NULL;

-- What concerns every migration, e.g. a stop of all moves.
CREATE TABLE fleet (
    only_row integer PRIMARY KEY CHECK (only_row = 1),
    version  bigint  NOT NULL,
    body     text    NOT NULL,
    seal     bytea   NOT NULL                  -- HMAC of the rest of the row; empty before the first change
) WITH (fillfactor = 10);

INSERT INTO fleet (only_row, version, body, seal) VALUES (1, 0, 'null', '');

-- Calls that all workers take from together, one row for each of Meta's limits.
CREATE TABLE shared_calls (
    lane    text   COLLATE "C" PRIMARY KEY,
    version bigint NOT NULL,
    body    text   NOT NULL
) WITH (fillfactor = 10);

-- Ciphertext only; the keys are elsewhere.
CREATE TABLE secret (
    kind   text COLLATE "C" NOT NULL,
    name   text COLLATE "C" NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (kind, name)
);

-- What effects need beside a migration's state: contents and samples of templates. Nothing in it is secret.
CREATE TABLE document (
    migration_id text COLLATE "C" NOT NULL REFERENCES migration (id),
    name         text COLLATE "C" NOT NULL,
    content      bytea NOT NULL,
    PRIMARY KEY (migration_id, name)
);

-- Here, once everything was moved to another database. Triggers that are made with this row refuse every change from then on.
CREATE TABLE moved (
    only_row integer PRIMARY KEY CHECK (only_row = 1),
    at_ns    bigint  NOT NULL,
    moved_by text    NOT NULL
);

CREATE FUNCTION refuse_moved() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'everything was moved to another database' USING ERRCODE = 'UM001'; END $$;
