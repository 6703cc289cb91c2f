"""A whole migration of one customer, guide 2 to 9, by calls of `facebook-business` alone; people act in between."""

from facebook_business.adobjects.abstractcrudobject import AbstractCrudObject
from facebook_business.adobjects.business import Business
from facebook_business.adobjects.whatsappbusinessaccount import WhatsAppBusinessAccount as Waba
from facebook_business.exceptions import FacebookRequestError

import checks
from facebook_business_api import api
from simulator import Simulator


def node(graph, node_id: str, *fields: str) -> dict:
    """A node that the SDK has no class for."""
    return graph.call("GET", (node_id,), params={"fields": ",".join(fields)} if fields else {}).json()


# guide: I3, 2.1, 2.2, 2.4, 4.1, 4.2, 4.5, 5.1, 6.1, 7.1, 7.2, 8.1, 8.2, 8.7, 9.1, 9.2
def main(address: str) -> None:
    simulator = Simulator(address)
    simulator.set_knobs(require_appsecret_proof=True)
    customer = simulator.customer("walnut-wharf-kayaks")
    graph = api(simulator, customer.business_token)
    system = api(simulator, simulator.system_token)
    source = Waba(customer.waba_id, api=graph)

    # Guide 1: two-step verification is on, and no call of the API turns it off.
    before = list(source.get_phone_numbers(fields=["status", "display_phone_number", "verified_name", "is_pin_enabled"]))
    checks.equal("1  the source shows two connected numbers", [number["status"] for number in before], ["CONNECTED"] * 2)
    checks.equal("1  both with two-step verification", [number["is_pin_enabled"] for number in before], [True, True])
    checks.equal("1  a person turns it off", simulator.person(customer, "turn_off_two_step"), 2)

    # Guide 2 to 4.
    intent = source.create_set_solution_migration_intent(params={"app_id": simulator.app_id})["id"]
    checks.equal("2  the WABA is tagged: the intent can be read", node(system, intent)["status"], "INITIATED")
    checks.that("2  no destination before acceptance", "destination_waba" not in node(system, intent), "there is one")
    checks.equal("3  a person accepts the request", simulator.person(customer, "accept_intent"), 1)
    accepted = node(system, intent, "status", "destination_waba", "waba")
    checks.equal("4  the intent is accepted", accepted["status"], "ACCEPTED")
    checks.equal("4  it names the source", accepted["waba"]["id"], customer.waba_id)
    destination_id = accepted["destination_waba"]["id"]
    checks.that("4  the destination is another WABA", destination_id != customer.waba_id, destination_id)
    shared = {waba["id"] for waba in Business(simulator.portfolio_id, api=system).get_client_whats_app_business_accounts()}
    checks.member("4  the new WABA is among those shared with the provider", destination_id, shared)

    # Guide 5.
    answer = Business(customer.portfolio_id, api=system).create_system_user_access_token(params={"fetch_only": True})
    token = answer["access_token"]
    checks.that("5  a business token is issued", isinstance(token, str) and len(token) > 20, repr(token))
    fetched = api(simulator, token)
    destination = Waba(destination_id, api=fetched)

    # Guide 6.
    checks.equal("6  nobody is subscribed yet", list(destination.get_subscribed_apps()), [])
    refusal = checks.refused("8  no number moves before the subscription", FacebookRequestError, lambda: move(destination, before[0]))
    checks.equal("8  as Meta refuses it", (refusal.http_status(), refusal.api_error_subcode()), (400, 2388103))
    destination.create_subscribed_app()
    subscribed = [entry["whatsapp_business_api_data"]["id"] for entry in destination.get_subscribed_apps()]
    checks.equal("6  the app is subscribed", subscribed, [simulator.app_id])

    # Guide 3 once more: the payment method.
    refusal = checks.refused("8  no number moves before a payment method", FacebookRequestError, lambda: move(destination, before[0]))
    said = f"{refusal.api_error_message()} {refusal.body()}"
    checks.that("8  the refusal speaks of the payment method", "payment method" in said, said)
    checks.equal("3  a person adds a payment method", simulator.person(customer, "add_payment_method"), 1)

    # Guide 7 to 9, one number after the other.
    listed = list(source.get_phone_numbers(fields=["status", "display_phone_number", "verified_name"]))
    checks.equal("7  the numbers are still listed", sorted(n["id"] for n in listed), sorted(customer.phone_number_ids))
    for number in listed:
        shown = number["display_phone_number"]
        moved = move(destination, number)["id"]
        checks.equal(f"8  {shown} is in the destination", number_in(destination, shown)["status"], "PENDING")
        fetched.call("POST", (moved, "register"), params={"messaging_product": "whatsapp", "pin": "212834"})
        checks.equal(f"9  {shown} is connected there", number_in(destination, shown)["status"], "CONNECTED")
        checks.equal(f"9  {shown} has two-step verification again", node(fetched, moved, "is_pin_enabled")["is_pin_enabled"], True)

    checks.equal("4  the intent is completed", node(system, intent)["status"], "COMPLETED")
    copied(simulator, destination)
    unneeded = [entry["path"] for entry in simulator.requests() if entry["path"].endswith(("request_code", "verify_code"))]
    checks.equal("I3 no number was verified anew", unneeded, [])
    refused = [entry["error_subcode"] for entry in simulator.requests() if entry["status"] != 200]
    checks.equal("no call was refused but the two above: each token came with its proof", len(refused), 2)


def move(destination: Waba, number: AbstractCrudObject) -> AbstractCrudObject:
    """Guide 8. Every number of this customer is a German one."""
    national = "".join(letter for letter in number["display_phone_number"] if letter.isdigit()).removeprefix("49")
    return destination.create_phone_number(
        params={
            "migrate_phone_number": True,
            "cc": "49",
            "phone_number": national,
            "display_phone_number": number["display_phone_number"],
            "verified_name": number["verified_name"],
        }
    )


def number_in(waba: Waba, shown: str) -> AbstractCrudObject:
    """The number of a WABA that is shown so."""
    return next(n for n in waba.get_phone_numbers(fields=["status", "display_phone_number"]) if n["display_phone_number"] == shown)


# guide: T1, T4, T8
def copied(simulator: Simulator, destination: Waba) -> None:
    """Guide T1, T4, T8: only what was approved and green is copied, and its quality is unknown."""
    simulator.advance(seconds=3600)
    fields = ["name", "language", "status", "quality_score"]
    templates = sorted(destination.get_message_templates(fields=fields), key=lambda template: template["language"])
    names = [(template["name"], template["language"]) for template in templates]
    checks.equal("T4 the green approved templates are copied", names, [("order_shipped", "de"), ("order_shipped", "en_US")])
    scores = [template["quality_score"]["score"] for template in templates]
    checks.equal("T8 their quality is unknown", scores, ["UNKNOWN"] * 2)


checks.run(main)
