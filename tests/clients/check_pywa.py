"""What `pywa` has methods for on the management plane: accounts, numbers, registration."""

from pywa import WhatsApp, errors
from pywa.types import Pagination

import checks
from pywa_client import client, move, tag_and_accept
from simulator import Customer, Simulator


def main(address: str) -> None:
    simulator = Simulator(address)
    customer = simulator.customer("saffron-signal-sewing")
    whatsapp = client(simulator, customer.business_token, waba_id=customer.waba_id)
    accounts(simulator, customer, whatsapp)
    numbers(simulator, customer, whatsapp)
    destination = tag_and_accept(simulator, customer, whatsapp)
    registration(customer, destination, whatsapp)


def accounts(simulator: Simulator, customer: Customer, whatsapp: WhatsApp) -> None:
    """WABAs, with every field that pywa knows: it asks for all of them."""
    account = whatsapp.get_business_account()
    checks.equal("the WABA is read with all of pywa's fields", account.id, customer.waba_id)
    checks.equal("its owner is the customer", account.owner_business_info.id, customer.portfolio_id)
    checks.that("its verification is a value pywa knows", account.business_verification_status.value != "UNKNOWN", repr(account))
    checks.that("its currency is one", len(account.currency) == 3, repr(account.currency))
    system = client(simulator, simulator.system_token, business_portfolio_id=simulator.portfolio_id)
    first = system.get_shared_business_accounts(pagination=Pagination(limit=2))
    checks.equal("shared WABAs come in pages", (len(first), first.has_next), (2, True))
    everything = {account.id for account in first.all()}
    checks.that("all of them are found behind the pages", customer.waba_id in everything and len(everything) == 3, repr(everything))
    checks.equal("the provider owns none", list(system.get_owned_business_accounts()), [])


def numbers(simulator: Simulator, customer: Customer, whatsapp: WhatsApp) -> None:
    """Numbers as a list in pages and one by one."""
    page = whatsapp.get_business_phone_numbers(pagination=Pagination(limit=1))
    checks.equal("numbers come in pages", (len(page), page.has_next, page.has_previous), (1, True, False))
    checks.equal("the next page leads back", [number.id for number in page.next().previous()], [page[0].id])
    listed = {number.id: number for number in page.all()}
    checks.equal("all numbers are found behind the pages", sorted(listed), sorted(customer.phone_number_ids))
    for phone_id in customer.phone_number_ids:
        number = whatsapp.get_business_phone_number(phone_id=phone_id)
        checks.equal(f"{number.display_phone_number} is the same in the list", listed[phone_id], number)
        found = (number.status, number.platform_type, number.account_mode)
        checks.equal(f"{number.display_phone_number} is live on Cloud API", found, ("CONNECTED", "CLOUD_API", "LIVE"))
    settings = whatsapp.get_business_phone_number_settings(phone_id=customer.phone_number_ids[0])
    checks.that("its settings are read", settings is not None, repr(settings))
    stranger = checks.refused("an unknown number is refused", errors.WhatsAppError, lambda: whatsapp.get_business_phone_number(phone_id="999"))
    checks.equal("with Meta's code and subcode", (stranger.code, stranger.subcode), (100, 33))
    checks.that("and a trace id", bool(stranger.fbtrace_id), repr(stranger))


def registration(customer: Customer, destination: str, whatsapp: WhatsApp) -> None:
    """Guide 6, 8, 9: pywa registers, and deregisters."""
    moved = move(whatsapp, customer.phone_number_ids[0], destination)
    refusal = checks.refused("a PIN of five digits is refused", errors.WhatsAppError, lambda: whatsapp.register_phone_number(12345, phone_id=moved))
    checks.equal("with code 100", refusal.code, 100)
    checks.equal("with six the number is registered", whatsapp.register_phone_number("212834", phone_id=moved).success, True)
    listed = {number.id: number for number in whatsapp.get_business_phone_numbers(waba_id=destination)}
    checks.equal("it is connected in the destination", listed[moved].status, "CONNECTED")
    checks.equal("with two-step verification", listed[moved].is_pin_enabled, True)
    checks.equal("it is deregistered", whatsapp.deregister_phone_number(phone_id=moved).success, True)
    after = {number.id: number for number in whatsapp.get_business_phone_numbers(waba_id=destination)}
    checks.that("then it is connected no more", after[moved].status != "CONNECTED", after[moved].status)


checks.run(main)
