//! Which sentences a customer gets, in which order.

use unmoor_migration::task::{Payment, Review, Standing, TaskNumber};
use unmoor_migration::{CustomerTasks, Task};

use super::catalogue::{self, Values};
use super::language::Language;
use super::line::{Line, Span};
use super::menus::SENDER;
use super::sentence::Sentence;
use super::{Account, Instructions, Step, TaskPart, Waiting};

/// The whole of it.
pub(super) fn compose(migrations: &[CustomerTasks], language: Language, provider: Option<&str>) -> Instructions {
    let words = Words(language);
    let accounts: Vec<Account> = migrations.iter().map(|migration| words.account(migration)).collect();
    let has_tasks = accounts.iter().any(|account| !account.tasks.is_empty());
    let (mut opening, mut closing) = (Vec::new(), Vec::new());
    if has_tasks {
        opening.push(words.introduction(provider));
        opening.extend([words.say(Sentence::OnlyYou), words.say(Sentence::NoSecrets)]);
        closing.extend([words.say(Sentence::WeSeeIt), words.say(Sentence::Labels)]);
    }
    closing.push(words.say(Sentence::Questions));
    let title = words.say(if has_tasks { Sentence::Title } else { Sentence::TitleNothing });
    Instructions { language, title, opening, accounts, closing }
}

/// The sentences of one language.
struct Words(Language);

impl Words {
    fn say(&self, sentence: Sentence) -> Line {
        self.say_with(sentence, &Values::default())
    }

    fn say_with(&self, sentence: Sentence, values: &Values) -> Line {
        catalogue::line(self.0, sentence, values)
    }

    fn steps<const N: usize>(&self, sentences: [Sentence; N]) -> Vec<Step> {
        sentences.into_iter().map(|sentence| self.step(sentence, None)).collect()
    }

    fn step(&self, sentence: Sentence, detour: Option<Sentence>) -> Step {
        Step { line: self.say(sentence), detour: detour.map(|detour| self.say(detour)) }
    }

    fn introduction(&self, provider: Option<&str>) -> Line {
        match provider {
            Some(name) => {
                let values = Values::default().with("provider", Span::name(name));
                self.say_with(Sentence::IntroductionNamed, &values)
            }
            None => self.say(Sentence::Introduction),
        }
    }

    fn account(&self, migration: &CustomerTasks) -> Account {
        let values = Values::default().with("waba", Span::name(migration.source.as_str()));
        let heading = match &migration.account_name {
            Some(name) => self.say_with(Sentence::Account, &values.with("account", Span::name(name))),
            None => self.say_with(Sentence::AccountUnnamed, &values),
        };
        let nothing = migration.tasks.is_empty().then(|| self.say(nothing(migration.standing)));
        Account {
            heading,
            tasks: migration.tasks.iter().map(|task| self.task(task, migration)).collect(),
            waiting: self.waiting(migration),
            nothing,
        }
    }

    fn task(&self, task: &Task, migration: &CustomerTasks) -> TaskPart {
        match task {
            Task::TurnOffTwoStep { numbers } => self.two_step(numbers),
            Task::AcceptRequest { .. } => self.accept(),
            Task::AddPaymentMethod { payment } => self.payment(*payment, migration),
            Task::ChangeDisplayName { numbers } => self.display_name(numbers),
            Task::DeclineOtherRequest => TaskPart {
                steps: self.steps([Sentence::SettingsOpen, Sentence::RequestsFind, Sentence::DeclinePress]),
                ..self.part(Sentence::Decline, [Sentence::DeclineWhy])
            },
            Task::CompleteReview => TaskPart {
                steps: self.steps([Sentence::SettingsOpen, Sentence::ReviewFinish]),
                ..self.part(Sentence::Review, [Sentence::ReviewWhy])
            },
            Task::AppealReview => TaskPart {
                reasons: vec![self.say_with(Sentence::AppealWhy, &new_account(migration))],
                steps: self.steps([Sentence::SettingsOpen, Sentence::AppealPress]),
                ..self.part(Sentence::Appeal, [])
            },
            Task::UndoOtherPortfolio => TaskPart {
                steps: self.steps([Sentence::PortfolioWrite, Sentence::PortfolioWait]),
                ..self.part(Sentence::Portfolio, [Sentence::PortfolioWhy])
            },
        }
    }

