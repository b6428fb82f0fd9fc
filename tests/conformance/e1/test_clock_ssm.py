"""Synchronisation status messages (G.704 table 5C) and the choice of reference by them (G.781)."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from switchsim.proto.clock import ssm
from switchsim.proto.clock.selector import Reference, Selector, SelectorConfig, SelectorState, names_of, through
from switchsim.units import ms, seconds

PRC, SSU_A, SSU_B, SEC, UNKNOWN, DNU = 2, 4, 8, 11, 0, 15


@pytest.mark.parametrize(("bits", "name"), [
    ("0000", "unknown"), ("0010", "prc"), ("0100", "ssu_a"), ("1000", "ssu_b"), ("1011", "sec"),
    ("1111", "do_not_use"),
])  # fmt: skip
def test_g704_table_5c_codes(bits: str, name: str) -> None:
    assert ssm.name(int(bits, 2)) == name
    assert ssm.BY_NAME[name] == int(bits, 2)


def test_g781_option_i_order() -> None:
    assert sorted((DNU, SEC, UNKNOWN, PRC, SSU_B, SSU_A), key=ssm.rank) == [PRC, SSU_A, SSU_B, SEC, UNKNOWN, DNU]


@pytest.mark.parametrize("code", range(16))
def test_reserved_codes_and_do_not_use_are_not_used(code: int) -> None:
    assert ssm.usable(code) == (code in (PRC, SSU_A, SSU_B, SEC, UNKNOWN))
    assert (ssm.rank(code) < 5) == ssm.usable(code)


# -- the choice --------------------------------------------------------------------------------------------------------


def selector(*priorities: int, own: str = "here", **config: int) -> Selector:
    """References a, b, c of these priorities, all just lost or never seen."""
    references = [Reference(line, priority) for line, priority in zip("abc", priorities, strict=False)]
    return Selector(SelectorState(references), SelectorConfig(own, **config))


class Row(NamedTuple):
    title: str
    priorities: tuple[int, ...]
    qualities: tuple[int, ...]  # -1: no signal
    with_ssm: str
    without: str


ROWS = [
    Row("the best quality wins", (1, 2, 3), (SEC, PRC, SSU_A), "b", "a"),
    Row("of equal qualities the priority decides", (2, 1, 3), (SSU_B, SSU_B, SEC), "b", "b"),
    Row("of equal priorities the first", (5, 5, 5), (PRC, PRC, PRC), "a", "a"),
    Row("do-not-use is not used", (1, 2, 3), (DNU, SEC, DNU), "b", "a"),
    Row("do-not-use everywhere: none", (1, 2, 3), (DNU, DNU, DNU), "", "a"),
    Row("a reserved code is not used", (1, 2, 3), (1, 14, UNKNOWN), "c", "a"),
    Row("without a signal its quality is nothing", (1, 2, 3), (-1, SEC, SSU_A), "c", "b"),
    Row("no signal at all: none", (1, 2, 3), (-1, -1, -1), "", ""),
    Row("unknown comes last", (1, 2, 3), (UNKNOWN, UNKNOWN, SEC), "c", "a"),
]


@pytest.mark.parametrize("use_ssm", [True, False], ids=["ssm", "priorities"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.title)
def test_g781_selection(row: Row, use_ssm: bool) -> None:
    one = selector(*row.priorities, ssm=use_ssm)
    for line, quality in zip("abc", row.qualities, strict=True):
        one.heard(0, line, quality >= 0, 0, max(0, quality), "", at_once=True)
    one.advance(0)
    assert one.state.selected == (row.with_ssm if use_ssm else row.without)


def test_a_changed_message_acts_at_once() -> None:
    """Neither hold-off nor wait to restore: those are for signals."""
    one = selector(1, 2, ssm=True)
    chosen = []
    for now, quality in enumerate((PRC, DNU, PRC)):
        one.heard(now, "a", True, 0, quality, "", at_once=True)
        one.heard(now, "b", True, 0, SEC, "", at_once=True)
        one.advance(now)
        chosen.append(one.state.selected)
    assert chosen == ["a", "b", "a"]


@pytest.mark.parametrize(("revertive", "back"), [(True, "a"), (False, "b")])
def test_who_goes_back_to_an_equal_one(revertive: bool, back: str) -> None:
    one = selector(1, 2, revertive=revertive, wait_cycles=0)
    for now, (a, b) in enumerate([(False, True), (True, True)]):
        one.heard(now, "a", a, 0, SEC, "", at_once=True)
        one.heard(now, "b", b, 0, SEC, "", at_once=True)
        one.advance(now)
    assert one.state.selected == back


def test_who_does_not_go_back_still_takes_a_better_quality() -> None:
    one = selector(2, 1, ssm=True, revertive=False)
    for now, quality in enumerate((SEC, SSU_A)):
        one.heard(now, "a", True, 0, SEC, "", at_once=True)
        one.heard(now, "b", now > 0, 0, quality, "", at_once=True)
        one.advance(now)
    assert one.state.selected == "b"


# -- hold-off, wait to restore -----------------------------------------------------------------------------------------


def play(one: Selector, signals: dict[int, bool], until: int) -> list[tuple[int, str, str]]:
    """(cycle, stage of a, selected) of every change, looked at only at the instants that next_change names."""
    found: list[tuple[int, str, str]] = []
    now = 0
    while now <= until:
        if now in signals:
            one.heard(now, "a", signals[now], 0, SEC, "")
        one.advance(now)
        told = (one.state.references[0].stage, one.state.selected)
        if not found or found[-1][1:] != told:
            found.append((now, *told))
        coming = [at for at in signals if at > now]
        change = one.next_change(now)
        now = min([*coming, change if change is not None else until + 1, until + 1])
    return found


def healthy() -> Selector:
    one = selector(1, 2, hold_off_cycles=ms(500), wait_cycles=seconds(10))
    for line in "ab":
        one.heard(0, line, True, 0, SEC, "", at_once=True)
    one.advance(0)
    return one


def test_a_short_failure_is_held_off() -> None:
    found = play(healthy(), {1000: False, 1000 + ms(499): True}, seconds(60))
    assert found == [(0, "good", "a"), (1000, "hold_off", "a"), (1000 + ms(499), "good", "a")]


def test_a_failure_is_a_switch_after_the_hold_off() -> None:
    found = play(healthy(), {1000: False}, seconds(60))
    assert found == [(0, "good", "a"), (1000, "hold_off", "a"), (1000 + ms(500), "failed", "b")]


def test_what_comes_back_is_waited_for() -> None:
    found = play(healthy(), {1000: False, 20_000: True}, seconds(60))
    assert found[2:] == [(5000, "failed", "b"), (20_000, "waiting", "b"), (20_000 + seconds(10), "good", "a")]


def test_a_failure_while_waiting_begins_anew() -> None:
    found = play(healthy(), {1000: False, 20_000: True, 60_000: False, 70_000: True}, seconds(60))
    assert found[3:] == [
        (20_000, "waiting", "b"), (60_000, "failed", "b"), (70_000, "waiting", "b"), (70_000 + seconds(10), "good", "a")
    ]  # fmt: skip


# -- timing loops ------------------------------------------------------------------------------------------------------


def test_origins() -> None:
    assert through("here", "") == "here"
    assert through("here", "north<south") == "here<north<south"
    assert through("here", "north<here<south") == "here<north<south"  # once each: it can not grow for ever
    assert names_of("here<north") == ["here", "north"]


@pytest.mark.parametrize(("own", "patience"), [("a_first", seconds(5)), ("m_second", seconds(10))])
def test_a_loop_is_given_up_by_the_first_by_name(own: str, patience: int) -> None:
    """The other one waits twice as long, and finds no loop any more."""
    other = {"a_first": "m_second", "m_second": "a_first"}[own]
    one = selector(1, 2, own=own, loop_cycles=seconds(5))
    one.heard(0, "a", True, 0, SEC, f"{other}<{own}<z_far", at_once=True)
    one.advance(0)
    assert (one.state.selected, one.next_change(0)) == ("a", patience)
    one.advance(patience - 1)
    assert one.state.selected == "a"
    one.advance(patience)
    assert (one.state.selected, one.state.references[0].given_up) == ("", True)


def test_a_loop_that_opens_in_time_is_forgiven() -> None:
    one = selector(1, own="m", loop_cycles=seconds(5))
    one.heard(0, "a", True, 0, SEC, "b<m", at_once=True)
    one.advance(0)
    one.heard(seconds(4), "a", True, 0, SEC, "b")
    one.advance(seconds(4))
    one.advance(seconds(60))
    assert (one.state.selected, one.next_change(seconds(60))) == ("a", None)


def test_what_would_close_the_loop_again_stays_given_up() -> None:
    one = selector(1, own="a", loop_cycles=seconds(5), wait_cycles=seconds(10))
    one.heard(0, "a", True, 0, SEC, "b<a", at_once=True)
    for at in (0, seconds(5), seconds(3600)):
        one.advance(at)
    assert one.state.selected == ""
    one.heard(seconds(3600), "a", True, 0, SEC, "b")  # it is locked to something else now
    one.advance(seconds(3600))
    assert one.state.selected == ""
    one.advance(seconds(3610))
    assert one.state.selected == "a"


def test_a_standby_reference_that_comes_from_here_is_no_loop() -> None:
    """As long as nobody follows it."""
    one = selector(1, 2, own="here")
    one.heard(0, "a", True, 0, SEC, "far", at_once=True)
    one.heard(0, "b", True, 0, SEC, "there<here<far", at_once=True)
    one.advance(0)
    assert (one.state.selected, one.next_change(0)) == ("a", None)


def test_what_was_given_up_is_tried_anew_after_a_better_one() -> None:
    """The first reference comes back: what was a loop is none now, and may stand in for it again."""
    one = selector(1, 2, own="here", loop_cycles=seconds(5), wait_cycles=seconds(10))
    one.heard(0, "b", True, 0, SEC, "there<here", at_once=True)
    one.advance(0)
    one.advance(seconds(5))
    assert (one.state.selected, one.state.references[1].given_up) == ("", True)
    one.heard(seconds(20), "a", True, 0, SEC, "far")
    one.advance(seconds(29))
    assert (one.state.selected, one.state.references[1].given_up) == ("", True)
    one.advance(seconds(30))
    assert (one.state.selected, one.state.references[1].given_up) == ("a", False)


def test_a_loop_of_the_first_reference_is_not_tried_again_while_the_second_is_followed() -> None:
    one = selector(1, 2, own="here", loop_cycles=seconds(5))
    one.heard(0, "a", True, 0, SEC, "there<here", at_once=True)
    one.heard(0, "b", True, 0, SEC, "far", at_once=True)
    for at in (0, seconds(5), seconds(3600)):
        one.advance(at)
    assert (one.state.selected, one.state.references[0].given_up) == ("b", True)
