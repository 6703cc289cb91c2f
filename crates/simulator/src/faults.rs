//! Scripted faults: what to match, and what to do to it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    ids::{Id, Seed},
    people,
    state::later,
};

/// A fault, as `POST /_sim/faults` and the scenario's `[[fault]]` give it. The first that fires decides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Which requests.
    #[serde(rename = "match", default)]
    pub matches: Match,
    /// Share of the matching requests that it fires on (0.0 to 1.0), drawn from the seed.
    #[serde(default = "always")]
    pub probability: f64,
    /// How often it fires at most; without it, as often as it matches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// For so many seconds from the first time that it fired; it is over then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lasts_s: Option<u32>,
    /// What it does.
    pub action: Action,
}

fn always() -> f64 {
    1.0
}

/// Which requests. What is left out matches all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Match {
    /// The method, for example `POST`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The path, with or without its version; `*` stands for anything, for example `/*/register`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The WABA: the one in the path, that of a phone number or intent in it, or the source it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waba: Option<Id>,
    /// Only the so manyth match, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nth: Option<u32>,
}

/// What a fault does. Of `graph_error`, `http_status` and `drop` there is at most one; the others go with any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Action {
    /// Milliseconds that the call takes instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_ms: Option<u32>,
    /// An error in Meta's envelope, without effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub graph_error: Option<ScriptedError>,
    /// A bare HTTP status with a page that is no JSON, without effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// The connection closes without an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drop: Option<Drop>,
    /// With `drop = "later"`: seconds until the effect lands (20 unless told). With `person`: seconds until they do it (at
    /// once unless told).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub later_s: Option<u32>,
    /// Just before the call is looked at, somebody at the customer's does this; the call meets a world that has changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<people::Action>,
    /// So many calls of others, at most a million, count against the hourly limit of the WABA, just before this one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_calls: Option<u32>,
    /// So many tries of others to register the number that is called, just before this one: ten use up 72 hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_registers: Option<u32>,
}

/// When the connection drops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Drop {
    /// Before any effect; there will be none.
    Before,
    /// After the effect.
    After,
    /// Now, and the effect comes later.
    Later,
}

/// An error as a script gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptedError {
    /// `error.code`.
    pub code: i64,
    /// `error.error_subcode`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subcode: Option<i64>,
    /// `error.message`; Meta's own for a code that is documented.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// `error.error_data.details`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
    /// `error.is_transient`; unless told, the documented one of the code, else false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_transient: Option<bool>,
    /// HTTP status; unless told, the documented one of the code, else 400. 200 is possible, as in reality.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
}

impl ScriptedError {
    /// An error with a code, and otherwise as little as possible.
    pub fn of_code(code: i64) -> Self {
        Self { code, subcode: None, message: None, details: None, is_transient: None, http_status: None }
    }
}

/// Far beyond every limit.
const MOST_OTHER_CALLS: u32 = 1_000_000;

