"""Customers read their instructions, in each of the six languages, on a screen and on paper."""

from browser import Visitor, chromium
from pages import served
from stage import Stage, run
from unmoor import Failed, Operator, Simulator

CUSTOMER = "marigold-mill-bicycles"
LANGUAGES = {"en": "ltr", "es": "ltr", "pt-BR": "ltr", "fr": "ltr", "hi": "ltr", "ar": "rtl"}
# Meta's own words, which stand in every language as they are.
MENUS = ["WhatsApp Manager", "Account tools", "Phone numbers", "Overview", "Two-step verification"]
BUTTON = "Turn off two-step verification"


def main(stage: Stage) -> None:
    with (
        Simulator(stage.unmoor, stage.customers, stage.scratch, 100) as simulator,
        chromium(stage.chromium) as browser,
    ):
        operator = Operator(stage.unmoor, stage.scratch, simulator)
        operator.run("import", str(stage.customers))
        operator.run("preflight", "--all", status=(0, 4))
        pages = {
            language: operator.run("instructions", CUSTOMER, "--html", "--language", language) for language in LANGUAGES
        }
        with served(pages) as address:
            visitor = Visitor(browser, address, stage.pictures / "instructions")
            for language, direction in LANGUAGES.items():
                read(visitor, language, direction)
            visitor.close()


def read(visitor: Visitor, language: str, direction: str) -> None:
    """One page: its language, its direction, and Meta's words in it."""
    visitor.open(f"/{language}")
    document = visitor.page.locator("html")
    found = (document.get_attribute("lang"), document.get_attribute("dir"))
    if found != (language, direction):
        raise Failed(f"the page says of itself {found}, not {(language, direction)}")
    shown = visitor.page.locator("b.menu").all_inner_texts()
    for menu in [*MENUS, BUTTON]:
        if menu not in shown:
            raise Failed(f"the page in {language} does not name {menu!r}: {shown}")
    visitor.expect("+353 155 501 31")
    visitor.look(language)
    visitor.page.emulate_media(media="print")
    visitor.page.set_viewport_size({"width": 720, "height": 1000})
    if visitor.page.evaluate("document.documentElement.scrollWidth") > 720:
        raise Failed(f"the page in {language} is wider than a sheet of paper")
    visitor.page.screenshot(path=visitor.pictures / f"{language}-paper.png", full_page=True)
    visitor.page.emulate_media(media="screen")
    print(f"ok      instructions in {language}", flush=True)


run(main)
