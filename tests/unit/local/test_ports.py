"""Ports: the usual one, or another, and never one that another stack has chosen."""

import socket
from collections.abc import Iterator

import pytest

from services.local.ports import LOOPBACK, OTHER_PORTS, Ports, is_free, is_open


@pytest.fixture
def ports() -> Iterator[Ports]:
    ports = Ports()
    yield ports
    ports.release()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server((LOOPBACK, 0)) as server:
        yield server


def test_the_usual_port_is_taken_where_it_is_free(ports: Ports) -> None:
    finder = Ports(prefer_usual=False)
    usual = finder.take(1)
    finder.release()
    assert ports.take(usual) == usual


def test_a_port_that_someone_listens_on_is_avoided(ports: Ports, listener: socket.socket) -> None:
    usual = listener.getsockname()[1]
    assert is_open(usual)
    assert not is_free(usual)
    assert ports.take(usual) in OTHER_PORTS


def test_a_port_that_another_stack_has_chosen_is_avoided_until_released(ports: Ports) -> None:
    other = Ports(prefer_usual=False)
    chosen = other.take(1)
    assert ports.take(chosen) != chosen
    other.release()
    assert ports.take(chosen) == chosen


def test_without_preference_the_usual_port_is_left_alone(listener: socket.socket) -> None:
    unusual = Ports(prefer_usual=False)
    assert unusual.take(9092) in OTHER_PORTS
    unusual.release()