/// A fault that cannot be.
#[derive(Debug, thiserror::Error)]
#[error("fault: {0}")]
pub struct InvalidFault(&'static str);

impl Action {
    /// Whether nothing befalls the request itself.
    fn is_beside(&self) -> bool {
        let Self {
            latency_ms,
            graph_error,
            http_status,
            drop,
            later_s: _,
            person: _,
            other_calls: _,
            other_registers: _,
        } = self;
        latency_ms.is_none() && graph_error.is_none() && http_status.is_none() && drop.is_none()
    }

    /// Whether the call is carried out at once, whatever its caller sees.
    pub(crate) fn lets_through(&self) -> bool {
        let Self {
            latency_ms: _,
            graph_error,
            http_status,
            drop,
            later_s: _,
            person: _,
            other_calls: _,
            other_registers: _,
        } = self;
        graph_error.is_none() && http_status.is_none() && matches!(drop, None | Some(Drop::After))
    }
}

impl Fault {
    /// A fault that befalls every request of this method and path; `*` stands for anything, for example `/*/register`. Say with
    /// one of the others what it does: alone it is no fault yet.
    pub fn on(method: &str, path: &str) -> Self {
        let (method, path) = (Some(method.to_owned()), Some(path.to_owned()));
        let matches = Match { method, path, waba: None, nth: None };
        Self { matches, probability: 1.0, times: None, lasts_s: None, action: Action::default() }
    }

    /// Only where the request is about this WABA, or about the one that came from it.
    pub fn about(mut self, waba: Id) -> Self {
        self.matches.waba = Some(waba);
        self
    }

    /// Only the so manyth request, from 1.
    pub fn nth(mut self, nth: u32) -> Self {
        self.matches.nth = Some(nth);
        self
    }

    /// So often at most.
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// In a share of the requests (0.0 to 1.0), drawn from the seed.
    pub fn in_a_share_of(mut self, probability: f64) -> Self {
        self.probability = probability;
        self
    }

    /// For so many seconds from the first time.
    pub fn lasting_s(mut self, seconds: u32) -> Self {
        self.lasts_s = Some(seconds);
        self
    }

    /// The connection closes without an answer.
    pub fn drops(mut self, when: Drop) -> Self {
        self.action.drop = Some(when);
        self
    }

    /// An error in Meta's envelope, without effect.
    pub fn fails_with(mut self, error: ScriptedError) -> Self {
        self.action.graph_error = Some(error);
        self
    }

    /// A bare HTTP status with a page that is no JSON, without effect.
    pub fn answers_status(mut self, status: u16) -> Self {
        self.action.http_status = Some(status);
        self
    }

    /// The call takes so many milliseconds.
    pub fn takes_ms(mut self, latency_ms: u32) -> Self {
        self.action.latency_ms = Some(latency_ms);
        self
    }

    /// Somebody at the customer's does this just before the call is looked at.
    pub fn lets_a_person(mut self, action: people::Action) -> Self {
        self.action.person = Some(action);
        self
    }

    /// Checks what the types alone do not.
    ///
    /// # Errors
    /// Says what is wrong with the fault.
    pub fn validate(&self) -> Result<(), InvalidFault> {
        let action = &self.action;
        let effects = [action.graph_error.is_some(), action.http_status.is_some(), action.drop.is_some()]
            .into_iter()
            .filter(|set| *set)
            .count();
        if effects > 1 {
            return Err(InvalidFault("`graph_error`, `http_status` and `drop` exclude each other"));
        }
        let others = action.other_calls.is_some() || action.other_registers.is_some();
        let besides = action.latency_ms.is_some() || action.person.is_some() || others;
        if effects == 0 && !besides {
            return Err(InvalidFault(
                "`action` needs one of `latency_ms`, `graph_error`, `http_status`, `drop`, `person`, `other_calls`, `other_registers`",
            ));
        }
        if action.later_s.is_some() && action.drop != Some(Drop::Later) && action.person.is_none() {
            return Err(InvalidFault("`later_s` goes with `drop = \"later\"` or `person` only"));
        }
        if action.other_calls.is_some_and(|calls| calls > MOST_OTHER_CALLS) {
            return Err(InvalidFault("`other_calls` is a number up to 1000000"));
        }
        if !(0.0..=1.0).contains(&self.probability) {
            return Err(InvalidFault("`probability` is a share from 0.0 to 1.0"));
        }
        if self.matches.nth == Some(0) {
            return Err(InvalidFault("`nth` counts from 1"));
        }
        let statuses = [action.http_status, action.graph_error.as_ref().and_then(|error| error.http_status)];
        if statuses.into_iter().flatten().any(|status| !(200..=599).contains(&status)) {
            return Err(InvalidFault("an HTTP status is a number from 200 to 599"));
        }
        Ok(())
    }
}

/// The faults of a simulator, each with what it has done so far.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Faults(Vec<Active>);

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Active {
    fault: Fault,
    matched: u32,
    fired: u32,
    first_fired_at: Option<Timestamp>,
}

/// What befalls a request.
#[derive(Debug, Default)]
pub(crate) struct Fired {
    /// What becomes of the request itself.
    pub(crate) action: Option<Action>,
    /// What happens just before: a person's action, and calls of others.
    pub(crate) beside: Vec<Action>,
}

/// What a request is to the faults.
pub(crate) struct Target<'a> {
    pub(crate) method: &'a str,
    /// The path with its version.
    pub(crate) path: &'a str,
    /// The path behind its version.
    pub(crate) bare_path: &'a str,
    /// The WABA it is about, and its source.
    pub(crate) wabas: [Option<Id>; 2],
    /// When it arrives.
    pub(crate) at: Timestamp,
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.0.push(Active { fault, matched: 0, fired: 0, first_fired_at: None });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = (&Fault, u32)> {
        self.0.iter().map(|active| (&active.fault, active.fired))
    }

    /// The action of the first fault that fires. What others do beside it, whichever fault wants it, happens as well.
    pub(crate) fn fire(&mut self, seed: Seed, target: &Target<'_>) -> Fired {
        let mut fired = Fired::default();
        for (index, active) in self.0.iter_mut().enumerate() {
            if !active.fault.matches.covers(target) {
                continue;
            }
            active.matched = active.matched.saturating_add(1);
            let is_beside = active.fault.action.is_beside();
            if (is_beside || fired.action.is_none()) && active.is_due(seed, index, target.at) {
                active.fired += 1;
                active.first_fired_at.get_or_insert(target.at);
                let action = active.fault.action.clone();
                fired.beside.push(action.clone());
                if !is_beside {
                    fired.action = Some(action);
                }
            }
        }
        fired
    }
}

