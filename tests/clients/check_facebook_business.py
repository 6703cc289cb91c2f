"""The edges and nodes that `facebook-business`, Meta's own Python SDK, has classes or methods for."""

from facebook_business.adobjects.abstractcrudobject import AbstractCrudObject
from facebook_business.adobjects.business import Business
from facebook_business.adobjects.whatsappbusinessaccount import WhatsAppBusinessAccount as Waba
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookRequestError
from facebook_business.session import FacebookSession

import checks
from facebook_business_api import api
from simulator import Customer, Simulator


def main(address: str) -> None:
    simulator = Simulator(address)
    simulator.set_knobs(require_appsecret_proof=True)
    customer = simulator.customer("tulip-terrace-tiles")
    graph = api(simulator, customer.business_token)
    portfolios(simulator, customer)
    account(customer, graph)
    phone_numbers(simulator, customer, graph)
    subscriptions(simulator, customer, graph)
    template_list(customer, graph)
    template_life(customer, graph)
    refusals(simulator, customer, graph)


def portfolios(simulator: Simulator, customer: Customer) -> None:
    """The two lists of WABAs that a portfolio has."""
    system = api(simulator, simulator.system_token)
    provider = Business(simulator.portfolio_id, api=system)
    fields = [Waba.Field.id, Waba.Field.name, Waba.Field.creation_time, Waba.Field.owner_business_info]
    shared = list(provider.get_client_whats_app_business_accounts(fields=fields, params={"limit": 2}))
    checks.equal("the three customers' WABAs are shared, over two pages", len(shared), 3)
    found = next(waba for waba in shared if waba["id"] == customer.waba_id)
    checks.equal("a WABA tells its owner", found["owner_business_info"]["id"], customer.portfolio_id)
    ours = list(provider.get_owned_whats_app_business_accounts())
    checks.equal("the provider owns no WABA", ours, [])
    issued = provider_token(system, customer)
    checks.that("a business token is issued for a customer", issued.startswith("EAA"), issued)


def provider_token(system: FacebookAdsApi, customer: Customer) -> str:
    """Guide 5 for a customer that is already connected."""
    portfolio = Business(customer.portfolio_id, api=system)
    return portfolio.create_system_user_access_token(params={"fetch_only": True})["access_token"]


def account(customer: Customer, graph: FacebookAdsApi) -> None:
    """The WABA node, with every field that the SDK names and this simulator has."""
    fields = [
        Waba.Field.name,
        Waba.Field.currency,
        Waba.Field.timezone_id,
        Waba.Field.message_template_namespace,
        Waba.Field.account_review_status,
        Waba.Field.business_verification_status,
        Waba.Field.ownership_type,
        Waba.Field.owner_business_info,
        Waba.Field.health_status,
        Waba.Field.creation_time,
        Waba.Field.country,
        Waba.Field.status,
    ]
    waba = Waba(customer.waba_id, api=graph).api_get(fields=fields)
    checks.equal("the WABA answers with its id", waba["id"], customer.waba_id)
    checks.equal("and with its review", waba[Waba.Field.account_review_status], "APPROVED")
    checks.equal("and with its currency", len(waba[Waba.Field.currency]), 3)
    verified = waba[Waba.Field.business_verification_status]
    checks.equal("its verification is a value the SDK knows", verified, Waba.BusinessVerificationStatus.verified)
    checks.that("its instant of creation is a number", isinstance(waba[Waba.Field.creation_time], int), repr(waba))
    health = waba[Waba.Field.health_status]
    kinds = {entity["entity_type"] for entity in health["entities"]}
    checks.that("its health tells of business, WABA and app", {"BUSINESS", "WABA", "APP"} <= kinds, repr(kinds))


def phone_numbers(simulator: Simulator, customer: Customer, graph: FacebookAdsApi) -> None:
    """Listing with cursors, and the node of a number."""
    waba = Waba(customer.waba_id, api=graph)
    for limit in (None, 7):
        before = len(simulator.requests())
        listed = list(waba.get_phone_numbers(fields=["status"], params={"limit": limit} if limit else {}))
        asked = len(simulator.requests()) - before
        known = sorted(customer.phone_number_ids)
        checks.equal(f"limit {limit or 'unset'}: all 30 numbers come, each once", sorted(n["id"] for n in listed), known)
        checks.equal(f"limit {limit or 'unset'}: in so many pages", asked, 5 if limit else 2)
    number = AbstractCrudObject(customer.phone_number_ids[0], api=graph)
    node = graph.call("GET", (number["id"],), params={"fields": "status,display_phone_number,quality_rating"}).json()
    checks.equal("a number's node tells its status", node["status"], "CONNECTED")
    checks.that("and the number as people write it", node["display_phone_number"].startswith("+"), repr(node))


