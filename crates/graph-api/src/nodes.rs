//! What answers hold: WABAs, phone numbers, templates and their health, as far as a migration reads them.

mod health;
mod number_settings;
mod phone_number;
mod template;
mod waba;

pub use health::{CanSendMessage, EntityType, HealthEntity, HealthProblem, HealthStatus};
pub use number_settings::{BusinessProfile, ConversationalAutomation, NumberSettings, StorageConfiguration};
pub use phone_number::{
    CodeVerificationStatus, NameStatus, NumberStatus, PhoneNumber, PlatformType, QualityRating, WebhookConfiguration,
};
pub use template::{QualityScore, Template, TemplateCategory, TemplateStatus};
pub use waba::{BusinessInfo, OwnershipType, ReviewStatus, Waba};
