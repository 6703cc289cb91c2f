//! Copies what can be read of a source account, for a world in which its migration is rehearsed. It only reads, asks for no
//! message and no secret, and takes the calls that polls may take: a cutover never waits for it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use unmoor_graph_api::calls::{CopiedList, CopiedNode, CopyList, CopyNode};
use unmoor_graph_api::nodes::{BusinessProfile, Template};
use unmoor_graph_api::{BusinessToken, CallError, Fields, PagedCall, PhoneNumberId, Verdict, WalkError};
use unmoor_migration::WabaId;
use unmoor_migration::observed::TokenKind;
use unmoor_migration::retry::after;
use unmoor_store::StoreError;

use crate::business_token::{self, BusinessTokenError};
use crate::engine::Engine;
use crate::portions;
use crate::throttle::{Refusal, Work, WorkKind};
use crate::vault::VaultError;

const ACCOUNT_FIELDS: &[&str] = &[
    "id",
    "name",
    "currency",
    "timezone_id",
    "message_template_namespace",
    "country",
    "creation_time",
    "account_review_status",
    "business_verification_status",
    "ownership_type",
    "owner_business_info",
    "on_behalf_of_business_info",
    "primary_funding_id",
    "health_status",
    "whatsapp_business_manager_messaging_limit",
    "is_enabled_for_insights",
    "disable_marketing_messages_on_cloud_api",
    "template_auto_archival_enabled",
];

const NUMBER_FIELDS: &[&str] = &[
    "id",
    "display_phone_number",
    "verified_name",
    "status",
    "name_status",
    "new_name_status",
    "new_display_name",
    "code_verification_status",
    "platform_type",
    "is_pin_enabled",
    "is_on_biz_app",
    "quality_rating",
    "messaging_limit_tier",
    "last_onboarded_time",
    "webhook_configuration",
    "conversational_automation",
];

/// What a migration reads of a template, and what else a world needs.
fn template_fields() -> Fields {
    Fields::of(Template::FIELDS).with("cta_url_link_tracking_opted_out")
}

const NUMBER_SETTING_FIELDS: &[&str] = &["calling", "storage_configuration"];
const FLOW_FIELDS: &[&str] = &["id", "name"];
const SOLUTION_FIELDS: &[&str] = &["id", "name", "status", "owner_app"];

/// Few calls count more here than small answers.
const PAGE: u16 = 100;

/// How often a read is made that fails for a while, with a second, doubled each time, between.
const TRIES: u32 = 4;

/// How often a limit is waited for, within one read.
const WAITS: u32 = 48;

/// What Meta shows of one account, as it stands there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccountCopy {
    /// When its reading began.
    pub read_at: Timestamp,
    /// The node.
    pub account: Value,
    /// The numbers, newest first.
    pub numbers: Vec<Value>,
    /// The settings of numbers, by their id.
    pub number_settings: BTreeMap<String, Value>,
    /// Their business profiles, by the same.
    pub number_profiles: BTreeMap<String, Value>,
    /// The templates, newest first.
    pub templates: Vec<Value>,
    /// How many templates it may hold.
    pub template_limit: Option<u64>,
    /// The apps that get its webhooks.
    pub subscribed_apps: Vec<Value>,
    /// Its Flows.
    pub flows: Vec<Value>,
    /// The solutions that it is in.
    pub solutions: Vec<Value>,
    /// What Meta refused to show, in words. What an account cannot be without is an error instead.
    pub not_shown: Vec<String>,
}

/// Why an account could not be copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// There is no token for it that a call can be made with.
    #[error("{0}; add it to the file that UNMOOR_TOKENS names")]
    Token(BusinessTokenError),
    /// The vault failed.
    #[error(transparent)]
    Vault(VaultError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Meta refused, or did not answer.
    #[error(transparent)]
    Call(CallError),
    /// A list had no end.
    #[error(transparent)]
    Walk(WalkError),
    /// A limit left no room for so long that somebody should know.
    #[error("the call limit left no room for it: {0}; try again later")]
    NoRoom(String),
    /// An id that cannot stand in a path.
    #[error("Meta names {0}, which is no id")]
    Id(String),
}

