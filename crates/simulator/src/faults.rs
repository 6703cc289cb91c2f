//! Scripted faults: what to match, and what to do to it.

use serde::{Deserialize, Serialize};

use crate::ids::{Id, Seed};

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

/// What a fault does. `latency_ms` may go with any other; of the others there is at most one.
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
    /// With `drop = "later"`: seconds until the effect lands (20 unless told).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub later_s: Option<u32>,
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
    /// `error.is_transient`.
    #[serde(default)]
    pub is_transient: bool,
    /// HTTP status; unless told, the documented one of the code, else 400. 200 is possible, as in reality.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
}

/// A fault that cannot be.
#[derive(Debug, thiserror::Error)]
#[error("fault: {0}")]
pub struct InvalidFault(&'static str);

impl Action {
    /// Whether the call is carried out at once, whatever its caller sees.
    pub(crate) fn lets_through(&self) -> bool {
        let Self { latency_ms: _, graph_error, http_status, drop, later_s: _ } = self;
        graph_error.is_none() && http_status.is_none() && matches!(drop, None | Some(Drop::After))
    }
}

impl Fault {
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
        if effects == 0 && action.latency_ms.is_none() {
            return Err(InvalidFault("`action` needs one of `latency_ms`, `graph_error`, `http_status`, `drop`"));
        }
        if action.later_s.is_some() && action.drop != Some(Drop::Later) {
            return Err(InvalidFault("`later_s` goes with `drop = \"later\"` only"));
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
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.0.push(Active { fault, matched: 0, fired: 0 });
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = (&Fault, u32)> {
        self.0.iter().map(|active| (&active.fault, active.fired))
    }

    /// The action of the first fault that fires.
    pub(crate) fn fire(&mut self, seed: Seed, target: &Target<'_>) -> Option<Action> {
        let mut fired = None;
        for (index, active) in self.0.iter_mut().enumerate() {
            if !active.fault.matches.covers(target) {
                continue;
            }
            active.matched = active.matched.saturating_add(1);
            if fired.is_none() && active.is_due(seed, index) {
                active.fired += 1;
                fired = Some(active.fault.action.clone());
            }
        }
        fired
    }
}

impl Active {
    fn is_due(&self, seed: Seed, index: usize) -> bool {
        let Fault { matches, probability, times, .. } = &self.fault;
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
        Target { method: "POST", path, bare_path: path, wabas: [None, None] }
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
        let mut fire = |path: &str| faults.fire(Seed(1), &target(path));
        assert_eq!(fire("/1/register").unwrap().http_status, Some(502));
        assert_eq!(fire("/1/register").unwrap().drop, Some(Drop::After));
        assert_eq!(fire("/1/register"), None);
    }

    #[test]
    fn a_probability_is_drawn_from_the_seed() {
        let run = |seed| {
            let mut faults = Faults::default();
            faults.add(fault(r#"{"probability":0.3,"action":{"drop":"before"}}"#));
            (0..100).map(|_| faults.fire(Seed(seed), &target("/1")).is_some()).collect::<Vec<_>>()
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
        ] {
            assert!(fault(wrong).validate().is_err(), "{wrong}");
        }
        assert!(serde_json::from_str::<Fault>(r#"{"action":{"explode":true}}"#).is_err());
        fault(r#"{"action":{"drop":"later","later_s":20,"latency_ms":30000}}"#).validate().unwrap();
    }
}
