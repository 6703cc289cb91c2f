//! Finding and counting migrations.

use std::collections::BTreeMap;

use tokio_postgres::Error;
use tokio_postgres::types::ToSql;
use unmoor_migration::MigrationId;

use super::pool::Pool;
use super::row::{Columns, stored, stored_columns};
use crate::{Cursor, Filter, Page, StoreError, Stored};

pub(super) async fn load(pool: &Pool, id: &MigrationId) -> Result<Option<Stored>, StoreError> {
    let operation = "load a migration";
    let sql = concat!(
        "SELECT ",
        stored_columns!(),
        " FROM migration m JOIN snapshot s ON s.migration_id = m.id WHERE m.id = $1"
    );
    let Some(row) = pool.row(operation, sql, &[&id.as_str()]).await? else { return Ok(None) };
    let row = stored(&mut Columns::of(&row));
    row.map_err(|error| StoreError::Database { operation, detail: error.to_string() })?.parse().map(Some)
}

pub(super) async fn count_by_phase(pool: &Pool) -> Result<BTreeMap<String, u64>, StoreError> {
    let operation = "count migrations";
    let rows = pool.rows(operation, "SELECT phase, count(*) FROM migration GROUP BY phase", &[]).await?;
    let count = |row| {
        let mut columns = Columns::of(row);
        Ok::<_, Error>((columns.take()?, columns.number()?))
    };
    let counts = rows.iter().map(count).collect::<Result<_, _>>();
    counts.map_err(|error| StoreError::Database { operation, detail: error.to_string() })
}

pub(super) async fn list(
    pool: &Pool,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Page<Stored>, StoreError> {
    let operation = "list migrations";
    let query = ListQuery::of(filter, after, limit);
    let values: Vec<&(dyn ToSql + Sync)> = query.values.iter().map(Value::as_parameter).collect();
    let rows = pool.rows(operation, &query.sql(), &values).await?;
    let mut page = Page { rows: Vec::new(), next: None };
    for row in &rows {
        if page.rows.len() as u64 == u64::from(limit) {
            page.next = page.rows.last().map(|last: &Stored| Cursor::after(last.migration.id()));
            break;
        }
        let row = stored(&mut Columns::of(row));
        page.rows.push(row.map_err(|error| StoreError::Database { operation, detail: error.to_string() })?.parse()?);
    }
    Ok(page)
}

/// What a condition compares with.
pub(super) enum Value {
    Number(i64),
    Text(String),
    Texts(Vec<String>),
}

impl Value {
    pub(super) fn as_parameter(&self) -> &(dyn ToSql + Sync) {
        match self {
            Self::Number(number) => number,
            Self::Text(text) => text,
            Self::Texts(texts) => texts,
        }
    }
}

/// The statement of one filter. Which parts it has depends on the filter; what the parts compare with is always bound.
pub(super) struct ListQuery {
    source: &'static str,
    conditions: Vec<String>,
    pub(super) values: Vec<Value>,
}

impl ListQuery {
    pub(super) fn of(filter: &Filter, after: Option<&Cursor>, limit: u32) -> Self {
        let mut query = Self { source: "migration m", conditions: Vec::new(), values: Vec::new() };
        // One more than asked for tells whether there is another page.
        query.values.push(Value::Number(i64::from(limit) + 1));
        let after = query.bind(Value::Text(after.map_or_else(String::new, |cursor| cursor.as_str().to_owned())));
        let ids: Vec<String> = filter.ids.iter().map(ToString::to_string).collect();
        if let [code] = filter.blockers.as_slice() {
            // The index of blockers is in the order of ids for one code, so it leads.
            query.source = "migration_blocker b JOIN migration m ON m.id = b.migration_id";
            let code = query.bind(Value::Text(code.clone()));
            query.conditions.push(format!("b.code = {code} AND b.migration_id > {after}"));
        } else {
            query.conditions.push(format!("m.id > {after}"));
            query.any_blocker(&filter.blockers);
        }
        query.any_of("m.id", &ids);
        query.any_of("m.customer", &filter.customers);
        query.any_of("m.wave", &filter.waves);
        query.any_of("m.phase", &filter.phases);
        query.any_of("m.turn", filter.turn.as_slice());
        if filter.open_only {
            query.conditions.push("NOT m.is_final".to_owned());
        }
        query
    }

    /// Ids are found and cut to a page before any state is touched.
    pub(super) fn sql(&self) -> String {
        let order = if self.source == "migration m" { "m.id" } else { "b.migration_id" };
        format!(
            "SELECT {} FROM (SELECT m.id FROM {} WHERE {} ORDER BY {order} LIMIT $1) AS page \
             JOIN migration m ON m.id = page.id JOIN snapshot s ON s.migration_id = m.id ORDER BY page.id",
            stored_columns!(),
            self.source,
            self.conditions.join(" AND "),
        )
    }

    fn bind(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }

    fn any_of(&mut self, column: &str, wanted: &[String]) {
        let condition = match wanted {
            [] => return,
            // An index of one value is in the order of ids already.
            [one] => format!("{column} = {}", self.bind(Value::Text(one.clone()))),
            many => format!("{column} = ANY({})", self.bind(Value::Texts(many.to_vec()))),
        };
        self.conditions.push(condition);
    }

    fn any_blocker(&mut self, codes: &[String]) {
        if !codes.is_empty() {
            let codes = self.bind(Value::Texts(codes.to_vec()));
            self.conditions.push(format!(
                "EXISTS (SELECT 1 FROM migration_blocker b WHERE b.migration_id = m.id AND b.code = ANY({codes}))"
            ));
        }
    }
}
