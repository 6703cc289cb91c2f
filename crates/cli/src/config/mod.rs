//! What the operators have laid down: `unmoor.toml`, then the environment, then flags; the later one counts.
//!
//! Secrets come from the environment, or from files of their own that the configuration names; never from flags, and
//! never from `unmoor.toml` itself, which people put into repositories.

mod database;
mod environment;
mod file;
mod keys;
mod secrets;

use std::fmt;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use unmoor_engine::App;
use unmoor_engine::hooks::Hooks;
use unmoor_engine::throttle::Budgets;
use unmoor_graph_api::{AppId, AppSecret, GraphEndpoint, GraphVersion, SystemToken};
use unmoor_migration::Policy;

use crate::args::GlobalArgs;
use crate::exit::Trouble;
use database::Source;

pub(crate) use database::DatabaseAddress;
pub(crate) use environment::{Environment, Variable};
pub(crate) use secrets::is_open_to_others;

/// Where the configuration is looked for when nobody names it.
const DEFAULT_FILE: &str = "unmoor.toml";
/// The database when nobody names one.
const DEFAULT_DATABASE: &str = "unmoor.db";
/// The vault's key where the database is no file that it could lie beside.
const DEFAULT_MASTER_KEY_FILE: &str = "unmoor.key";

/// Everything that is configured.
#[derive(Clone)]
pub(crate) struct Config {
    /// The file that was read.
    pub(crate) file: Option<PathBuf>,
    /// The database.
    pub(crate) database: DatabaseAddress,
    /// Who vouches that the database keeps what it answers, where it does not show it.
    pub(crate) durability_attested_by: Option<String>,
    /// The Graph API's address, where one was named.
    pub(crate) graph_url: Option<String>,
    /// Its version.
    pub(crate) graph_version: GraphVersion,
    /// The app's id.
    pub(crate) app_id: Option<AppId>,
    /// The app's secret.
    pub(crate) app_secret: Option<AppSecret>,
    /// The system token of guide 4 and 5.
    pub(crate) system_token: Option<SystemToken>,
    /// What a callback override is verified with.
    pub(crate) webhook_verify_token: Option<SecretString>,
    /// The key of the vault, where it does not lie in a file.
    pub(crate) master_key: Option<SecretString>,
    /// The file that it lies in otherwise.
    pub(crate) master_key_file: PathBuf,
    /// The file of business tokens.
    pub(crate) tokens: Option<PathBuf>,
    /// How many times faster than real time the engine's clock runs; only against a simulator.
    pub(crate) clock_rate: Option<f64>,
    /// The name under which customers know the Tech Provider.
    pub(crate) provider_name: Option<String>,
    /// Whether `appsecret_proof` goes with every call (observations: `tokens.require_appsecret_proof`).
    pub(crate) always_send_proof: bool,
    /// The operators' own commands, with the words they were configured with, for `doctor`.
    pub(crate) hooks: Hooks,
    /// The programs of the hooks, by name.
    pub(crate) hook_programs: Vec<(&'static str, String)>,
    /// The operators' policy.
    pub(crate) policy: Policy,
    /// The vendor's limits.
    pub(crate) budgets: Budgets,
}

impl Config {
    /// What files, environment and flags say together.
    pub(crate) fn load(global: &GlobalArgs) -> anyhow::Result<Self> {
        Self::from(global, &Environment::of_process(), Path::new("."))
    }

