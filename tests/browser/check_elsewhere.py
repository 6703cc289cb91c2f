"""A page of another site, opened in the same browser, can neither click in the simulator for its reader nor frame it."""

from html import escape

from playwright.sync_api import Browser

from browser import chromium
from serving import served
from stage import Stage, run
from unmoor import Failed, Simulator

PORTFOLIO = "220400000000301"


def main(stage: Stage) -> None:
    with (
        Simulator(stage.unmoor, stage.customers, stage.scratch, 0) as simulator,
        chromium(stage.chromium) as browser,
    ):
        before = simulator.read("world")
        forms = {
            f"/_sim/people/{PORTFOLIO}": {"action": "turn_off_two_step", "waba": "310400000000301"},
            "/_sim/clock": {"advance": "1 day"},
        }
        for path, fields in forms.items():
            _is_refused(browser, simulator, path, fields)
        _is_not_framed(browser, simulator)
        if simulator.read("world") != before or simulator.read("ledger")["entries"]:
            raise Failed("another site changed the world")
        print("ok      another site changes nothing", flush=True)


def _is_refused(browser: Browser, simulator: Simulator, path: str, fields: dict[str, str]) -> None:
    inputs = "".join(f'<input name="{escape(name)}" value="{escape(value)}">' for name, value in fields.items())
    form = f'<form method="post" action="{simulator.address}{path}">{inputs}<button>Win</button></form>'
    with served({"/": form}) as site:
        page = browser.new_page()
        page.goto(f"{site}/")
        with page.expect_navigation() as navigation:
            page.get_by_role("button", name="Win").click()
        answer = navigation.value
        if answer is None or answer.status != 403:
            raise Failed(f"a form of another site got {answer.status if answer else 'no answer'} at {path}, not 403")
        if "Another site sent this form." not in page.inner_text("main"):
            raise Failed(f"the page does not say why: {page.inner_text('main')}")
        page.close()
    print(f"ok      {path} refuses a form of another site", flush=True)


def _is_not_framed(browser: Browser, simulator: Simulator) -> None:
    with served({"/": f'<iframe src="{simulator.address}/business/"></iframe>'}) as site:
        page = browser.new_page()
        page.goto(f"{site}/")
        shown = page.frames[1].content() if len(page.frames) > 1 else ""
        if "Business Suite" in shown:
            raise Failed("another site shows our pages in a frame")
        page.close()
    print("ok      another site cannot show our pages in a frame", flush=True)


run(main)
