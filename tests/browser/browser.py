"""A browser that is watched: what it complains of, what it asks for, and how its pages look to whom."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

from unmoor import Failed

# Nothing may be fetched behind our back, and no profile is kept.
ARGUMENTS = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
WIDTHS = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
SCHEMES = ("light", "dark")
# What a reader with a disability would be stopped by. Lesser findings fail as well: there are none, and so it shall stay.
GRAVE = {"minor", "moderate", "serious", "critical"}
PATIENCE_MS = 10_000
# What the link or button says that the keyboard is at.
FOCUSED = "document.activeElement.matches('a, button') ? document.activeElement.innerText.replace(/\\s+/g, ' ').trim() : ''"


@contextmanager
def chromium(executable: Path) -> Iterator[Browser]:
    """A headless Chromium. It refuses to be sandboxed for root, and only for root it is not."""
    arguments = [*ARGUMENTS, "--no-sandbox"] if os.geteuid() == 0 else ARGUMENTS
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(executable), args=arguments)
        try:
            yield browser
        finally:
            browser.close()


class Visitor:
    """One person at a browser."""

    def __init__(self, browser: Browser, address: str, pictures: Path, *, scripts: bool = True) -> None:
        self.address = address
        pictures.mkdir(parents=True, exist_ok=True)
        self.pictures = pictures
        self._scripts = scripts
        self._complaints: list[str] = []
        self._seen = 0
        self._context = self._open(browser)
        self.page = self._watched(self._context)

    def _open(self, browser: Browser) -> BrowserContext:
        context = browser.new_context(viewport=WIDTHS["desktop"], java_script_enabled=self._scripts)
        context.set_default_timeout(PATIENCE_MS)
        context.route("**/*", self._only_loopback)
        return context

    def _watched(self, context: BrowserContext) -> Page:
        page = context.new_page()
        page.on("console", lambda message: self._hear(message.type, message.text))
        page.on("pageerror", lambda error: self._complaints.append(f"a script failed: {error}"))
        page.on("requestfailed", lambda request: self._complaints.append(f"{request.url} failed: {request.failure}"))
        return page

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self._complaints.append(f"the console says: {text}")

    def _only_loopback(self, route: Route) -> None:
        if urlsplit(route.request.url).hostname == "127.0.0.1":
            route.continue_()
        else:
            self._complaints.append(f"{route.request.url} was asked for, which is not on this machine")
            route.abort()

    def open(self, path: str) -> None:
        """Opens a page, which has to be there."""
        answer = self.page.goto(f"{self.address}{path}")
        if answer is None or answer.status != 200:
            raise Failed(f"{path} answered {answer.status if answer else 'nothing'}")
        self.settle()

    def click(self, name: str, *, role: str = "link") -> None:
        """Clicks what a person reads or hears as `name`."""
        self.page.get_by_role(role, name=name, exact=True).click()  # type: ignore[arg-type]
        self.settle()

    def press(self, name: str) -> None:
        """Presses a button."""
        self.click(name, role="button")

    def tab_to(self, name: str) -> None:
        """Goes to a link or button with the keyboard alone, and enters it."""
        for _ in range(60):
            self.page.keyboard.press("Tab")
            if self.page.evaluate(FOCUSED) == name:
                self.enter()
                return
        raise Failed(f"the keyboard does not get to {name!r} on {self.page.url}")

    def enter(self) -> None:
        """Presses the enter key, which leads to another page."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.settle()

    def expect(self, text: str) -> None:
        """The page has to say `text`."""
        if text not in self.page.inner_text("body"):
            raise Failed(f"{self.page.url} does not say {text!r}:\n{self.page.inner_text('main')}")

    def settle(self) -> None:
        """Nothing may be amiss so far."""
        if self._complaints:
            raise Failed(f"on {self.page.url}: " + "; ".join(self._complaints))

    def look(self, name: str) -> None:
        """Takes pictures of the page at both widths in both schemes, and asks whether everybody can use it."""
        self._seen += 1
        name = f"{self._seen:02}-{name}"
        for width, viewport in WIDTHS.items():
            self.page.set_viewport_size(viewport)  # type: ignore[arg-type]
            for scheme in SCHEMES:
                self.page.emulate_media(color_scheme=scheme)
                self._stay_within(name, width, viewport["width"])
                if width == "desktop" or scheme == "light":
                    self._ask_axe(f"{name}, {width}, {scheme}")
                self.page.screenshot(path=self.pictures / f"{name}-{width}-{scheme}.png", full_page=True)
        self.page.set_viewport_size(WIDTHS["desktop"])  # type: ignore[arg-type]
        self.page.emulate_media(color_scheme="light")
        self.settle()
        print(f"seen    {name}", flush=True)

    def _stay_within(self, name: str, width: str, pixels: int) -> None:
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        if wide > pixels:
            raise Failed(f"{name} is {wide} pixels wide at {width} width, {pixels} are there")

    def _ask_axe(self, what: str) -> None:
        found = Axe().run(self.page).response["violations"]
        grave = [violation for violation in found if violation["impact"] in GRAVE]
        if grave:
            told = "\n".join(
                f"  {violation['impact']}: {violation['help']} ({violation['id']}): {node['html']}\n{node['failureSummary']}"
                for violation in grave
                for node in violation["nodes"]
            )
            raise Failed(f"not everybody can use {what}:\n{told}")

    def close(self) -> None:
        """Ends the visit."""
        self.settle()
        self._context.close()
