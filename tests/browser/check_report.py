"""Reports of a rehearsed fleet are read: offline, by everybody, on a screen and on paper."""

import os
import subprocess
from pathlib import Path

from playwright.sync_api import Browser

from browser import Visitor, chromium
from serving import served
from stage import Stage, run
from unmoor import Failed

# Four customers; of one nobody answers, so that there is something under way.
CUSTOMERS = """\
customer,source_waba_id,wave
amber-anchor-bakery,310400000000401,first
brindle-badger-books,310400000000402,first
copper-candle-clinic,310400000000403,second
dapple-drum-music,310400000000404,second
"""
SCENARIO = """\
[customers.amber-anchor-bakery]
name = "Amber & <b>Anchor</b> Bakery"
templates = 60
[customers.dapple-drum-music.person]
answer = "never"
"""
SHEET = {"width": 720, "height": 1000}


class Program:
    """`unmoor` with the database of a rehearsal."""

    def __init__(self, binary: Path, folder: Path) -> None:
        self._binary, self._folder = binary, folder
        self._environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "UNMOOR_MASTER_KEY": f"{1:064x}"}
        (folder / "fleet.csv").write_text(CUSTOMERS)
        (folder / "fleet.scenario.toml").write_text(SCENARIO)
        self.run("rehearse", "fleet.csv", "--seed", "1", "--for", "5d", "--keep", "kept")
        self._environment["UNMOOR_DATABASE"] = "kept/rehearsal.db"

    def run(self, *arguments: str) -> str:
        finished = subprocess.run(
            [str(self._binary), *arguments],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=240,
        )
        if finished.returncode != 0:
            raise Failed(f"`unmoor {' '.join(arguments)}` ended with {finished.returncode}:\n{finished.stderr}")
        return finished.stdout


def main(stage: Stage) -> None:
    program = Program(stage.unmoor, stage.scratch)
    pages = {
        "/customer": program.run("report", "amber-anchor-bakery"),
        "/waiting": program.run("report", "dapple-drum-music", "--time-zone", "Europe/Dublin"),
        "/fleet": program.run("report", "--all"),
    }
    # Only the page itself says what is in it, as in a file that somebody opens.
    with chromium(stage.chromium) as browser, served(pages, content_type="text/html") as address:
        visitor = Visitor(browser, address, stage.pictures / "report")
        for path in pages:
            read(visitor, path)
        visitor.open("/customer")
        visitor.expect("Amber & <b>Anchor</b> Bakery")
        visitor.expect("60 = ")
        visitor.open("/fleet")
        visitor.expect("1 migration is still under way.")
        # From the list to a customer, and back, with the keyboard alone.
        visitor.page.get_by_role("link", name="copper-candle-clinic", exact=True).focus()
        visitor.page.keyboard.press("Enter")
        visitor.page.wait_for_url("**#waba-310400000000403")
        if visitor.page.locator("svg[role=img]").count() != 3:
            raise Failed("the overview has not three plots")
        visitor.close()
        in_a_file(browser, stage, pages["/fleet"])
    print("ok      reports are read", flush=True)


def read(visitor: Visitor, path: str) -> None:
    """One report: on a screen and on paper."""
    name = path.removeprefix("/")
    visitor.open(path)
    visitor.look(name)
    page = visitor.page
    page.emulate_media(media="print")
    page.set_viewport_size(SHEET)  # type: ignore[arg-type]
    if page.evaluate("document.documentElement.scrollWidth") > SHEET["width"]:
        raise Failed(f"the report {name} is wider than a sheet of paper")
    # What can be opened on a screen is open on paper.
    hidden = "[...document.querySelectorAll('details table')].filter(table => table.getBoundingClientRect().height < 10).length"
    if page.evaluate(hidden):
        raise Failed(f"figures of the report {name} are not printed")
    sheets = page.pdf(path=visitor.pictures / f"{name}.pdf", prefer_css_page_size=True)
    if not sheets.startswith(b"%PDF") or sheets.count(b"/Type /Page\n") < 2:
        raise Failed(f"the report {name} does not print")
    page.emulate_media(media="screen")


def in_a_file(browser: Browser, stage: Stage, page: str) -> None:
    """The same as a file, with no network at all."""
    file = stage.scratch / "report.html"
    file.write_text(page)
    context = browser.new_context(offline=True)
    asked: list[str] = []
    opened = context.new_page()
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(file.as_uri())
    if "Migration report" not in opened.inner_text("body"):
        raise Failed("the report does not open as a file")
    more = [address for address in asked if not address.startswith(("file:", "data:"))]
    if more:
        raise Failed(f"the report asks for {more}")
    context.close()


run(main)