impl From<BusinessTokenError> for CopyError {
    fn from(error: BusinessTokenError) -> Self {
        match error {
            BusinessTokenError::Vault(error) => Self::Vault(error),
            BusinessTokenError::Missing { .. } | BusinessTokenError::Unusable { .. } => Self::Token(error),
        }
    }
}

/// Copies the source account `waba`.
///
/// # Errors
/// [`CopyError`] when the account itself, its numbers or its templates cannot be read. Anything else that Meta refuses to show
/// is noted in the copy.
pub async fn account(engine: &Engine, waba: &WabaId) -> Result<AccountCopy, CopyError> {
    let token = business_token::open(&engine.vault, waba, TokenKind::SourceBusiness).await?;
    let id = unmoor_graph_api::WabaId::parse(waba.as_str()).map_err(|_| CopyError::Id(waba.to_string()))?;
    let mut reader = Reader { engine, waba, id, token, not_shown: Vec::new() };
    let copied = reader.read().await;
    engine.graph.throttle().leave(engine.clock.now(), waba, waba);
    copied
}

/// Gives back what calls are still in hand, when no account is left to copy.
///
/// # Errors
/// The database's own.
pub async fn finish(engine: &Engine) -> Result<(), StoreError> {
    portions::give_back(engine).await
}

struct Reader<'a> {
    engine: &'a Engine,
    waba: &'a WabaId,
    id: unmoor_graph_api::WabaId,
    token: BusinessToken,
    not_shown: Vec<String>,
}

