//! The calls, one file each.

mod business_profile;
mod copy_account;
mod copy_templates;
mod create_template;
mod debug_token;
mod fetch_business_token;
mod list_client_wabas;
mod list_flows;
mod list_message_templates;
mod list_phone_numbers;
mod migrate_phone_number;
mod move_flows;
mod number_settings;
mod read_me;
mod read_migration_intent;
mod read_phone_number;
mod read_pricing_analytics;
mod read_template_analytics;
mod read_waba;
mod register_phone_number;
mod set_solution_migration_intent;
mod set_waba_switch;
mod subscribed_apps;
mod upload_file;

pub use business_profile::{ReadBusinessProfile, UpdateBusinessProfile};
pub use copy_account::{CopiedList, CopiedNode, CopyList, CopyNode};
pub use copy_templates::{CopiedTemplates, CopyTemplates, WhichTemplates};
pub use create_template::{CreateTemplate, CreatedTemplate};
pub use debug_token::{DebugToken, Expiry, GranularScope, TokenFacts};
pub use fetch_business_token::FetchBusinessToken;
pub use list_client_wabas::ListClientWabas;
pub use list_flows::{Flow, ListFlows};
pub use list_message_templates::ListMessageTemplates;
pub use list_phone_numbers::ListPhoneNumbers;
pub use migrate_phone_number::MigratePhoneNumber;
pub use move_flows::{MoveFlows, MovedFlow, MovedFlows};
pub use number_settings::{NumberSetting, ReadNumberSettings, SetNumberSetting};
pub use read_me::{ReadMe, TokenOwner};
pub use read_migration_intent::{IntentStatus, MigrationIntent, ReadMigrationIntent, Solution};
pub use read_phone_number::ReadPhoneNumber;
pub use read_pricing_analytics::{PricingPoint, ReadPricingAnalytics};
pub use read_template_analytics::{MOST_DAYS, MOST_TEMPLATES, ReadTemplateAnalytics};
pub use read_waba::ReadWaba;
pub use register_phone_number::RegisterPhoneNumber;
pub use set_solution_migration_intent::SetSolutionMigrationIntent;
pub use set_waba_switch::{SetWabaSwitch, WabaSwitch};
pub use subscribed_apps::{CallbackOverride, ListSubscribedApps, OverrideError, SubscribeApp, SubscribedApp};
pub use upload_file::{BeginUpload, SendFile, UploadSession};

#[cfg(test)]
#[path = "calls/tests.rs"]
mod tests;
