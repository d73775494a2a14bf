"""What a refused command says, for tests to compare."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from services.shared.errors import RefusalCode, Refused


@contextmanager
def refused(code: RefusalCode, field: str, *words: str, retryable: bool = False) -> Iterator[None]:
    """The block is refused for `field`, in a message that has each of `words`."""
    with pytest.raises(Refused) as caught:
        yield
    assert (caught.value.code, caught.value.field) == (code, field), str(caught.value)
    assert caught.value.retryable is retryable
    for word in words:
        assert word in str(caught.value)
