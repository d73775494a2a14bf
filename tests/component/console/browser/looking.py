"""How a test looks at a page: in which light, how wide, and what it must not complain of."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize

SCREENSHOTS = Path("build/screenshots")
Light = Literal["light", "dark"]
DESK, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
MODES: dict[str, tuple[Light, ViewportSize]] = {
    "light": ("light", DESK),
    "dark": ("dark", DESK),
    "phone": ("light", PHONE),
}
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],  # to tell all that is right as well takes twice as long again
    "preload": False,  # of sounds and other sites' styles, of which there are none
}


@dataclass
class Eyes:
    """One browser before one console, and all that its pages complained of."""

    browser: Browser
    url: str
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    async def open(self, path: str) -> Page:
        page = await self.blank(path)
        await page.goto(self.url + path, wait_until="load")
        return page

    async def blank(self, path: str) -> Page:
        """A page of a browser of its own: errors of scripts and refusals by the policy are kept."""
        context = await self.browser.new_context(viewport=DESK, reduced_motion="reduce")
        self.contexts.append(context)
        page = await context.new_page()
        page.on("console", lambda told: self._hear(path, told.type, told.text))
        page.on("pageerror", lambda error: self._hear(path, "error", str(error)))
        return page

    async def close(self) -> None:
        for context in self.contexts:
            await context.close()

    def _hear(self, path: str, type: str, text: str) -> None:
        if type in ("error", "warning"):
            self.complaints.append(f"{path}: {text}")


async def look(page: Page, name: str) -> None:
    """In each mode a picture for people, and nothing that axe finds wrong or that is too wide."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    await page.evaluate(Axe().axe_script)
    for mode, (light, viewport) in MODES.items():
        await page.emulate_media(color_scheme=light)
        await page.set_viewport_size(viewport)
        await page.screenshot(path=SCREENSHOTS / f"{name}-{mode}.png", full_page=True)
        assert (mode, await violations(page), await sideways(page)) == (mode, [], 0)


async def violations(page: Page) -> list[str]:
    """What axe, which is in the page, finds wrong, each with the elements that it is wrong of."""
    found = await page.evaluate("rules => axe.run(rules).then(found => found.violations)", RULES)
    return [
        f"{each['id']}: {', '.join(str(node['target']) for node in each['nodes'])}"
        for each in found
    ]


async def sideways(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    wider: int = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return wider
