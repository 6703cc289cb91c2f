//! Where an account belongs: its solution, its owner, the partner it is shared with.

use crate::common::{PORTFOLIO, WABA, text};
use crate::recorder::Recorder;

pub(super) fn solutions_and_portfolios(recorder: &mut Recorder<'_>) {
    let (token, system) = (recorder.caller.business_token(), recorder.caller.system_token());
    let (provider, app) =
        (recorder.caller.credentials.portfolio_id.to_string(), recorder.caller.credentials.app_id.to_string());
    let fields = "fields=id,name,status,status_for_pending_request,owner_app";
    let listed = recorder.get("GET /<WABA>/solutions", WABA, "", &system);
    let solution = text(&listed.body["data"][0]["id"]);
    for query in ["", fields, "fields=nonsense"] {
        recorder.get("GET /<WABA>/solutions", WABA, query, &system);
        recorder.get("GET /<APP>/whatsapp_business_solutions", &app, query, &system);
        recorder.get("GET /<SOLUTION>", &solution, query, &system);
    }
    for business in [PORTFOLIO, "77"] {
        recorder.get("GET /<SOLUTION>/access_token", &solution, &format!("business_id={business}"), &system);
    }
    recorder.get("GET /<SOLUTION>/access_token", &solution, "", &system);
    for query in ["", "fields=id,name,verification_status", "fields=nonsense"] {
        recorder.get("GET /<PORTFOLIO>", PORTFOLIO, query, &token);
    }
    for query in ["", "fields=id,name,ownership_type,owner_business_info", "sort=nonsense"] {
        recorder.get("GET /<PORTFOLIO>/owned_whatsapp_business_accounts", &provider, query, &system);
    }
    recorder.caller.simulator.person(recorder.caller.portfolio(), unmoor_simulator::Action::TurnOnTwoStep);
    for query in ["", "fields=id,activity_type,timestamp,actor_type,description,details", "since=soon"] {
        recorder.get("GET /<WABA>/activities", WABA, query, &token);
    }
}
