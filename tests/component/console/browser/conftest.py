"""A real browser in front of a console in the same process."""

import os
import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright

from tests.component.console.browser.looking import Eyes
from tests.component.console.running import Running, listening

CHROMIUM = os.environ.get("HANDOFF_CHROMIUM") or shutil.which("chromium")


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def browser(anyio_backend: str) -> AsyncIterator[Browser]:
    """The machine's own Chromium: nothing is downloaded."""
    if CHROMIUM is None:
        pytest.skip("no Chromium: install `chromium`, or name one in HANDOFF_CHROMIUM")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
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
