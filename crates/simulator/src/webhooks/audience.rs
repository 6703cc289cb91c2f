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