    fn part<const N: usize>(&self, heading: Sentence, reasons: [Sentence; N]) -> TaskPart {
        TaskPart {
            heading: self.say(heading),
            reasons: reasons.into_iter().map(|reason| self.say(reason)).collect(),
            numbers: None,
            steps: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Guide 1.3 to 1.7.
    fn two_step(&self, numbers: &[TaskNumber]) -> TaskPart {
        TaskPart {
            heading: self.say_with(Sentence::TwoStep, &Values::count(numbers.len())),
            reasons: vec![self.say(Sentence::TwoStepWhy)],
            numbers: Some((self.say(Sentence::TwoStepNumbers), self.numbers(numbers))),
            steps: vec![
                self.step(Sentence::TwoStepOpen, None),
                self.step(Sentence::TwoStepFind, Some(Sentence::TwoStepDetour)),
                self.step(Sentence::TwoStepTab, None),
                self.step(Sentence::TwoStepPress, None),
            ],
            notes: if numbers.len() > 1 { vec![self.say(Sentence::TwoStepEach)] } else { Vec::new() },
        }
    }

    /// Guide 3.4 to 3.7.
    fn accept(&self) -> TaskPart {
        let sender = Values::default().with("sender", Span::Verbatim(SENDER.to_owned()));
        TaskPart {
            steps: self.steps([Sentence::SettingsOpen, Sentence::RequestsFind, Sentence::AcceptPress]),
            notes: vec![self.say(Sentence::AcceptPortfolio), self.say_with(Sentence::AcceptMail, &sender)],
            ..self.part(Sentence::Accept, [Sentence::AcceptWhy])
        }
    }

    /// Guide 3.2 and 3.3. The guide names no menu for it, so none is named here.
    fn payment(&self, payment: Payment, migration: &CustomerTasks) -> TaskPart {
        let (heading, reason, step) = match payment {
            Payment::AfterAcceptance => (Sentence::Payment, Sentence::PaymentAfterAcceptance, Sentence::PaymentAdd),
            Payment::Missing => (Sentence::Payment, Sentence::PaymentMissing, Sentence::PaymentAdd),
            Payment::Unseen => (Sentence::Payment, Sentence::PaymentUnseen, Sentence::PaymentAdd),
            Payment::Refused => (Sentence::PaymentRefused, Sentence::PaymentRefusedWhy, Sentence::PaymentCorrect),
        };
        TaskPart {
            reasons: vec![self.say_with(reason, &new_account(migration)), self.say(Sentence::PaymentNeeded)],
            steps: self.steps([Sentence::SettingsOpen, step]),
            ..self.part(heading, [])
        }
    }

    fn display_name(&self, numbers: &[TaskNumber]) -> TaskPart {
        TaskPart {
            heading: self.say_with(Sentence::Name, &Values::count(numbers.len())),
            reasons: Vec::new(),
            numbers: Some((self.say(Sentence::NameWhy), self.numbers(numbers))),
            steps: vec![
                self.step(Sentence::TwoStepOpen, None),
                self.step(Sentence::TwoStepFind, Some(Sentence::TwoStepDetour)),
                self.step(Sentence::NameChange, None),
            ],
            notes: Vec::new(),
        }
    }

    fn numbers(&self, numbers: &[TaskNumber]) -> Vec<Line> {
        let shown = |number: &TaskNumber| {
            let values = Values::default().with("number", Span::name(&number.shown));
            match &number.display_name {
                Some(name) => self.say_with(Sentence::NumberNamed, &values.with("name", Span::name(name))),
                None => self.say_with(Sentence::Number, &values),
            }
        };
        numbers.iter().map(shown).collect()
    }

    fn waiting(&self, migration: &CustomerTasks) -> Option<Waiting> {
        if migration.reviews.is_empty() {
            return None;
        }
        let mut waiting = Waiting { heading: self.say(Sentence::Waiting), lines: Vec::new(), numbers: None };
        for review in &migration.reviews {
            match review {
                Review::DisplayName { numbers } => {
                    waiting.numbers = Some((self.say(Sentence::WaitingNames), self.numbers(numbers)));
                }
                Review::NewAccount => {
                    waiting.lines.push(self.say_with(Sentence::WaitingAccount, &new_account(migration)));
                }
            }
        }
        waiting.lines.push(self.say(Sentence::WaitingEnd));
        Some(waiting)
    }
}

fn nothing(standing: Standing) -> Sentence {
    match standing {
        Standing::Preparing => Sentence::NothingPreparing,
        Standing::Asked => Sentence::NothingAsked,
        Standing::Accepted => Sentence::NothingAccepted,
        Standing::Moved => Sentence::NothingMoved,
        Standing::Rejected => Sentence::NothingRejected,
        Standing::Cancelled => Sentence::NothingCancelled,
    }
}

/// The new account's id, for the sentences about it.
fn new_account(migration: &CustomerTasks) -> Values {
    let id = migration.destination.as_ref().map(unmoor_migration::WabaId::as_str).unwrap_or_default();
    Values::default().with("waba", Span::Verbatim(id.to_owned()))
}
