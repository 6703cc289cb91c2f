//! `appsecret_proof`: HMAC-SHA256 of the calling token under the app's secret, lower-case hexadecimal
//! (observations: tokens.appsecret_proof).

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::access::Caller;
use super::{Fidelity, Rule};
use crate::{
    http::error::{Answer, GraphError},
    state::State,
};

pub(super) const RULE: Rule = Rule {
    name: "proof",
    says: "`appsecret_proof` is checked wherever it is given, and asked for by guide 5",
    source: "observations: tokens.appsecret_proof",
    fidelity: Fidelity::Simulated,
};

/// Checks a proof wherever one is given, and its presence where it is needed.
pub(crate) fn check(state: &mut State, caller: &Caller, given: Option<&str>, needed: bool) -> Answer<()> {
    let Some(given) = given else {
        if !needed {
            return Ok(());
        }
        return Err(refusal("API calls from the server require an appsecret_proof argument"));
    };
    if !state.proofs.contains_key(&caller.token) {
        let Some(app) = state.world.apps.get(&caller.app) else {
            return Err(refusal("Invalid appsecret_proof provided in the API argument"));
        };
        let proof = compute(app.secret.expose(), &caller.token);
        state.proofs.insert(caller.token.clone(), proof);
    }
    if state.proofs.get(&caller.token).is_some_and(|proof| proof == given) {
        return Ok(());
    }
    Err(refusal("Invalid appsecret_proof provided in the API argument"))
}

fn refusal(message: &str) -> Box<GraphError> {
    GraphError::new(400, 100, "").graph_method().message(message)
}

fn compute(secret: &str, token: &str) -> String {
    // A key of any length is valid for HMAC, so the fallback is never reached; it equals no proof.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(token.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2.
    #[test]
    fn the_proof_is_hmac_sha256_in_lower_case_hexadecimal() {
        assert_eq!(
            compute("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
