"""Stacks that several files of tests share."""

from collections.abc import Iterator

import pytest

from services.local.health import wait_for_services
from services.local.stack import LocalStack
from tests.conftest import a_stack

READY_DEADLINE_S = 60.0


@pytest.fixture(scope="session")
def tracked_stack() -> Iterator[LocalStack]:
    """A stack with a tracker, for tests that have subjects and sources of their own."""
    with a_stack() as stack:
        stack.start_services(["tracker"])
        assert wait_for_services(stack.settings, ["tracker"], READY_DEADLINE_S) == {}
        yield stack