impl Active {
    fn is_due(&self, seed: Seed, index: usize, at: Timestamp) -> bool {
        let Fault { matches, probability, times, lasts_s, action: _ } = &self.fault;
        if let (Some(lasts_s), Some(first)) = (lasts_s, self.first_fired_at)
            && later(first, SignedDuration::from_secs((*lasts_s).into())) <= at
        {
            return false;
        }
        if times.is_some_and(|times| self.fired >= times) || matches.nth.is_some_and(|nth| self.matched != nth) {
            return false;
        }
        *probability >= 1.0 || seed.draw(&["fault", &index.to_string(), &self.matched.to_string()]).chance(*probability)
    }
}

impl Match {
    fn covers(&self, target: &Target<'_>) -> bool {
        let Self { method, path, waba, nth: _ } = self;
        method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(target.method))
            && path.as_ref().is_none_or(|path| is_like(path, target.path) || is_like(path, target.bare_path))
            && waba.is_none_or(|waba| target.wabas.contains(&Some(waba)))
    }
}

/// Whether `text` is like `pattern`, in which `*` stands for any characters.
fn is_like(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    let mut rest = rest;
    for part in middle {
        match rest.find(part).and_then(|found| rest.get(found + part.len()..)) {
            Some(behind) => rest = behind,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn target(path: &str) -> Target<'_> {
        Target { method: "POST", path, bare_path: path, wabas: [None, None], at: Timestamp::UNIX_EPOCH }
    }

    fn fault(json: &str) -> Fault {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_star_stands_for_anything() {
        assert!(is_like("/*/register", "/123/register"));
        assert!(is_like("*", "/x"));
        assert!(is_like("/a/*/b/*", "/a/1/b/2"));
        assert!(is_like("/exact", "/exact"));
        assert!(!is_like("/*/register", "/123/registered"));
        assert!(!is_like("/exact", "/exact/not"));
        assert!(!is_like("/*/x/*/y", "/1/y"));
    }

    #[test]
    fn nth_and_times_bound_a_fault() {
        let mut faults = Faults::default();
        faults.add(fault(r#"{"match":{"path":"/*/register","nth":2},"action":{"drop":"after"}}"#));
        faults.add(fault(r#"{"match":{"method":"post"},"times":1,"action":{"http_status":502}}"#));
        let mut fire = |path: &str| faults.fire(Seed(1), &target(path)).action;
        assert_eq!(fire("/1/register").unwrap().http_status, Some(502));
        assert_eq!(fire("/1/register").unwrap().drop, Some(Drop::After));
        assert_eq!(fire("/1/register"), None);
    }

    #[test]
    fn what_people_do_beside_hides_no_other_fault() {
        let mut faults = Faults::default();
        faults.add(fault(r#"{"action":{"person":"turn_on_two_step"}}"#));
        faults.add(fault(r#"{"action":{"person":"turn_off_two_step","later_s":60}}"#));
        faults.add(fault(r#"{"action":{"drop":"after"}}"#));
        let fired = faults.fire(Seed(1), &target("/1"));
        assert_eq!(fired.beside.len(), 3);
        assert_eq!(fired.action.unwrap().drop, Some(Drop::After));
    }

    #[test]
    fn a_fault_may_be_over_after_a_while() {
        let mut faults = Faults::default();
        faults.add(fault(r#"{"lasts_s":60,"action":{"http_status":503}}"#));
        let mut fires_at = |second| {
            let at = Timestamp::from_second(second).unwrap();
            faults.fire(Seed(1), &Target { at, ..target("/1") }).action.is_some()
        };
        assert!(fires_at(1000) && fires_at(1059));
        assert!(!fires_at(1060) && !fires_at(9000));
    }

    #[test]
    fn a_probability_is_drawn_from_the_seed() {
        let run = |seed| {
            let mut faults = Faults::default();
            faults.add(fault(r#"{"probability":0.3,"action":{"drop":"before"}}"#));
            (0..100).map(|_| faults.fire(Seed(seed), &target("/1")).action.is_some()).collect::<Vec<_>>()
        };
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
        assert!((15..45).contains(&run(1).iter().filter(|hit| **hit).count()));
    }

    #[test]
    fn contradictions_are_refused() {
        for wrong in [
            r#"{"action":{}}"#,
            r#"{"action":{"drop":"after","http_status":500}}"#,
            r#"{"action":{"drop":"after","later_s":5}}"#,
            r#"{"action":{"latency_ms":5},"probability":2.0}"#,
            r#"{"action":{"latency_ms":5},"match":{"nth":0}}"#,
            r#"{"action":{"http_status":99}}"#,
            r#"{"action":{"other_calls":1000001}}"#,
        ] {
            assert!(fault(wrong).validate().is_err(), "{wrong}");
        }
        assert!(serde_json::from_str::<Fault>(r#"{"action":{"explode":true}}"#).is_err());
        fault(r#"{"action":{"drop":"later","later_s":20,"latency_ms":30000}}"#).validate().unwrap();
    }
}