impl Reader<'_> {
    async fn read(&mut self) -> Result<AccountCopy, CopyError> {
        let read_at = self.engine.clock.now();
        let account = self.node(CopiedNode::Account(self.id.clone()), Fields::of(ACCOUNT_FIELDS)).await?;
        let numbers = self.list(CopiedList::Numbers, Fields::of(NUMBER_FIELDS), Some(PAGE)).await?;
        let templates = self.list(CopiedList::Templates, template_fields(), Some(PAGE)).await?;
        let limit = self.node(CopiedNode::TemplateLimit(self.id.clone()), Fields::of(&["id"])).await;
        let limit = self.or_note("the limit of templates", limit)?;
        let apps = self.list(CopiedList::SubscribedApps, Fields::default_of_node(), None).await;
        let flows = self.list(CopiedList::Flows, Fields::of(FLOW_FIELDS), Some(PAGE)).await;
        let solutions = self.list(CopiedList::Solutions, Fields::of(SOLUTION_FIELDS), None).await;
        let settings = |phone| (CopiedNode::NumberSettings(phone), NUMBER_SETTING_FIELDS);
        let number_settings = self.of_numbers(&numbers, "the settings of its numbers", settings).await?;
        let profile = |phone| (CopiedNode::BusinessProfile(phone), BusinessProfile::FIELDS);
        let number_profiles = self.of_numbers(&numbers, "the profiles of its numbers", profile).await?;
        Ok(AccountCopy {
            read_at,
            account,
            number_settings,
            number_profiles,
            numbers,
            templates,
            template_limit: limit.and_then(|body| body.pointer("/summary/message_template_limit")?.as_u64()),
            subscribed_apps: self.or_note("the subscribed apps", apps)?.unwrap_or_default(),
            flows: self.or_note("the Flows", flows)?.unwrap_or_default(),
            solutions: self.or_note("the solutions", solutions)?.unwrap_or_default(),
            not_shown: std::mem::take(&mut self.not_shown),
        })
    }

    /// A node that every number has, by the number's id.
    async fn of_numbers(
        &mut self,
        numbers: &[Value],
        what: &str,
        node: impl Fn(PhoneNumberId) -> (CopiedNode, &'static [&'static str]),
    ) -> Result<BTreeMap<String, Value>, CopyError> {
        let mut copied = BTreeMap::new();
        for id in numbers.iter().filter_map(|number| number.get("id")?.as_str()) {
            let phone = PhoneNumberId::parse(id).map_err(|_| CopyError::Id(id.to_owned()))?;
            let (node, fields) = node(phone);
            let read = self.node(node, Fields::of(fields)).await;
            // What is refused for one number is refused for all.
            let Some(read) = self.or_note(what, read)? else { break };
            copied.insert(id.to_owned(), read);
        }
        Ok(copied)
    }

    /// What Meta refuses to show is noted; whatever else goes wrong is an error.
    fn or_note<T>(&mut self, what: &str, read: Result<T, CopyError>) -> Result<Option<T>, CopyError> {
        match read {
            Ok(read) => Ok(Some(read)),
            Err(CopyError::Call(error)) if error.graph().is_some() => {
                // Without the trace, so that the same is the same for every account.
                let words = error.graph().map(|refused| format!("{} (code {})", refused.message, refused.code));
                self.not_shown.push(format!("{what}: {}", words.unwrap_or_default()));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    async fn node(&mut self, node: CopiedNode, fields: Fields) -> Result<Value, CopyError> {
        let mut call = CopyNode { token: self.token.clone(), node, fields };
        let mut patience = Patience::default();
        loop {
            self.room().await?;
            match self.engine.graph.send(Some(self.waba), &call).await {
                Ok(reply) => return Ok(reply.answer),
                Err(error) => match self.without_refused(&call.fields, &error) {
                    Some(fewer) => call.fields = fewer,
                    None => self.bear(&mut patience, error).await.map_err(CopyError::Call)?,
                },
            }
        }
    }

    async fn list(&mut self, list: CopiedList, fields: Fields, limit: Option<u16>) -> Result<Vec<Value>, CopyError> {
        let (token, waba_id) = (self.token.clone(), self.id.clone());
        let mut call = CopyList { token, waba_id, list, fields, limit, after: None };
        let mut patience = Patience::default();
        loop {
            self.room().await?;
            match self.engine.graph.walk(self.waba, &call.at(None)).await {
                Ok(walk) => return Ok(walk.items),
                Err(WalkError::Call(error)) => match self.without_refused(&call.fields, &error) {
                    Some(fewer) => call.fields = fewer,
                    None => self.bear(&mut patience, error).await.map_err(CopyError::Call)?,
                },
                Err(error) => return Err(CopyError::Walk(error)),
            }
        }
    }

    /// A field that Meta does not show with this token is left out, so that the others can be read.
    fn without_refused(&mut self, fields: &Fields, error: &CallError) -> Option<Fields> {
        let refused = error.graph()?.refused_field()?;
        if !fields.contains(refused) {
            return None;
        }
        self.not_shown.push(format!("the field {refused}"));
        Some(fields.without(refused))
    }

    /// Waits out what passes by itself; gives the error back otherwise.
    async fn bear(&self, patience: &mut Patience, error: CallError) -> Result<(), CallError> {
        let verdict = error.graph().map(unmoor_graph_api::GraphError::verdict);
        let pause = match verdict {
            // The lane knows until when: the next look for room waits for it.
            Some(Verdict::Wait { .. }) if patience.waits < WAITS => {
                patience.waits += 1;
                return Ok(());
            }
            Some(Verdict::Retry { .. }) | None if patience.failures + 1 < TRIES => {
                patience.failures += 1;
                SignedDuration::from_secs(1 << patience.failures.min(6).saturating_sub(1))
            }
            Some(_) | None => return Err(error),
        };
        self.sleep(pause).await;
        Ok(())
    }

    async fn sleep(&self, pause: SignedDuration) {
        let clock = &self.engine.clock;
        clock.sleep_until(after(clock.now(), pause), self.waba.as_str()).await;
    }

    /// Reserves the next call, and waits until there is room for it.
    async fn room(&self) -> Result<(), CopyError> {
        let engine = self.engine;
        let work = Work {
            migration: self.waba.clone(),
            waba: self.waba.clone(),
            has_registered_number: true,
            kind: WorkKind::Poll,
            calls: 1,
            ahead: 0,
        };
        let mut refused = String::new();
        for _ in 0..WAITS {
            let now = engine.clock.now();
            let reserved = engine.graph.throttle().reserve(now, &work);
            let refusal = match reserved {
                Ok(_made_now) => return Ok(()),
                Err(refusal) => refusal,
            };
            refused = refusal.to_string();
            match refusal {
                Refusal::NotInHand { calls } => portions::take(engine, calls).await?,
                Refusal::NotBefore { until, .. } => engine.clock.sleep_until(until, self.waba.as_str()).await,
                Refusal::MovesFull { .. } | Refusal::TooLarge { .. } => break,
            }
        }
        Err(CopyError::NoRoom(refused))
    }
}

#[derive(Default)]
struct Patience {
    failures: u32,
    waits: u32,
}
