"""How long the supervisor waits before it starts a program again."""

from services.local.supervisor import LONGEST_PAUSE_S, SHORTEST_PAUSE_S, pause_before_restart


def test_each_death_in_a_row_doubles_the_pause() -> None:
    assert [pause_before_restart(deaths) for deaths in (1, 2, 3)] == [0.5, 1.0, 2.0]


def test_the_pause_has_a_limit_however_often_a_program_dies() -> None:
    assert pause_before_restart(1) == SHORTEST_PAUSE_S
    assert pause_before_restart(7) == LONGEST_PAUSE_S
    assert pause_before_restart(10_000) == LONGEST_PAUSE_S
