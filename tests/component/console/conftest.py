"""Asynchronous tests run on asyncio, by anyio's plugin."""

from collections.abc import AsyncIterator

import pytest

from tests.component.console.company import Company
from tests.component.console.running import Running, a_console


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def company() -> Company:
    return Company()


@pytest.fixture
async def running(company: Company, anyio_backend: str) -> AsyncIterator[Running]:
    async with a_console(company) as running:
        yield running
