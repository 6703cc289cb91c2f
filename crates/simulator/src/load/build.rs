//! From rows, scenario and seed to a world.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::{
    Files, Setup,
    countries::Country,
    customers::Row,
    scenario::{CustomerScript, Many, NumberScript, NumberTable, PersonScript, Scenario},
    templates::{self, Templates},
};
use crate::{
    agenda::{Agenda, Event},
    ids::{Id, Seed},
    people::{Answer, Pays, Script},
    phone::E164,
    rules::traffic,
    state::later,
    world::{
        Admin, App, CallbackOverride, CodeVerification, Customer, Funding, Messaging, NameStatus, Number,
        NumberSettings, NumberStatus, Ownership, Platform, Portfolio, Provider, Quality, Review, Scope, Secret,
        Solution, Subscription, Token, TokenKind, Waba, WabaSettings, World, usual_tier,
    },
};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// The setup that a customer file and a scenario describe.
pub(super) fn setup(rows: &[Row], scenario: Scenario, seed: u64, files: Files) -> Setup {
    let start = scenario.start.unwrap_or(DEFAULT_START);
    let mut builder = Builder::new(Seed(seed), start, &scenario);
    for row in rows {
        builder.customer(row, &scenario.customer(row));
    }
    builder.messages(&scenario);
    let faults = scenario.fault.into_iter().map(toml::Spanned::into_inner).collect();
    Setup { world: builder.world, knobs: scenario.knobs, faults, start, seed, files: Some(files) }
}

/// 1 March 2027, 08:00 UTC, a Monday.
const DEFAULT_START: Timestamp = Timestamp::constant(1_803_888_000, 0);

pub(super) struct Builder {
    pub(super) seed: Seed,
    pub(super) start: Timestamp,
    pub(super) world: World,
    solution: Id,
    partner: Id,
    partner_app: Id,
    taken: BTreeSet<E164>,
    templates: Templates,
}

impl Builder {
    /// The provider, the partner and their solution.
    pub(super) fn new(seed: Seed, start: Timestamp, scenario: &Scenario) -> Self {
        let provider = seed.id(&["portfolio", "provider"]);
        let partner = seed.id(&["portfolio", "partner"]);
        let app = seed.id(&["app", "provider"]);
        let partner_app = seed.id(&["app", "partner"]);
        let solution = seed.id(&["solution"]);
        let system_token = format!("EAAS{}", seed.text(&["token", "system"], 120));
        let issued_at = later(start, DAY * -90);
        let script = scenario.provider();
        let token = Token {
            kind: TokenKind::System,
            app,
            portfolio: provider,
            user: seed.id(&["user", "system"]),
            scopes: script.system_token_scopes.iter().copied().collect(),
            wabas: BTreeMap::new(),
            issued_at,
            expires_at: script.system_token_expires_after.map(|after| later(start, after.0)),
            revoked_at: None,
            fetched: true,
        };
        let make_app = |id: Id, name: &str, portfolio: Id, callback_url: Option<String>, advanced_access: bool| App {
            id,
            name: name.to_owned(),
            secret: Secret::new(seed.hex(&["secret", &id.to_string()], 32)),
            portfolio,
            advanced_access,
            callback_url,
            subscribed_fields: None,
        };
        let partner_callback = Some("https://partner.example/webhooks/whatsapp".to_owned());
        let apps = [
            make_app(app, "Example Provider", provider, script.callback_url.clone(), script.advanced_access),
            make_app(partner_app, "Example Partner", partner, partner_callback, true),
        ];
        let portfolios = [("Example Provider", provider), ("Example Partner", partner)].map(|(name, id)| Portfolio {
            id,
            name: name.to_owned(),
            verified: true,
            messaging_limit_tier: usual_tier(),
            tokens_must_expire: false,
            admins: Vec::new(),
        });
        let solution_node = Solution {
            id: solution,
            name: "Example Solution".to_owned(),
            status: "ACTIVE".to_owned(),
            provider_app: app,
            partner_app,
            partner_portfolio: partner,
        };
        let world = World {
            notes: Vec::new(),
            now: None,
            provider: Provider { portfolio: provider, app, system_token: Secret::new(system_token.clone()) },
            customers: Vec::new(),
            apps: apps.into_iter().map(|app| (app.id, app)).collect(),
            portfolios: portfolios.into_iter().map(|portfolio| (portfolio.id, portfolio)).collect(),
            solutions: BTreeMap::from([(solution, solution_node)]),
            wabas: BTreeMap::new(),
            intents: BTreeMap::new(),
            tokens: BTreeMap::from([(Secret::new(system_token), token)]),
            people: BTreeMap::new(),
            register_attempts: BTreeMap::new(),
            register_blocked_until: BTreeMap::new(),
            messaging: Messaging::default(),
            deregister_attempts: BTreeMap::new(),
            deregister_blocked_until: BTreeMap::new(),
            template_history: Default::default(),
            uploads: BTreeMap::new(),
            flows: BTreeMap::new(),
            agenda: Agenda::default(),
            outbox: Default::default(),
            index: Default::default(),
        };
        Self {
            seed,
            start,
            world,
            solution,
            partner,
            partner_app,
            taken: given_numbers(scenario),
            templates: Templates::default(),
        }
    }

