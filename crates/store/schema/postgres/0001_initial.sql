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

-- Whoever appends holds the migration's row, and nobody removes one: a reference would look for it once more with each row.
CREATE TABLE journal (
    migration_id text   COLLATE "C" NOT NULL,
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
    IF EXISTS (
        SELECT FROM (
            SELECT migration_id, min(seq) AS first, max(seq) AS last, count(*) AS rows FROM added GROUP BY migration_id
        ) AS a
        WHERE last - first + 1 <> rows OR first <> 1 + (
            SELECT coalesce(max(j.seq), 0) FROM journal j WHERE j.migration_id = a.migration_id AND j.seq < a.first
        )
    ) THEN
        RAISE EXCEPTION 'the journal is append-only: the next row has the next number';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER journal_is_not_changed BEFORE UPDATE ON journal
FOR EACH ROW EXECUTE FUNCTION refuse('the journal is append-only: a row cannot be changed');

CREATE TRIGGER journal_is_not_cut BEFORE DELETE ON journal
FOR EACH ROW EXECUTE FUNCTION refuse('the journal is append-only: a row cannot be removed');

CREATE TRIGGER journal_is_not_emptied BEFORE TRUNCATE ON journal
EXECUTE FUNCTION refuse('the journal is append-only: it cannot be emptied');

CREATE TRIGGER journal_has_no_gap AFTER INSERT ON journal REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION refuse_gap();

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

-- A commit is two exchanges with the server, since its HMACs are made where the key is: what it goes on from, and what it writes.
-- The work of each is one function, whose plans the server keeps.

-- What a commit compares with and goes on from, locked until it ends: the migration, then its lane, then the fleet's state, by
-- everybody in this order, so that nobody waits in a circle. `fleet_use` is none, rest (others may rest on it as well) or change.
CREATE FUNCTION commit_found(wanted_id text, wanted_lane bigint, fleet_use text) RETURNS TABLE (
    version bigint, journal_seq bigint, fence bigint, lease_owner text, inputs_waiting bigint, phase text, turn text,
    customer text, wave text, blockers text, journal_head bytea,
    lane bigint, lane_commits bigint, lane_migrations bigint, lane_sum bytea, lane_seal bytea,
    fleet_version bigint, fleet_body text, fleet_seal bytea
) LANGUAGE plpgsql ROWS 1 AS
$$
#variable_conflict use_column
BEGIN
    SELECT m.version, m.journal_seq, m.fence, m.lease_owner, m.inputs_waiting, m.phase, m.turn, m.customer, m.wave, m.blockers,
        m.journal_head
    INTO version, journal_seq, fence, lease_owner, inputs_waiting, phase, turn, customer, wave, blockers, journal_head
    FROM migration m WHERE m.id = wanted_id FOR UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF wanted_lane IS NOT NULL THEN
        SELECT l.lane, l.commits, l.migrations, l.sum, l.seal
        INTO lane, lane_commits, lane_migrations, lane_sum, lane_seal
        FROM journal_lane l WHERE l.lane = wanted_lane FOR UPDATE;
    END IF;
    IF fleet_use = 'change' THEN
        SELECT f.version, f.body, f.seal INTO fleet_version, fleet_body, fleet_seal
        FROM fleet f WHERE f.only_row = 1 FOR UPDATE;
    ELSIF fleet_use = 'rest' THEN
        SELECT f.version, f.body, f.seal INTO fleet_version, fleet_body, fleet_seal
        FROM fleet f WHERE f.only_row = 1 FOR SHARE;
    END IF;
    RETURN NEXT;
END
$$;

-- Everything that a commit changes. The row of the migration is held, and was compared. `old_codes` is null where the blockers
-- are those of before, `new_lane` where nothing is journaled, `new_fleet_version` where the fleet's state stays.
CREATE FUNCTION commit_write(
    the_id text, written_at bigint, new_version bigint, new_journal_seq bigint, new_journal_head bytea, new_is_final boolean,
    new_urgency bigint, new_wake_at bigint, new_phase text, new_turn text, new_customer text, new_wave text, new_blockers text,
    old_codes text[], new_codes text[], is_released boolean, new_state text,
    entry_seqs bigint[], entry_kinds text[], entry_bodies text[], entry_links bytea[],
    new_lane bigint, new_lane_commits bigint, new_lane_migrations bigint, new_lane_sum bytea, new_lane_seal bytea,
    decided_inputs bigint[], notice_kinds text[], notice_bodies text[],
    new_fleet_version bigint, new_fleet_body text, new_fleet_seal bytea
) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    decided bigint;
BEGIN
    FOREACH decided IN ARRAY decided_inputs LOOP
        UPDATE inbox SET done_at_ns = written_at WHERE seq = decided AND migration_id = the_id AND done_at_ns IS NULL;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'the input does not wait' USING ERRCODE = 'UM002', DETAIL = decided;
        END IF;
    END LOOP;
    UPDATE migration SET
        version = new_version, journal_seq = new_journal_seq, journal_head = new_journal_head, is_final = new_is_final,
        urgency = new_urgency, wake_at_ns = new_wake_at, phase = new_phase, turn = new_turn, customer = new_customer,
        wave = new_wave, blockers = new_blockers, inputs_waiting = inputs_waiting - cardinality(decided_inputs),
        lease_owner = CASE WHEN NOT is_released THEN lease_owner END,
        lease_until = CASE WHEN NOT is_released THEN lease_until END
    WHERE id = the_id;
    UPDATE snapshot SET body = new_state WHERE migration_id = the_id;
    IF new_lane IS NOT NULL THEN
        INSERT INTO journal (migration_id, seq, at_ns, kind, body, link)
        SELECT the_id, entry.seq, written_at, entry.kind, entry.body, entry.link
        FROM unnest(entry_seqs, entry_kinds, entry_bodies, entry_links) AS entry (seq, kind, body, link) ORDER BY entry.seq;
        UPDATE journal_lane SET commits = new_lane_commits, migrations = new_lane_migrations, sum = new_lane_sum, seal = new_lane_seal
        WHERE lane = new_lane;
    END IF;
    IF old_codes IS NOT NULL THEN
        DELETE FROM migration_blocker WHERE migration_id = the_id AND code = ANY (old_codes);
        INSERT INTO migration_blocker (code, migration_id) SELECT code, the_id FROM unnest(new_codes) AS code;
    END IF;
    IF cardinality(notice_kinds) > 0 THEN
        INSERT INTO notice (migration_id, written_at_ns, due_at_ns, kind, body)
        SELECT the_id, written_at, written_at, told.kind, told.body
        FROM unnest(notice_kinds, notice_bodies) WITH ORDINALITY AS told (kind, body, place) ORDER BY told.place;
    END IF;
    IF new_fleet_version IS NOT NULL THEN
        UPDATE fleet SET version = new_fleet_version, body = new_fleet_body, seal = new_fleet_seal WHERE only_row = 1;
    END IF;
END
$$;
