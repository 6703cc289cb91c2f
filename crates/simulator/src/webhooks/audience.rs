//! Who hears of an update, and where (observations: subscriptions.per_app, subscriptions.override_order).

use super::{Field, Update};
use crate::{
    ids::Id,
    world::{App, Waba, World},
};

/// An app that hears of something, and the address where it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listener {
    pub(crate) app: Id,
    pub(crate) url: String,
}

/// The apps that are subscribed to the WABA of an update, that it is shared with, and that want its field.
pub(crate) fn of_waba(world: &World, update: &Update) -> Vec<Listener> {
    let Some(waba) = world.wabas.get(&update.waba) else { return Vec::new() };
    let apps = waba.subscriptions.iter().filter_map(|subscription| world.apps.get(&subscription.app));
    let apps = apps.filter(|app| waba.shared_with.contains(&app.portfolio) || waba.owner == app.portfolio);
    apps.filter_map(|app| {
        let own = own_callback(app, update.field)?;
        let url = override_of(waba, app.id, update).unwrap_or(own);
        Some(Listener { app: app.id, url: url.to_owned() })
    })
    .collect()
}

/// One app at its own callback, if it wants the field.
pub(crate) fn app(world: &World, app: Id, field: Field) -> Option<Listener> {
    let app = world.apps.get(&app)?;
    own_callback(app, field).map(|url| Listener { app: app.id, url: url.to_owned() })
}

fn own_callback(app: &App, field: Field) -> Option<&str> {
    app.callback_url.as_deref().filter(|_| app.hears(field.as_str()))
}

/// The number's override, else the WABA's; both for `messages` alone.
fn override_of<'a>(waba: &'a Waba, app: Id, update: &Update) -> Option<&'a str> {
    if update.field != Field::Messages {
        return None;
    }
    let number = update.phone.and_then(|phone| waba.numbers.iter().find(|number| number.id == phone));
    let of_number = number.and_then(|number| number.callback_overrides.get(&app));
    let of_waba = || waba.subscription(app)?.override_callback_uri.as_deref();
    of_number.map(|callback| callback.uri.as_str()).or_else(of_waba)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use serde_json::json;

    use super::*;
    use crate::{
        load,
        world::{CallbackOverride, Secret},
    };

    const WABA: &str = "102290129340398";

    /// Where the provider hears of an update of `field` about the only number of the only WABA.
    fn url(world: &World, field: Field) -> Option<String> {
        let waba: Id = WABA.parse().unwrap();
        let phone = world.wabas.get(&waba).unwrap().numbers.first().map(|number| number.id);
        let update = Update { waba, entry: None, field, phone, value: json!({}) };
        of_waba(world, &update).into_iter().find(|listener| listener.app == world.provider.app).map(|found| found.url)
    }

    #[test]
    fn messages_go_to_the_number_then_the_waba_then_the_app_and_all_else_to_the_app() {
        let customers = format!("customer,source_waba_id\nacorn,{WABA}\n");
        let mut world = load::load(&customers, "[customers.acorn]\nnumbers = [\"+493023125001\"]", 1).unwrap().world;
        let app = world.provider.app;
        let own = world.apps.get(&app).unwrap().callback_url.clone();
        assert_eq!(url(&world, Field::Messages), own);

        let waba = world.wabas.get_mut(&WABA.parse().unwrap()).unwrap();
        let subscription = waba.subscriptions.iter_mut().find(|subscription| subscription.app == app).unwrap();
        subscription.override_callback_uri = Some("https://waba.example/in".to_owned());
        assert_eq!(url(&world, Field::Messages).as_deref(), Some("https://waba.example/in"));

        let waba = world.wabas.get_mut(&WABA.parse().unwrap()).unwrap();
        let callback = CallbackOverride { uri: "https://number.example/in".to_owned(), verify_token: Secret::new("v") };
        waba.numbers.first_mut().unwrap().callback_overrides.insert(app, callback);
        assert_eq!(url(&world, Field::Messages).as_deref(), Some("https://number.example/in"));
        for field in Field::ALL.into_iter().filter(|field| *field != Field::Messages) {
            assert_eq!(url(&world, field), own, "{}", field.as_str());
        }
    }
}