def subscriptions(simulator: Simulator, customer: Customer, graph: FacebookAdsApi) -> None:
    """Subscribe, see it, unsubscribe, see that. The partner's app, which is subscribed from the beginning, stays."""
    waba = Waba(customer.waba_id, api=graph)

    def apps() -> dict[str, dict]:
        return {entry["whatsapp_business_api_data"]["id"]: dict(entry) for entry in waba.get_subscribed_apps()}

    waba.delete_subscribed_apps()
    partners = set(apps())
    checks.that("without a subscription our app is not listed", simulator.app_id not in partners, repr(partners))
    waba.create_subscribed_app()
    checks.equal("the app that subscribed is listed beside the partner's", set(apps()), partners | {simulator.app_id})
    ours = apps()[simulator.app_id]["whatsapp_business_api_data"]
    checks.that("with a name and a link", bool(ours["name"]) and ours["link"].startswith("https://"), repr(ours))
    waba.delete_subscribed_apps()
    checks.equal("after unsubscribing it is gone, and the partner's is not", set(apps()), partners)


def template_list(customer: Customer, graph: FacebookAdsApi) -> None:
    """Templates over pages, and by the SDK's filters."""
    waba = Waba(customer.waba_id, api=graph)
    fields = ["name", "language", "status", "category", "quality_score", "components"]
    everything = list(waba.get_message_templates(fields=fields))
    checks.equal("40 templates come over two pages", len({template["id"] for template in everything}), 40)
    known = set(Waba.Category.__dict__.values())
    checks.that("each in a category that the SDK knows", {t["category"] for t in everything} <= known, repr(everything[0]))
    for status in ("APPROVED", "REJECTED"):
        wanted = sorted(template["id"] for template in everything if template["status"] == status)
        found = sorted(template["id"] for template in waba.get_message_templates(params={"status": [status]}))
        checks.equal(f"the filter by {status} gives just those", found, wanted)


def template_life(customer: Customer, graph: FacebookAdsApi) -> None:
    """Create a template, find it, delete it."""
    waba = Waba(customer.waba_id, api=graph)
    body = {"type": "BODY", "text": "Your tiles leave our yard on {{1}}.", "example": {"body_text": [["Monday"]]}}
    template = {"name": "tiles_dispatched", "language": "en_US", "category": "UTILITY", "components": [body]}
    created = waba.create_message_template(params=template)
    checks.member("a created template is under review or approved", created["status"], ("PENDING", "APPROVED"))
    by_name = {"name": "tiles_dispatched"}
    found = [entry["id"] for entry in waba.get_message_templates(fields=["name"], params=by_name)]
    checks.equal("it is listed under its name", found, [created["id"]])
    twice = checks.refused("the same name and language twice is refused", FacebookRequestError, lambda: waba.create_message_template(params=template))
    checks.equal("as Meta refuses it", (twice.api_error_code(), twice.api_error_subcode()), (100, 2388024))
    waba.delete_message_templates(params=by_name)
    checks.equal("after deletion it is gone", list(waba.get_message_templates(params=by_name)), [])


def refusals(simulator: Simulator, customer: Customer, graph: FacebookAdsApi) -> None:
    """Errors arrive as the SDK's exceptions, with everything that it reads from the envelope."""
    nobody = Waba("999999999999999", api=graph)
    error = checks.refused("an unknown WABA is refused", FacebookRequestError, nobody.api_get)
    checks.equal("with code and subcode", (error.api_error_code(), error.api_error_subcode()), (100, 33))
    checks.equal("and the SDK calls it not transient", error.api_transient_error(), False)
    checks.that("and it has a trace id", bool(error.body()["error"]["fbtrace_id"]), repr(error.body()))

    class WrongSecret(FacebookSession):
        GRAPH = simulator.address

    forged = FacebookAdsApi(WrongSecret(simulator.app_id, "0" * 32, customer.business_token))
    error = checks.refused("a proof made with another secret is refused", FacebookRequestError, Waba(customer.waba_id, api=forged).api_get)
    checks.that("for the proof", "appsecret_proof" in error.api_error_message(), error.api_error_message())
    other = simulator.customer("saffron-signal-sewing")
    foreign = Waba(other.waba_id, api=graph)
    error = checks.refused("another customer's WABA is refused", FacebookRequestError, foreign.api_get)
    checks.member("for missing rights", error.api_error_code(), (100, 200))


checks.run(main)
