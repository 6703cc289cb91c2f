//! Fleets for tests: a customer file, its scenario, knobs and faults.

use std::path::PathBuf;

use jiff::SignedDuration;
use unmoor_cli::rehearsal::{Keep, Plan};
use unmoor_migration::{Customer, Policy, PortfolioId, TwoStepBy, WabaId};
use unmoor_simulator::{Fault, Knobs, load};

/// The first source WABA; each customer's has the next number.
const FIRST_WABA: u64 = 310_200_000_000_101;
/// The first portfolio.
const FIRST_PORTFOLIO: u64 = 220_200_000_000_101;

/// A number that has everything set, as the scenario says it.
pub const FURNISHED: &str = "profile = { about = \"Fresh bread\", email = \"hello@anchor.example\", \
    websites = [\"https://anchor.example/\"], picture = true }, \
    automation = { enable_welcome_message = true, prompts = [\"Where is my order?\"], \
    commands = [{ command_name = \"hours\", command_description = \"Opening hours\" }] }, \
    calling = { status = \"ENABLED\", call_icon_visibility = \"DEFAULT\" }, \
    callback_override = \"https://provider.example/number\"";

/// The same of its account.
pub const FURNISHED_ACCOUNT: &str = "settings = { is_enabled_for_insights = true, \
    disable_marketing_messages_on_cloud_api = true, template_auto_archival_enabled = true }";

/// One customer: by default with two templates, two-step verification off, and a person who accepts after ten minutes and
/// adds a payment method on the way.
#[derive(Debug, Clone)]
pub struct Member {
    reference: String,
    world: Vec<String>,
    person: Vec<String>,
    callback_url: Option<String>,
    storage_region: Option<String>,
}

impl Member {
    /// A customer with these numbers (E.164).
    #[must_use]
    pub fn new(reference: &str, numbers: &[&str]) -> Self {
        Self::bare(reference).world(&format!("numbers = {numbers:?}"))
    }

    /// A customer whose numbers are drawn from the seed, unless [`Member::world`] says more.
    #[must_use]
    pub fn bare(reference: &str) -> Self {
        Self {
            reference: reference.to_owned(),
            world: Vec::new(),
            person: Vec::new(),
            callback_url: None,
            storage_region: None,
        }
    }

    /// A line of the customer's table in the scenario.
    #[must_use]
    pub fn world(mut self, line: &str) -> Self {
        self.world.push(line.to_owned());
        self
    }

    /// A line about its person.
    #[must_use]
    pub fn person(mut self, line: &str) -> Self {
        self.person.push(line.to_owned());
        self
    }

    /// Its webhooks go to an address of their own (guide 6).
    #[must_use]
    pub fn callback(mut self, url: &str) -> Self {
        self.callback_url = Some(url.to_owned());
        self
    }

    /// A storage region is wanted.
    #[must_use]
    pub fn storage_region(mut self, region: &str) -> Self {
        self.storage_region = Some(region.to_owned());
        self
    }

    fn scenario(&self) -> String {
        let says = |lines: &[String], key: &str| lines.iter().any(|line| line.starts_with(key));
        let mut text = format!("[customers.{}]\n{}\n", self.reference, self.world.join("\n"));
        if !says(&self.world, "templates") {
            text.push_str(
                "templates = [\n\
                 { name = \"order_shipped\", language = \"de\", status = \"APPROVED\", quality = \"GREEN\" },\n\
                 { name = \"winter_sale\", language = \"de\", status = \"APPROVED\", quality = \"RED\" },\n]\n",
            );
        }
        text.push_str(&format!("[customers.{}.person]\n{}\n", self.reference, self.person.join("\n")));
        if !says(&self.person, "answers_after") {
            text.push_str("answers_after = \"10 min\"\n");
        }
        if !says(&self.person, "pays") {
            text.push_str("pays = \"with acceptance\"\n");
        }
        text
    }
}

/// Customers and what surrounds them.
#[derive(Debug, Clone)]
pub struct Fleet {
    pub(crate) customers: Vec<Customer>,
    scenario: String,
    knobs: Knobs,
    faults: Vec<Fault>,
    /// The operators' policy.
    pub policy: Policy,
    /// Seed of everything that is drawn.
    pub seed: u64,
    /// Where the database is kept.
    pub keep: Keep,
}

impl Fleet {
    /// These customers, with every knob at its default and no fault.
    #[must_use]
    pub fn of(members: &[Member]) -> Self {
        let scenario = members.iter().map(Member::scenario).collect::<Vec<_>>().join("\n");
        let customers = (0_u64..).zip(members).map(|(place, member)| Customer {
            portfolio: Some(PortfolioId::new(&(FIRST_PORTFOLIO + place).to_string()).unwrap()),
            callback_url: member.callback_url.clone(),
            storage_region: member.storage_region.clone(),
            ..Customer::new(&member.reference, WabaId::new(&(FIRST_WABA + place).to_string()).unwrap())
        });
        Self {
            customers: customers.collect(),
            scenario: format!("start = \"2027-03-01T08:00:00Z\"\n{scenario}"),
            knobs: Knobs::default(),
            faults: Vec::new(),
            policy: Policy::default(),
            seed: 1,
            keep: Keep::Nowhere,
        }
    }

