"""A real browser in front of a console in the same process."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright, expect

from tests.chromium import OPTIONS, needs_chromium
from tests.component.console.browser.looking import Eyes
from tests.component.console.running import Running, listening

expect.set_options(timeout=30_000)  # a loaded machine is no fault of the page


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def browser(anyio_backend: str) -> AsyncIterator[Browser]:
    """One for the tests of a file, or none where this machine has no Chromium."""
    needs_chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(**OPTIONS)
        yield browser
        await browser.close()


@pytest.fixture
async def eyes(browser: Browser, running: Running) -> AsyncIterator[Eyes]:
    """Opens pages of the console; what they complain of fails the test at its end."""
    async with listening(running) as url:
        eyes = Eyes(browser, url)
        yield eyes
        await eyes.close()
    assert eyes.complaints == []
