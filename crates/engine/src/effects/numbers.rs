//! Phone numbers: the lists of both sides (guide 7), the move (guide 8) and the register (guide 9).

use secrecy::SecretString;
use unmoor_graph_api::calls::{ListPhoneNumbers, MigratePhoneNumber, RegisterPhoneNumber};
use unmoor_graph_api::nodes::PhoneNumber;
use unmoor_graph_api::{Fields, Pin, phone};
use unmoor_migration::observed::{ListedNumber, TokenKind};
use unmoor_migration::{Attempt, Cause, E164, Migration, PhoneNumberId, Success, WabaId};

use super::outcome::in_time;
use super::tokens::business_token;
use super::{Failed, Outside};
use crate::hooks::{BeforeMove, Verdict};
use crate::vault::SecretKind;

const FIELDS: &[&str] = &[
    "id",
    "status",
    "display_phone_number",
    "verified_name",
    "name_status",
    "new_name_status",
    "platform_type",
    "is_pin_enabled",
    "is_on_biz_app",
];

/// `GET /<SOURCE>/phone_numbers`, all pages.
pub(super) async fn list_source(outside: &Outside<'_>, m: &Migration, token: TokenKind) -> Result<Success, Failed> {
    list(outside, m, token, m.id().source()).await.map(Success::SourceNumbers)
}

/// `GET /<DESTINATION>/phone_numbers`, all pages: the probe of move and register.
pub(super) async fn list_destination(outside: &Outside<'_>, m: &Migration, id: &WabaId) -> Result<Success, Failed> {
    list(outside, m, TokenKind::DestinationBusiness, id).await.map(Success::DestinationNumbers)
}

async fn list(
    outside: &Outside<'_>,
    m: &Migration,
    token: TokenKind,
    waba: &WabaId,
) -> Result<Vec<ListedNumber>, Failed> {
    let token = business_token(outside, m, token).await?;
    let call = ListPhoneNumbers::new(token, unmoor_graph_api::WabaId::parse(waba.as_str())?, Fields::of(FIELDS));
    let walk = outside.graph.walk(waba, &call).await.map_err(|error| Failed::of_walk(error, outside.graph.now()))?;
    walk.items.into_iter().map(listed).collect()
}

fn listed(number: PhoneNumber) -> Result<ListedNumber, Failed> {
    let display = number.display_phone_number.unwrap_or_default();
    let id = PhoneNumberId::new(number.id.as_str())
        .map_err(|error| Failed::Unknown(format!("the list names a phone number that has no id: {error}")))?;
    Ok(ListedNumber {
        id,
        number: e164(&display),
        display,
        verified_name: number.verified_name,
        status: number.status.map(|status| status.as_str().to_owned()),
        name_status: number.name_status.map(|status| status.as_str().to_owned()),
        new_name_status: number.new_name_status.map(|status| status.as_str().to_owned()),
        pin_enabled: number.is_pin_enabled,
        platform: number.platform_type.map(|platform| platform.as_str().to_owned()),
        on_business_app: number.is_on_biz_app,
    })
}

/// The number behind what Meta displays: with a plus and punctuation, or digits only.
fn e164(display: &str) -> Option<E164> {
    let parsed = phone::E164::parse(display).or_else(|_| phone::E164::parse_digits(display)).ok()?;
    E164::new(&parsed.to_string()).ok()
}

/// The operator's own say before a number moves.
pub(super) async fn ask_before_move(outside: &Outside<'_>, m: &Migration, number: &E164) -> Result<Success, Failed> {
    let Some(destination) = m.destination() else {
        return Err(Failed::NotSent("there is no destination to ask about".to_owned()));
    };
    let question = BeforeMove {
        at: outside.graph.now(),
        rehearsal: outside.rehearsal,
        migration: m.id().clone(),
        customer: m.customer().reference.clone(),
        number: number.clone(),
        old_phone_number_id: m
            .numbers()
            .find(|known| known.number == *number)
            .map(|known| known.source.value.id.clone()),
        source_waba: m.id().source().clone(),
        destination_waba: destination.waba.clone(),
    };
    Ok(match outside.hooks.before_move(&question).await {
        Verdict::Allowed => Success::MoveAllowed,
        Verdict::Vetoed { reason } => Success::MoveVetoed(reason),
    })
}

/// Guide 8. Cannot be undone.
pub(super) async fn move_to(
    outside: &Outside<'_>,
    m: &Migration,
    attempt: &Attempt,
    destination: &WabaId,
    number: &E164,
    display: &str,
    verified_name: &str,
) -> Result<Success, Failed> {
    let unusable = |error: unmoor_graph_api::phone::PhoneError| {
        Failed::ours(Cause::Unrecognised, format!("{number} cannot be split into calling code and number: {error}"))
    };
    let call = MigratePhoneNumber {
        token: business_token(outside, m, TokenKind::DestinationBusiness).await?,
        destination_waba_id: unmoor_graph_api::WabaId::parse(destination.as_str())?,
        number: phone::E164::parse(number.as_str()).map_err(unusable)?,
        display_phone_number: display.to_owned(),
        verified_name: verified_name.to_owned(),
    };
    in_time(outside, attempt)?;
    let reply = outside.graph.send(Some(destination), &call).await;
    let id = reply.map_err(|error| Failed::of_call(error, outside.graph.now()))?.answer;
    PhoneNumberId::new(id.as_str())
        .map(Success::Moved)
        .map_err(|error| Failed::Unknown(format!("the answer to the move has no usable id: {error}")))
}

/// Guide 9. Cannot be undone.
pub(super) async fn register(
    outside: &Outside<'_>,
    m: &Migration,
    attempt: &Attempt,
    number: &E164,
    phone_number_id: &PhoneNumberId,
) -> Result<Success, Failed> {
    let missing = || Failed::NotSent(format!("the vault holds no PIN for {number}"));
    let pin: SecretString = outside.vault.open(SecretKind::Pin, number.as_str()).await?.ok_or_else(missing)?;
    let call = RegisterPhoneNumber {
        token: business_token(outside, m, TokenKind::DestinationBusiness).await?,
        phone_number_id: unmoor_graph_api::PhoneNumberId::parse(phone_number_id.as_str())?,
        pin: Pin::new(pin).map_err(|error| Failed::NotSent(format!("the PIN of {number} is unusable: {error}")))?,
    };
    in_time(outside, attempt)?;
    let waba = m.destination().map(|destination| &destination.waba);
    outside.graph.send(waba, &call).await.map_err(|error| Failed::of_call(error, outside.graph.now()))?;
    Ok(Success::Registered)
}
