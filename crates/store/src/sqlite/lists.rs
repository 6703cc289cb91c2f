//! Finding and counting migrations.

use std::collections::BTreeMap;

use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, OptionalExtension, params_from_iter};
use unmoor_migration::MigrationId;

use super::fault::Fault;
use super::row::{stored_columns, stored_row};
use crate::rows::StoredRow;
use crate::value::to_json;
use crate::{Cursor, Filter, Page, StoreError, Stored};

pub(super) fn load(db: &Connection, id: &MigrationId) -> rusqlite::Result<Option<StoredRow>> {
    let sql = concat!(
        "SELECT ",
        stored_columns!(),
        " FROM migration m JOIN snapshot s ON s.migration_id = m.id WHERE m.id = ?1"
    );
    db.prepare_cached(sql)?.query_row([id.as_str()], stored_row).optional()
}

pub(super) fn count_by_phase(db: &Connection) -> rusqlite::Result<BTreeMap<String, u64>> {
    db.prepare_cached("SELECT phase, count(*) FROM migration GROUP BY phase")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

pub(super) fn list(
    db: &Connection,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Page<Stored>, Fault<StoreError>> {
    let query = ListQuery::of(filter, after, limit)?;
    let mut statement = db.prepare_cached(&query.sql())?;
    let mut rows = statement.query(params_from_iter(&query.values))?;
    let mut page = Page { rows: Vec::new(), next: None };
    while let Some(row) = rows.next()? {
        if page.rows.len() as u64 == u64::from(limit) {
            page.next = page.rows.last().map(|last: &Stored| Cursor::after(last.migration.id()));
            break;
        }
        page.rows.push(stored_row(row)?.parse()?);
    }
    Ok(page)
}

/// The statement of one filter. Which parts it has depends on the filter; what the parts compare with is always bound.
pub(super) struct ListQuery {
    source: &'static str,
    conditions: Vec<String>,
    pub(super) values: Vec<SqlValue>,
}

impl ListQuery {
    pub(super) fn of(filter: &Filter, after: Option<&Cursor>, limit: u32) -> Result<Self, StoreError> {
        let mut query = Self { source: "migration m", conditions: Vec::new(), values: Vec::new() };
        // One more than asked for tells whether there is another page.
        query.values.push(SqlValue::Integer(i64::from(limit) + 1));
        let after = query.bind(SqlValue::Text(after.map_or_else(String::new, |cursor| cursor.as_str().to_owned())));
        let ids: Vec<String> = filter.ids.iter().map(ToString::to_string).collect();
        if let [code] = filter.blockers.as_slice() {
            // The index of blockers is in the order of ids for one code, so it leads.
            query.source = "migration_blocker b CROSS JOIN migration m ON m.id = b.migration_id";
            let code = query.bind(SqlValue::Text(code.clone()));
            query.conditions.push(format!("b.code = {code} AND b.migration_id > {after}"));
        } else {
            query.conditions.push(format!("m.id > {after}"));
            query.any_blocker(&filter.blockers)?;
        }
        query.any_of("m.id", &ids)?;
        query.any_of("m.customer", &filter.customers)?;
        query.any_of("m.wave", &filter.waves)?;
        query.any_of("m.phase", &filter.phases)?;
        query.any_of("m.turn", filter.turn.as_slice())?;
        if filter.open_only {
            query.conditions.push("m.is_final = 0".to_owned());
        }
        Ok(query)
    }

    /// Ids are found and cut to a page before any state is touched.
    pub(super) fn sql(&self) -> String {
        let order = if self.source == "migration m" { "m.id" } else { "b.migration_id" };
        format!(
            "SELECT {} FROM (SELECT m.id FROM {} WHERE {} ORDER BY {order} LIMIT ?1) AS page \
             CROSS JOIN migration m ON m.id = page.id CROSS JOIN snapshot s ON s.migration_id = m.id ORDER BY page.id",
            stored_columns!(),
            self.source,
            self.conditions.join(" AND "),
        )
    }

    fn bind(&mut self, value: SqlValue) -> String {
        self.values.push(value);
        format!("?{}", self.values.len())
    }

    fn any_of(&mut self, column: &str, wanted: &[String]) -> Result<(), StoreError> {
        let condition = match wanted {
            [] => return Ok(()),
            // An index of one value is in the order of ids already.
            [one] => format!("{column} = {}", self.bind(SqlValue::Text(one.clone()))),
            many => format!("{column} IN {}", self.bind_many(many)?),
        };
        self.conditions.push(condition);
        Ok(())
    }

    fn any_blocker(&mut self, codes: &[String]) -> Result<(), StoreError> {
        if !codes.is_empty() {
            let codes = self.bind_many(codes)?;
            self.conditions.push(format!(
                "EXISTS (SELECT 1 FROM migration_blocker b WHERE b.migration_id = m.id AND b.code IN {codes})"
            ));
        }
        Ok(())
    }

    fn bind_many(&mut self, values: &[String]) -> Result<String, StoreError> {
        let values = SqlValue::Text(to_json("a filter", values)?);
        Ok(format!("(SELECT value FROM json_each({}))", self.bind(values)))
    }
}
