"""Each story has a company of its own."""

import pytest

from tests.stories.company import Company


@pytest.fixture
def company() -> Company:
    return Company()
