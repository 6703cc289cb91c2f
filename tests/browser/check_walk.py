"""A person walks through the customer's side of a migration, in pages alone; then the real program completes it."""

from browser import Visitor, chromium
from stage import Stage, run
from unmoor import Failed, Operator, Simulator

WABA = "310400000000301"
CUSTOMER = "marigold-mill-bicycles"
NAME = "Marigold & <b>Mill</b> Bicycles"
OTHER_WABA = "310400000000302"
OTHER_NAME = "Quartz Quay Ceramics"
# Virtual seconds per real second: fast, and slow enough for readings that count for two minutes.
RATE = 100


def main(stage: Stage) -> None:
    with (
        Simulator(stage.unmoor, stage.customers, stage.scratch, RATE) as simulator,
        chromium(stage.chromium) as browser,
    ):
        operator = Operator(stage.unmoor, stage.scratch, simulator)
        operator.run("import", str(stage.customers))
        operator.run("preflight", "--all", status=(0, 4))
        operator.run("start", "--all", "--yes")
        person = Visitor(browser, simulator.address, stage.pictures / "walk")
        find(person)
        turn_two_step_off(person, simulator)
        # Guide 2 follows guide 1: before, nobody is asked.
        operator.run_while(lambda: pass_time(person), "run", "--until", "waiting", status=(4,))
        accept(person, simulator)
        decline_without_scripts(Visitor(browser, simulator.address, stage.pictures / "walk", scripts=False), simulator)
        pay(person, simulator)
        complete(person, operator, simulator)
        person.close()


def find(person: Visitor) -> None:
    """The portfolio among all of them."""
    person.open("/business/")
    person.expect("This is a simulation for practice.")
    person.page.get_by_label("Search by name, customer or id").fill("marigold")
    person.press("Search")
    person.look("portfolios")
    person.click(NAME)
    person.expect("No request has arrived yet.")
    person.look("tasks")


def accept(person: Visitor, simulator: Simulator) -> None:
    """Guide 3.4 to 3.7, beginning with the mail."""
    person.open("/business/220400000000301/")
    person.expect("A request waits for your answer.")
    person.click("Inbox")
    person.look("inbox")
    person.page.get_by_role("link", name="Review a request about").first.click()
    person.look("mail")
    person.click("Review request")
    person.look("request")
    person.click("Requests")
    person.expect("Waits for your answer")
    person.look("requests-received")
    person.page.get_by_role("link", name="Review").first.click()
    person.look("review")
    person.press("Accept")
    person.expect("You accepted the request.")
    person.look("accepted")
    _happened(simulator, "intent.accepted", WABA, 1)


def decline_without_scripts(person: Visitor, simulator: Simulator) -> None:
    """The same pages in a browser that runs no script, and the other answer."""
    person.open("/business/")
    person.click(OTHER_NAME)
    person.click("Requests")
    person.page.get_by_role("link", name="Review").first.click()
    person.click("Decline")
    person.press("Decline")
    if not person.page.get_by_text("You declined the request.").is_visible():
        raise Failed("without scripts, the request was not declined")
    _happened(simulator, "intent.rejected", OTHER_WABA, 1)
    person.close()


def turn_two_step_off(person: Visitor, simulator: Simulator) -> None:
    """Guide 1.3 to 1.7: one number with the mouse, the other, found by the detour of 1.5, with the keyboard."""
    person.click("Account tools › Phone numbers")
    person.look("phone-numbers")
    person.page.get_by_role("link", name="Settings of").first.click()
    person.look("number")
    person.click("Two-step verification")
    person.look("two-step-verification")
    person.click("Turn off two-step verification")
    person.look("turn-off")
    person.press("Turn off")
    person.expect("Two-step verification is off for this number.")
    person.look("turned-off")
    _happened(simulator, "two_step.turned_off", WABA, 1)

    person.click("Overview")
    person.look("overview")
    person.page.get_by_label("Search by number or name").fill("Marigold")
    person.enter()
    locked = person.page.locator("li.number", has_text="Two-step on")
    locked.get_by_role("link", name="Settings of").focus()
    person.enter()
    for name in ("Two-step verification", "Turn off two-step verification", "Turn off"):
        person.tab_to(name)
    person.expect("Two-step verification is off for this number.")
    _happened(simulator, "two_step.turned_off", WABA, 2)


def pay(person: Visitor, simulator: Simulator) -> None:
    """Guide 3.2: a card that the bank declines, and one that works."""
    person.click("Payment methods")
    person.look("payment-methods")
    person.page.get_by_role("link", name="Add payment method").click()
    person.look("add-payment-method")
    person.page.get_by_label("Practice card that the bank declines").check()
    person.press("Save")
    person.expect("The bank declined the card.")
    person.look("card-declined")
    person.page.get_by_label("Practice card that works").check()
    person.press("Save")
    person.expect("The payment method was added.")
    person.look("payment-added")
    person.click("Your tasks")
    if person.page.get_by_text("To do", exact=True).count():
        raise Failed("there is still something to do:\n" + person.page.inner_text("main"))
    person.look("tasks-done")
    _happened(simulator, "funding.added", WABA, 1)


def pass_time(person: Visitor) -> None:
    """Somebody advances the simulated time in the inspector."""
    person.open("/_sim/clock")
    person.page.get_by_label("Advance by").fill("4 h")
    person.press("Advance")
    person.expect("Time was advanced")


def complete(person: Visitor, operator: Operator, simulator: Simulator) -> None:
    """The real program does the rest, while somebody advances time in the inspector."""

    # One customer declined, so the run ends with 3: not every migration completed.
    operator.run_while(lambda: pass_time(person), "run", "--json", status=(3,))
    _happened(simulator, "number.registered", WABA, 2)
    status = operator.run("status", CUSTOMER, "--json")
    if '"phase":"completed"' not in status:
        raise Failed(f"the migration is not complete:\n{status}")
    person.open("/business/220400000000301/")
    person.expect("The migration is complete.")
    person.expect("2 of 2 numbers work under the new account.")
    person.look("complete")
    person.open("/_sim?status=COMPLETED")
    person.expect("1 customer")
    print("ok      the migration is complete", flush=True)


def _happened(simulator: Simulator, kind: str, waba: str, times: int) -> None:
    found = len(simulator.changes(kind, waba))
    if found != times:
        raise Failed(f"the ledger has {kind} {found} times, not {times}")
    print(f"ok      {kind} × {times}", flush=True)


run(main)
