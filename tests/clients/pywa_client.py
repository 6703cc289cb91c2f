"""`pywa` with another address, and nothing else changed."""

import httpx
from pywa import WhatsApp

import checks
from simulator import Customer, Simulator


def client(simulator: Simulator, token: str, **options) -> WhatsApp:
    """The client for one token.

    `pywa` takes an `httpx.Client` of its user's for proxies and the like, and sets its `base_url` to Meta's; we set it once more,
    keeping the version of the API that pywa chose.
    """
    session = httpx.Client()
    whatsapp = WhatsApp(token=token, session=session, **options)
    address = httpx.URL(simulator.address)
    session.base_url = session.base_url.copy_with(scheme=address.scheme, host=address.host, port=address.port)
    return whatsapp


def tag_and_accept(simulator: Simulator, customer: Customer, whatsapp: WhatsApp) -> str:
    """Guide 2 to 4 and a payment method; gives the destination. pywa has no method for tagging, but a way for calls like that."""
    tagged = whatsapp.api.send_raw_request("POST", f"/{customer.waba_id}/set_solution_migration_intent", json={"app_id": simulator.app_id})
    checks.equal("a person accepts and pays", simulator.person(customer, "accept_intent") + simulator.person(customer, "add_payment_method"), 2)
    system = client(simulator, simulator.system_token)
    return system.api.send_raw_request("GET", f"/{tagged['id']}")["destination_waba"]["id"]


def move(whatsapp: WhatsApp, phone_id: str, destination: str) -> str:
    """Guide 6 and 8 for a British number; gives the id it has in the destination."""
    whatsapp.api.send_raw_request("POST", f"/{destination}/subscribed_apps")
    number = whatsapp.get_business_phone_number(phone_id=phone_id)
    national = "".join(letter for letter in number.display_phone_number if letter.isdigit()).removeprefix("44")
    body = {"migrate_phone_number": True, "cc": "44", "phone_number": national, "verified_name": number.verified_name}
    return whatsapp.api.send_raw_request("POST", f"/{destination}/phone_numbers", json=body)["id"]