    fn from(global: &GlobalArgs, environment: &Environment, folder: &Path) -> anyhow::Result<Self> {
        let path = match &global.config {
            Some(path) => Some(path.clone()),
            None => Some(folder.join(DEFAULT_FILE)).filter(|path| path.exists()),
        };
        let parsed = path.as_deref().map(file::read).transpose()?.unwrap_or_default();
        let hooks = parsed.hooks.hooks()?;
        let policy = parsed.policy(hooks.before_move.is_some())?;
        let base = path.as_deref().and_then(Path::parent).unwrap_or(folder).to_path_buf();
        let beside = |path: &Path| base.join(path);
        let get = |variable: Variable| environment.get(variable);

        let from_environment = get(Variable::Database).or_else(|| get(Variable::DatabaseUrl));
        let mut database = match (&global.database, from_environment, &parsed.database) {
            (Some(text), ..) => DatabaseAddress::of(text, Source::Open, folder)?,
            (None, Some(text), _) => DatabaseAddress::of(&text, Source::Environment, folder)?,
            (None, None, Some(text)) => DatabaseAddress::of(text, Source::Open, &base)?,
            (None, None, None) => DatabaseAddress::File(folder.join(DEFAULT_DATABASE)),
        };
        if let DatabaseAddress::Postgres(address) = &mut database {
            let authorities = get(Variable::DatabaseAuthorities).map(PathBuf::from);
            address.authorities = authorities.or_else(|| parsed.database_authorities.as_deref().map(beside));
            address.connections = parsed.database_connections.unwrap_or(address.connections);
        }
        let master_key_file = match get(Variable::MasterKeyFile).map(PathBuf::from) {
            Some(named) => named,
            None => match (&parsed.master_key_file, database.file()) {
                (Some(named), _) => beside(named),
                (None, Some(file)) => beside_database(file, "key"),
                (None, None) => folder.join(DEFAULT_MASTER_KEY_FILE),
            },
        };
        let graph_version = match get(Variable::GraphVersion).or(parsed.graph_version) {
            Some(text) => GraphVersion::parse(&text).map_err(bad("UNMOOR_GRAPH_VERSION"))?,
            None => GraphVersion::default(),
        };
        let app_id = get(Variable::AppId).or(parsed.app_id);
        let clock_rate = match get(Variable::ClockRate) {
            Some(text) => Some(text.trim().parse::<f64>().map_err(|_| {
                Trouble::bad_input(format!("UNMOOR_CLOCK_RATE is {text:?}, which is no number"))
                    .hint("give how many times faster than real time the simulator runs, e.g. 1000")
            })?),
            None => parsed.clock_rate,
        };
        let secret = |variable: Variable, file: Option<&PathBuf>| {
            secrets::of(environment, variable, file.map(|file| beside(file)))
        };
        let app_secret = secret(Variable::AppSecret, parsed.app_secret_file.as_ref())?;
        let system_token = secret(Variable::SystemToken, parsed.system_token_file.as_ref())?;
        Ok(Self {
            database,
            durability_attested_by: parsed.database_durability_attested_by.filter(|name| !name.trim().is_empty()),
            master_key_file,
            graph_url: get(Variable::GraphUrl).or(parsed.graph_url),
            graph_version,
            app_id: app_id.map(|text| AppId::parse(text.trim()).map_err(bad("UNMOOR_APP_ID"))).transpose()?,
            app_secret: app_secret.map(|text| AppSecret::new(text).map_err(bad("UNMOOR_APP_SECRET"))).transpose()?,
            system_token: system_token
                .map(|text| SystemToken::new(text).map_err(bad("UNMOOR_SYSTEM_TOKEN")))
                .transpose()?,
            webhook_verify_token: secret(Variable::WebhookVerifyToken, parsed.webhook_verify_token_file.as_ref())?,
            master_key: secret(Variable::MasterKey, None)?,
            tokens: get(Variable::Tokens).map(PathBuf::from).or_else(|| parsed.tokens.as_deref().map(beside)),
            clock_rate,
            provider_name: parsed.provider_name.filter(|name| !name.trim().is_empty()),
            always_send_proof: parsed.always_send_proof,
            hook_programs: parsed.hooks.programs(),
            hooks,
            policy,
            budgets: parsed.limits.budgets()?,
            file: path,
        })
    }

    /// The Graph API that is meant: Meta's, where no other is named.
    pub(crate) fn endpoint(&self) -> anyhow::Result<GraphEndpoint> {
        let url = self.graph_url.as_deref().unwrap_or(GraphEndpoint::META);
        let endpoint = GraphEndpoint::new(url, self.graph_version.clone()).map_err(bad("UNMOOR_GRAPH_URL"))?;
        Ok(match (&self.app_secret, self.always_send_proof) {
            (Some(secret), true) => endpoint.always_send_proof(secret.clone()),
            (Some(_) | None, _) => endpoint,
        })
    }

    /// The app whose calls are made.
    pub(crate) fn app(&self) -> anyhow::Result<App> {
        let missing = |variable: Variable, what: &str| {
            Trouble::bad_input(format!("{} is not set", variable.name()))
                .hint(format!("{what}; `unmoor doctor` checks all settings"))
        };
        Ok(App {
            id: self.app_id.clone().ok_or_else(|| missing(Variable::AppId, "it is the id of your Meta app"))?,
            secret: self.app_secret.clone().ok_or_else(|| {
                missing(Variable::AppSecret, "it stands in the app's dashboard under App settings > Basic")
            })?,
            system_token: self.system_token.clone().ok_or_else(|| {
                missing(Variable::SystemToken, "it is a system user token of your portfolio with business_management")
            })?,
            webhook_verify_token: self.webhook_verify_token.clone(),
        })
    }

    /// The file whose lock says that an engine runs; none where any number may.
    pub(crate) fn lock_file(&self) -> Option<PathBuf> {
        self.database.file().map(|file| beside_database(file, "lock"))
    }
}

/// Beside the file itself, also where the database is named through a link: two names must not be two locks.
fn beside_database(database: &Path, ending: &str) -> PathBuf {
    let database = std::fs::canonicalize(database).unwrap_or_else(|_| database.to_path_buf());
    let mut name = database.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// Wraps an error of a library with the setting that it is about. The value itself is never repeated.
fn bad<E: fmt::Display>(setting: &'static str) -> impl FnOnce(E) -> Trouble {
    move |error| Trouble::bad_input(format!("{setting}: {error}"))
}

#[cfg(test)]
mod tests;
