//! Templates of a WABA (guide T1 to T9; observations: templates).

mod bulk;
mod list;
mod node;
mod summary;
mod write;

use super::{Call, Served};

pub(super) const SERVED: &[Served] = &[
    Served::new("GET", "/<WABA>/message_templates", list::list),
    Served::new("POST", "/<WABA>/message_templates", write::create),
    Served::new("DELETE", "/<WABA>/message_templates", write::delete),
    Served::new("POST", "/<WABA>/upsert_message_templates", bulk::upsert),
    Served::new("POST", "/<WABA>/migrate_message_templates", bulk::migrate_templates),
    Served::new("POST", "/<WABA>/migrate_flows", bulk::migrate_flows),
    Served::new("GET", "/<WABA>/flows", bulk::list_flows),
    Served::new("GET", "/<TEMPLATE>", node::read),
    Served::new("POST", "/<TEMPLATE>", write::edit),
    Served::new("POST", "/<TEMPLATE>/unpause", write::unpause),
];
