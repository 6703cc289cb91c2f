"""Somebody in control looks at everything in the inspector and turns everything there is to turn."""

import json
from urllib.request import Request, urlopen

from browser import Visitor, chromium
from stage import Stage, run
from unmoor import Failed, Simulator

WABA = "310400000000301"


def main(stage: Stage) -> None:
    with (
        Simulator(stage.unmoor, stage.customers, stage.scratch, 0) as simulator,
        chromium(stage.chromium) as browser,
    ):
        visitor = Visitor(browser, simulator.address, stage.pictures / "inspector")
        look_around(visitor)
        watch_requests(visitor, simulator)
        turn(visitor, simulator)
        break_things(visitor, simulator)
        visitor.close()


def look_around(visitor: Visitor) -> None:
    """The world, and a WABA in it."""
    visitor.open("/_sim")
    visitor.expect("2 customers")
    visitor.look("world")
    visitor.click("marigold-mill-bicycles")
    visitor.expect("+353 155 501 31")
    visitor.look("waba")
    visitor.press("Accept the request")
    visitor.expect("Nothing changed")
    visitor.press("Turn two-step off")
    visitor.expect("It was done")


def watch_requests(visitor: Visitor, simulator: Simulator) -> None:
    """A request shows up in the list without a reload."""
    visitor.click("Requests")
    visitor.expect("No request has come yet.")
    visitor.look("no-requests")
    tag(simulator)
    visitor.page.get_by_role("row", name="set_solution_migration_intent").wait_for()
    visitor.page.get_by_role("link", name=WABA, exact=True).wait_for()
    visitor.look("requests")
    tag(simulator)
    visitor.page.locator("tbody tr").nth(1).wait_for()
    live = visitor.page.inner_text("tbody")
    visitor.open("/_sim/requests")
    if visitor.page.inner_text("tbody") != live:
        raise Failed(f"the live list shows\n{live}\nand the page itself\n{visitor.page.inner_text('tbody')}")
    visitor.click("Ledger")
    visitor.expect("intent.created")
    visitor.look("ledger")
    visitor.click("Webhooks")
    visitor.look("webhooks")
    visitor.click("Mails")
    visitor.expect("Review a request about")
    visitor.look("mails")
    print("ok      requests show up as they come", flush=True)


def tag(simulator: Simulator) -> None:
    """A client's request: guide 2."""
    credentials = simulator.read("credentials")
    customer = next(customer for customer in credentials["customers"] if customer["waba_id"] == WABA)
    request = Request(
        f"{simulator.address}/v25.0/{WABA}/set_solution_migration_intent",
        method="POST",
        data=json.dumps({"app_id": credentials["app_id"]}).encode(),
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {customer['business_token']}"},
    )
    with urlopen(request, timeout=30) as answer:
        answer.read()


def turn(visitor: Visitor, simulator: Simulator) -> None:
    """Clock and knobs."""
    visitor.click("Clock")
    visitor.look("clock")
    visitor.press("+ 1 day")
    visitor.expect("2027-03-02 08:00:00 UTC")
    visitor.page.get_by_label("Virtual seconds per real second").fill("1000")
    visitor.press("Set")
    visitor.expect("runs 1000× as fast as yours")
    visitor.page.get_by_label("Virtual seconds per real second").fill("0")
    visitor.press("Set")
    visitor.expect("stands still")
    visitor.click("Knobs")
    visitor.look("knobs")
    visitor.page.get_by_label("phone_id_after_migrate").select_option("same")
    visitor.press("Set phone_id_after_migrate")
    visitor.expect("The knob was set.")
    if simulator.read("knobs")["phone_id_after_migrate"] != "same":
        raise Failed("the knob was not set")
    print("ok      clock and knobs", flush=True)


def break_things(visitor: Visitor, simulator: Simulator) -> None:
    """Faults, and forms that are filled in wrongly."""
    visitor.click("Faults")
    visitor.page.get_by_label("What it does").select_option("after")
    visitor.page.get_by_label("Path").fill("/*/register")
    visitor.page.get_by_label("At most so often").fill("1")
    visitor.press("Add")
    visitor.expect("The fault was added")
    visitor.look("faults")
    faults = simulator.read("faults")["faults"]
    if [fault["fault"]["action"] for fault in faults] != [{"drop": "after"}]:
        raise Failed(f"the faults are {faults}")
    visitor.press("Remove all faults")
    visitor.expect("All faults were removed.")
    print("ok      faults", flush=True)


run(main)