    /// One customer with one number: the shortest way through the guide.
    #[must_use]
    pub fn one() -> Self {
        Self::of(&[Member::new("amber-anchor", &["+493023125017"])])
    }

    /// One customer with three numbers.
    #[must_use]
    pub fn three_numbers() -> Self {
        Self::of(&[Member::new("copper-candle", &["+12125550110", "+12125550111", "+12125550112"])])
    }

    /// A customer file and its scenario, as people give them.
    #[must_use]
    pub fn from_files(customers: &str, scenario: &str, seed: u64) -> Self {
        let setup = load::load(customers, scenario, seed).unwrap();
        let header: Vec<&str> = customers.lines().next().unwrap_or_default().split(',').collect();
        let place = |name: &str| header.iter().position(|column| *column == name);
        let rows = customers.lines().skip(1).map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let cell = |name: &str| place(name).and_then(|at| cells.get(at)).filter(|cell| !cell.is_empty());
            let text = |name: &str| cell(name).map(|cell| (*cell).to_owned());
            Customer {
                reference: text("customer").unwrap(),
                source_waba: WabaId::new(cell("source_waba_id").unwrap()).unwrap(),
                portfolio: cell("business_portfolio_id").map(|id| PortfolioId::new(id).unwrap()),
                contact_email: text("contact_email"),
                language: text("language"),
                time_zone: text("time_zone"),
                wave: text("wave"),
                two_step_by: match cell("two_step_by") {
                    Some(&"us") => TwoStepBy::Us,
                    _ => TwoStepBy::Customer,
                },
                callback_url: text("callback_url"),
                storage_region: text("storage_region"),
            }
        });
        Self {
            customers: rows.collect(),
            scenario: scenario.to_owned(),
            knobs: setup.knobs,
            faults: setup.faults,
            policy: Policy::default(),
            seed,
            keep: Keep::Nowhere,
        }
    }

    /// A generated fleet.
    #[must_use]
    pub fn generated(count: usize, seed: u64) -> Self {
        let generated = load::generate(count, seed);
        Self::from_files(&generated.customers, &generated.scenario, seed)
    }

    /// Sets knobs.
    #[must_use]
    pub fn knobs(mut self, set: impl FnOnce(&mut Knobs)) -> Self {
        set(&mut self.knobs);
        self.knobs.validate().unwrap();
        self
    }

    /// Adds a fault, as the scenario's `[[fault]]` has it, in JSON.
    #[must_use]
    pub fn fault(mut self, fault: &str) -> Self {
        let fault: Fault = serde_json::from_str(fault).unwrap_or_else(|error| panic!("{fault}: {error}"));
        fault.validate().unwrap_or_else(|error| panic!("{fault:?}: {error}"));
        self.faults.push(fault);
        self
    }

    /// The same without its faults: the calm run.
    #[must_use]
    pub fn calm(&self) -> Self {
        Self { faults: Vec::new(), ..self.clone() }
    }

    /// Another seed.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Sets the operators' policy.
    #[must_use]
    pub fn policy(mut self, set: impl FnOnce(&mut Policy)) -> Self {
        set(&mut self.policy);
        self
    }

    /// Adds lines in front of the customers' tables of the scenario, such as `[provider]`.
    #[must_use]
    pub fn provider(mut self, lines: &str) -> Self {
        self.scenario.push_str("\n[provider]\n");
        self.scenario.push_str(lines);
        self
    }

    /// Adds lines that hold for every customer which says nothing else.
    #[must_use]
    pub fn everyone(mut self, lines: &str) -> Self {
        self.scenario.push_str("\n[everyone]\n");
        self.scenario.push_str(lines);
        self
    }

    /// Keeps the database.
    #[must_use]
    pub fn kept_in(self, path: PathBuf) -> Self {
        Self { keep: Keep::File(path), ..self }
    }

    /// Its database is in a new one on a PostgreSQL server of this machine.
    #[must_use]
    pub fn kept_in_postgres(self) -> Self {
        let address = postgres_server::fresh_database().unwrap_or_else(|error| panic!("{error}"));
        Self { keep: Keep::Postgres(address), ..self }
    }

    /// The text of its scenario.
    #[must_use]
    pub fn scenario_text(&self) -> &str {
        &self.scenario
    }

    /// Everything that a rehearsal of it starts from.
    #[must_use]
    pub fn plan(&self) -> Plan {
        let mut text = String::from("customer,source_waba_id,business_portfolio_id\n");
        for customer in &self.customers {
            let portfolio = customer.portfolio.as_ref().map(ToString::to_string).unwrap_or_default();
            text.push_str(&format!("{},{},{portfolio}\n", customer.reference, customer.source_waba));
        }
        let mut setup = load::load(&text, &self.scenario, self.seed).unwrap_or_else(|error| panic!("{error}"));
        setup.knobs = self.knobs.clone();
        setup.faults.clone_from(&self.faults);
        Plan {
            customers: self.customers.clone(),
            setup,
            seed: self.seed,
            horizon: SignedDuration::from_hours(40 * 24),
            policy: self.policy.clone(),
            keep: self.keep.clone(),
        }
    }
}
