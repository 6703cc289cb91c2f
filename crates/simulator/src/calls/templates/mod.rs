//! Templates of a WABA (guide T1 to T9; observations: templates).

mod analytics;
mod bulk;
mod list;
mod node;
mod summary;
mod write;

use super::{Call, Served};

pub(super) const SERVED: &[Served] = &[
    Served::new("GET", "/<WABA>/message_templates", list::list).takes(&[
        "fields",
        "limit",
        "after",
        "before",
        "summary",
        "name",
        "content",
        "name_or_content",
        "status",
        "category",
        "quality_score",
        "language",
        "since",
        "until",
        "source",
    ]),
    Served::new("GET", "/<WABA>/template_analytics", analytics::read).takes(analytics::NAMES),
    Served::new("POST", "/<WABA>/message_templates", write::create).takes(&[
        "name",
        "language",
        "category",
        "components",
        "parameter_format",
        "sub_category",
        "message_send_ttl_seconds",
        "library_template_name",
        "cta_url_link_tracking_opted_out",
        "allow_category_change",
    ]),
    Served::new("DELETE", "/<WABA>/message_templates", write::delete).takes(&["name", "hsm_id", "hsm_ids"]),
    Served::new("POST", "/<WABA>/upsert_message_templates", bulk::upsert).takes(&[
        "name",
        "languages",
        "category",
        "components",
        "message_send_ttl_seconds",
        "allow_category_change",
    ]),
    Served::new("POST", "/<WABA>/migrate_message_templates", bulk::migrate_templates).takes(&[
        "source_waba_id",
        "page_number",
        "count",
        "template_ids",
    ]),
    Served::new("POST", "/<WABA>/migrate_flows", bulk::migrate_flows).takes(&["source_waba_id", "source_flow_names"]),
    Served::new("GET", "/<WABA>/flows", bulk::list_flows).takes(&["fields", "limit", "after", "before"]),
    Served::new("GET", "/<TEMPLATE>", node::read).takes(&["fields"]),
    Served::new("POST", "/<TEMPLATE>", write::edit).takes(&[
        "category",
        "components",
        "message_send_ttl_seconds",
        "name",
        "language",
        "parameter_format",
        "sub_category",
        "library_template_name",
        "allow_category_change",
    ]),
    Served::new("POST", "/<TEMPLATE>/unpause", write::unpause),
];