    /// The Solution Partner's portfolio.
    pub(super) fn partner(&self) -> Id {
        self.partner
    }

    /// The solution that was drawn.
    pub(super) fn solution(&self) -> Id {
        self.solution
    }

    /// How messages behave, and the traffic of every number that can have some.
    fn messages(&mut self, scenario: &Scenario) {
        self.world.messaging.recipients = scenario.recipients.recipients();
        let Some(traffic) = &scenario.traffic else { return };
        self.world.messaging.traffic = Some(traffic.get_ref().traffic());
        let entries = self.world.wabas.values().flat_map(|waba| &waba.numbers);
        let connected = entries.filter(|entry| entry.status == NumberStatus::Connected);
        let numbers: Vec<E164> = connected.map(|entry| entry.number.clone()).collect();
        for number in numbers {
            traffic::start(&mut self.world, self.seed, self.start, &number);
        }
    }

    fn customer(&mut self, row: &Row, script: &CustomerScript) {
        let waba = row.waba.to_string();
        let portfolio = row.portfolio.unwrap_or_else(|| self.seed.id(&["portfolio", &row.customer]));
        let mut draw = self.seed.draw(&["country", &row.customer]);
        let given = match &script.numbers {
            Some(Many::Given(numbers)) => numbers.first().and_then(|first| Country::of_number(&first.number)),
            Some(Many::Drawn(_)) | None => None,
        };
        let drawn = Country::of(row.time_zone.as_deref(), row.language.as_deref(), &mut draw);
        let Some(country) = given.or(drawn) else { return };
        let name = script.name.clone().unwrap_or_else(|| title(&row.customer));
        let numbers = self.numbers(row.waba, &name, country, script);
        let templates = self.templates.of(self.seed, self.start, row.waba, country, script);
        self.world.messaging.earlier_use.extend(templates::earlier_use(script, &templates, self.start));
        let flows = templates::flows(self.seed, row.waba, &templates);
        if !flows.is_empty() {
            self.world.flows.insert(row.waba, flows);
        }
        self.add_portfolio(portfolio, row, &name, script);
        self.add_token(row.waba, portfolio, script);
        let ownership = script.ownership.unwrap_or(Ownership::ClientOwned);
        let (owner, on_behalf_of) = match ownership {
            Ownership::ClientOwned => (portfolio, None),
            Ownership::OnBehalfOf => (self.partner, Some(portfolio)),
        };
        let review = script.review.unwrap_or(Review::Approved);
        if let Some(after) = script.review_approved_after {
            self.world.agenda.plan(later(self.start, after.0), Event::WabaApproved { waba: row.waba });
        }
        let subscriptions = [self.partner_app, self.world.provider.app].map(|app| Subscription {
            app,
            override_callback_uri: None,
            verify_token: None,
        });
        self.world.wabas.insert(
            row.waba,
            Waba {
                id: row.waba,
                name,
                owner,
                ownership,
                on_behalf_of,
                review,
                currency: country.currency.to_owned(),
                timezone_id: draw.between(1, 140).to_string(),
                message_template_namespace: self.seed.namespace(&waba),
                country: country.code.to_owned(),
                created_at: later(self.start, DAY * -400),
                funding: Funding::CreditLine(self.seed.id(&["credit line", &self.partner.to_string()])),
                solution: Some(self.solution),
                shared_with: BTreeSet::from([self.partner, self.world.provider.portfolio]),
                subscriptions: subscriptions.to_vec(),
                numbers,
                templates,
                made_by_intent: None,
                template_limit: script.template_limit,
                settings: settings_of(script),
                assigned_users: BTreeMap::new(),
            },
        );
        self.add_person(row.waba, &script.person);
        self.world.customers.push(Customer { customer: row.customer.clone(), waba: row.waba, portfolio });
    }

