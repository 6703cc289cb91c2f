//! What a customer's templates are, which of them the vendor duplicates, and what became of them (guide T1 to T9).
//!
//! One rule per file: [`TemplateKey`] is what a template is called on both sides, [`why_not_duplicated`] is guide T4, a
//! [`TemplateKind`] says what it is made of, a [`SourceTemplate`] is what the state keeps of each, a [`Capacity`] is the room of
//! the destination (guide T5), a [`Forecast`] says what will become of each, [`Losses`] are what a person accepts,
//! [`MissingTemplates`] is what the operators want done about those that are missing, [`TemplateWork`] what came of that, and a
//! [`Standing`] and the [`TemplateBalance`] tell what became of each and of all.

mod balance;
mod capacity;
mod duplication;
mod forecast;
mod key;
mod kind;
mod losses;
mod missing;
mod source_template;
mod standing;
mod work;

pub use balance::TemplateBalance;
pub use capacity::{Capacity, LIMIT_OF_ANY, LIMIT_OF_VERIFIED, Limit, LimitBasis, LimitSigns};
pub use duplication::{Ineligible, is_duplicated, why_not_duplicated};
pub use forecast::{Chore, Forecast, ForecastTotals, Forecasted, Prospect};
pub use key::{InvalidTemplateKey, TemplateKey};
pub use kind::{HeaderFormat, TemplateKind};
pub use losses::{LossAcceptance, Losses};
pub use missing::{Means, MissingTemplates};
pub use source_template::{SourceTemplate, SourceTemplates};
pub use standing::{LeftBehind, Standing};
pub use work::{
    CREATION_WINDOW, CREATIONS_PER_HOUR, Carried, CarriedState, CopiesSeen, FlowsMoved, MOST_TRIES, Samples,
    TemplateWork,
};