    /// Two admins, so that mails go to more than one person.
    pub(super) fn add_portfolio(&mut self, id: Id, row: &Row, name: &str, script: &CustomerScript) {
        let admins = script.admins.clone().unwrap_or_else(|| {
            let house = slug(name);
            let contact = row.email.clone().unwrap_or_else(|| format!("office@{house}.example"));
            vec![contact, format!("owner@{house}.example")]
        });
        let verified =
            script.business_verified.unwrap_or_else(|| self.seed.draw(&["verified", &id.to_string()]).chance(0.7));
        let admins = admins.into_iter().map(|email| Admin { email }).collect();
        let messaging_limit_tier = script.messaging_limit.clone().unwrap_or_else(usual_tier);
        let tokens_must_expire = script.tokens_must_expire;
        let name = name.to_owned();
        let portfolio = Portfolio { id, name, verified, messaging_limit_tier, tokens_must_expire, admins };
        self.world.portfolios.entry(id).or_insert(portfolio);
    }

    /// The business token of the onboarding into the solution: one per portfolio, for all of its WABAs.
    pub(super) fn add_token(&mut self, waba: Id, portfolio: Id, script: &CustomerScript) {
        let value = format!("EAAS{}", self.seed.text(&["token", &portfolio.to_string()], 120));
        let issued_at = later(self.start, DAY * -300);
        let token = self.world.tokens.entry(Secret::new(value)).or_insert(Token {
            kind: TokenKind::Business,
            app: self.world.provider.app,
            portfolio,
            user: self.seed.id(&["user", &portfolio.to_string()]),
            scopes: Scope::ALL.into(),
            wabas: BTreeMap::new(),
            issued_at,
            expires_at: None,
            revoked_at: None,
            fetched: false,
        });
        token.wabas.insert(waba, issued_at);
        if let Some(scopes) = &script.token_scopes {
            token.scopes = scopes.iter().copied().collect();
        }
        if let Some(after) = script.token_expires_after {
            token.expires_at = Some(later(self.start, after.0));
        }
    }

    pub(super) fn add_person(&mut self, waba: Id, script: &PersonScript) {
        let mut draw = self.seed.draw(&["person", &waba.to_string()]);
        let minutes = i64::try_from(draw.between(30, 2 * 24 * 60)).unwrap_or(60);
        if let Some(after) = script.turns_off_two_step_after {
            self.world.agenda.plan(later(self.start, after.0), Event::PersonTurnsOffTwoStep { waba });
        }
        let person = Script {
            answer: script.answer.unwrap_or(Answer::Accept),
            answer_after: script.answers_after.map_or_else(|| SignedDuration::from_mins(minutes), |after| after.0),
            pays: script.pays.map_or(Pays::After(SignedDuration::ZERO), |pays| pays.0),
            removes_partner_after: script.removes_partner_after.map(|after| after.0),
        };
        self.world.people.insert(waba, person);
    }

    fn numbers(&mut self, waba: Id, name: &str, country: &Country, script: &CustomerScript) -> Vec<Number> {
        let mut draw = self.seed.draw(&["numbers", &waba.to_string()]);
        let drawn = usize::try_from(draw.between(1, 3)).unwrap_or(1);
        let given: Vec<NumberScript> = match &script.numbers {
            Some(Many::Given(numbers)) => numbers.clone(),
            Some(Many::Drawn(count)) => self.draw_numbers(waba, country, *count),
            None => self.draw_numbers(waba, country, drawn),
        };
        let place = |index: usize| DAY * -(200 + i32::try_from(index).unwrap_or(0));
        given
            .into_iter()
            .enumerate()
            .map(|(index, NumberScript { number, special })| {
                let special = special.or(script.each_number.clone());
                self.number(waba, name, script, number, special, place(index))
            })
            .collect()
    }

    /// A callback of the provider's app for one number.
    fn own_callback(&self, uri: String) -> (Id, CallbackOverride) {
        let verify_token = Secret::new(self.seed.text(&["verify token", &uri], 20));
        (self.world.provider.app, CallbackOverride { uri, verify_token })
    }

    /// Numbers that nobody else has.
    fn draw_numbers(&mut self, waba: Id, country: &Country, count: usize) -> Vec<NumberScript> {
        const TRIES: usize = 1000;
        let mut draw = self.seed.draw(&["lines", &waba.to_string()]);
        let mut numbers = Vec::new();
        for _ in 0..count {
            let free = (0..TRIES).filter_map(|_| country.number(&mut draw)).find(|number| !self.taken.contains(number));
            if let Some(number) = free {
                self.taken.insert(number.clone());
                numbers.push(NumberScript { number, special: NumberTable::default() });
            }
        }
        numbers
    }

    fn number(
        &mut self,
        waba: Id,
        name: &str,
        script: &CustomerScript,
        number: E164,
        special: NumberTable,
        age: SignedDuration,
    ) -> Number {
        if let Some(after) = special.name_approved_after {
            let event = Event::NameApproved { waba, number: number.clone() };
            self.world.agenda.plan(later(self.start, after.0), event);
        }
        let status = special.status.unwrap_or(NumberStatus::Connected);
        let (platform, onboarded) = match status {
            NumberStatus::Connected => (Platform::CloudApi, Some(later(self.start, age))),
            NumberStatus::Pending
            | NumberStatus::Disconnected
            | NumberStatus::Migrated
            | NumberStatus::Deleted
            | NumberStatus::Banned
            | NumberStatus::Restricted
            | NumberStatus::RateLimited
            | NumberStatus::Flagged
            | NumberStatus::Unverified
            | NumberStatus::Unknown => (Platform::NotApplicable, None),
        };
        Number {
            id: self.seed.id(&["phone", &waba.to_string(), number.as_str()]),
            number,
            verified_name: special.verified_name.unwrap_or_else(|| name.to_owned()),
            status,
            name_status: special.name_status.unwrap_or(NameStatus::Approved),
            new_name: special.new_name,
            code_verification: CodeVerification::Verified,
            platform: special.platform.unwrap_or(platform),
            two_step: special.two_step.or(script.two_step).unwrap_or(script.person.turns_off_two_step_after.is_some()),
            pin: None,
            is_on_biz_app: special.is_on_biz_app.unwrap_or(false),
            quality: special.quality.unwrap_or(Quality::Green),
            messaging_limit_tier: script.messaging_limit.clone().unwrap_or_else(usual_tier),
            storage_region: special.storage_region,
            created_at: later(self.start, age),
            last_onboarded_at: onboarded,
            maintenance_until: special.in_maintenance_for.map(|span| later(self.start, span.0)),
            callback_overrides: special.callback_override.map(|uri| self.own_callback(uri)).into_iter().collect(),
            settings: NumberSettings {
                profile: special.profile.unwrap_or_default(),
                automation: special.automation.unwrap_or_default(),
                calling: special.calling.unwrap_or_default(),
            },
        }
    }
}

/// The switches of its WABA; `insights` has a key of its own.
fn settings_of(script: &CustomerScript) -> WabaSettings {
    let settings = script.settings.clone().unwrap_or_default();
    WabaSettings { is_enabled_for_insights: script.insights.unwrap_or(settings.is_enabled_for_insights), ..settings }
}

/// Numbers that the scenario gives away: nobody may draw them.
fn given_numbers(scenario: &Scenario) -> BTreeSet<E164> {
    scenario.given_numbers().cloned().collect()
}

/// `harbour-bakery` becomes `Harbour Bakery`.
fn title(reference: &str) -> String {
    let words = reference.split(['-', '_', ' ']).filter(|word| !word.is_empty());
    let capitalised = words.map(|word| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    });
    capitalised.collect::<Vec<_>>().join(" ")
}

fn slug(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let slug = words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-");
    if slug.is_empty() { "customer".to_owned() } else { slug }
}
