"""Who of the CCS pair is active: queue_switch.md, Platform and Assumptions."""

from __future__ import annotations

import msgspec
import pytest
from ccs_toys import Platform, running
from hypothesis import given, settings
from hypothesis import strategies as st

from switchsim.callcentre.ccs import pair
from switchsim.callcentre.ccs.pair import ACTIVE, STANDBY, Pair
from switchsim.callcentre.ccs.state import CcsState
from switchsim.model.events import ConfigurationRead, Resynchronised, RoleChanged
from switchsim.model.platform import Heartbeat
from switchsim.units import ms, seconds

SHORTEST, LONGEST = seconds(2), seconds(3) + ms(250)
"""From the death of the active one to the take-over: three heartbeats, less the time since the last one."""


def test_starts_standby_and_becomes_active_when_it_finds_none_for_three_seconds() -> None:
    platform = Platform().start("icdcomm", "cti_link", "ccs/b")
    assert platform.roles()[1] == STANDBY
    assert platform.run(seconds(3) - 1).roles()[1] == STANDBY
    assert platform.run(1).roles()[1] == ACTIVE
    assert [event.role for event in platform.events(RoleChanged, "ccs/b")] == [STANDBY, ACTIVE]


def test_a_new_role_compares_once_with_the_switch() -> None:
    platform = running()
    assert platform.events(Resynchronised, "ccs/a") == [Resynchronised(0, 0, 0)] * 2
    platform.inject(platform.a, "crash")
    platform.run(seconds(5))
    assert platform.events(Resynchronised, "ccs/b") == [Resynchronised(0, 0, 0), Resynchronised(0, 4, 0)]


def test_stays_standby_when_it_finds_an_active_one() -> None:
    platform = Platform().start("icdcomm", "cti_link", "ccs/b").run(seconds(10))
    platform.start("ccs/a").run(seconds(10))
    assert platform.roles() == (STANDBY, ACTIVE)


def test_two_that_start_at_the_same_instant_the_lower_node_number_becomes_active() -> None:
    platform = Platform().start()
    for _ in range(200):
        assert platform.run(ms(50)).roles() != (ACTIVE, ACTIVE)
    assert platform.roles() == (ACTIVE, STANDBY)


def test_node_numbers_are_those_of_icd_ini() -> None:
    files = msgspec.structs.replace(Platform().a.config.files, icd=b"[nodes]\nccs/a = 9\nccs/b = 4\n")
    assert Platform(files).start().run(seconds(8)).roles() == (STANDBY, ACTIVE)


@pytest.mark.parametrize("lead", [1, ms(1), ms(900), seconds(2)])
def test_of_two_that_look_the_one_that_began_earlier_becomes_active(lead: int) -> None:
    platform = Platform().start("icdcomm", "cti_link", "ccs/b").run(lead)
    platform.start("ccs/a")
    for _ in range(100):
        assert platform.run(ms(100)).roles() != (ACTIVE, ACTIVE)
    assert platform.roles() == (STANDBY, ACTIVE)


@pytest.mark.parametrize("phase", range(0, 1000, 125))
@pytest.mark.parametrize("point", ["crash", "hang"])
def test_takes_over_when_the_active_one_is_silent_for_three_heartbeats(point: str, phase: int) -> None:
    platform = running().run(ms(phase))
    died = platform.host.now
    platform.inject(platform.a, point)
    assert platform.run(SHORTEST - ms(1)).roles()[1] == STANDBY
    assert platform.run(LONGEST - SHORTEST + ms(1)).roles()[1] == ACTIVE
    took = next(at for at, place, event in platform.host.journal if place == "ccs/b"
                and isinstance(event, RoleChanged) and event.role == ACTIVE)  # fmt: skip
    assert SHORTEST <= took - died <= LONGEST


def test_one_that_crashed_and_is_back_within_three_heartbeats_begins_as_standby() -> None:
    platform = running()
    platform.inject(platform.a, "crash")
    platform.heal(platform.a, "crash")  # starts within 2 s
    assert platform.run(seconds(8)).roles() == (STANDBY, ACTIVE)


def test_the_standby_may_die_and_come_back_and_nothing_changes() -> None:
    platform = running()
    platform.inject(platform.b, "crash")
    assert platform.run(seconds(5)).roles() == (ACTIVE, "")
    platform.heal(platform.b, "crash")
    assert platform.run(seconds(10)).roles() == (ACTIVE, STANDBY)


def test_two_that_lose_each_other_are_both_active_and_the_longer_active_one_stays_when_it_heals() -> None:
    platform = running()
    platform.part_ccs()
    assert platform.run(seconds(5)).roles() == (ACTIVE, ACTIVE)
    platform.join_ccs()
    platform.run(seconds(1) + ms(20))
    assert platform.roles() == (ACTIVE, STANDBY)
    last = platform.events(RoleChanged, "ccs/b")[-1]
    assert last == RoleChanged(STANDBY, "the other has been active longer; ccs.ini version 7")
    assert platform.host.journal[-1][1:] == ("ccs/b", Resynchronised(0, 4, 0))


def test_the_other_may_be_the_one_that_was_active_longer() -> None:
    platform = running()
    platform.inject(platform.a, "crash")
    platform.run(seconds(4))
    platform.heal(platform.a, "crash")
    platform.part_ccs()
    assert platform.run(seconds(8)).roles() == (ACTIVE, ACTIVE)
    platform.join_ccs()
    assert platform.run(seconds(2)).roles() == (STANDBY, ACTIVE)


def test_one_that_hung_and_goes_on_is_active_at_once_and_the_rule_of_healing_decides() -> None:
    platform = running()
    platform.inject(platform.a, "hang")
    assert platform.run(seconds(5)).roles()[1] == ACTIVE
    platform.heal(platform.a, "hang")
    assert platform.run(seconds(2)).roles() == (ACTIVE, STANDBY)


def test_one_way_only_cut_heals_by_the_same_rule() -> None:
    platform = running()
    platform.inject(platform.hub, "cut", **{"from": "ccs/a", "to": "ccs/b"})
    platform.run(seconds(10))
    assert platform.roles() == (ACTIVE, ACTIVE)  # b hears nothing of a
    platform.join_ccs()
    assert platform.run(seconds(2)).roles() == (ACTIVE, STANDBY)


def test_stale_configuration_is_read_at_the_take_over_and_the_journal_names_its_version() -> None:
    platform = running()
    platform.inject(platform.b, "stale")
    assert platform.run(seconds(1)).b.configuration.version == "7"
    platform.inject(platform.a, "crash")
    platform.run(LONGEST)
    assert platform.events(ConfigurationRead, "ccs/b")[-1] == ConfigurationRead("ccs.ini", "6")
    assert platform.events(RoleChanged, "ccs/b")[-1].why == "the active one is silent; ccs.ini version 6"
    call = platform.run(seconds(1)).switch.call("10060")
    assert platform.settle().switch.calls[call].queue == "11"
    platform.heal(platform.b, "stale")
    platform.act(platform.b, "restart")
    assert platform.run(seconds(6)).b.configuration.version == "7"


def test_a_snapshot_in_between_changes_nothing() -> None:
    """As the kernel does: state to msgpack and back, and what is derived from it built anew."""

    def play(snapshot: bool) -> list[object]:
        platform = running()
        for number in range(12):
            platform.switch.call("10061" if number % 3 else "180", "1380000" if number % 4 else "1")
            platform.run(ms(137))
            if snapshot:
                for one in (platform.a, platform.b):
                    one.state = msgspec.msgpack.decode(msgspec.msgpack.encode(one.state), type=CcsState)
                    one.restored()
            if number == 6:
                platform.inject(platform.a, "crash")
            for call in platform.rings():
                platform.switch.rang(call, "answered" if call % 2 else "no_answer")
        return platform.run(seconds(8)).host.journal

    assert play(True) == play(False)


# -- the rule itself, over any way of letters ----------------------------------------------------------------------


class End:
    """One of the pair as plain functions: a beat a second, and a timer."""

    def __init__(self, node: int, other: int, began: int) -> None:
        self.node, self.other, self.began = node, other, began
        self.pair = Pair()
        self.due = -1

    def step(self, now: int) -> Heartbeat | None:
        if now < self.began:
            return None
        if now == self.began:
            self.due = now + pair.begin(self.pair, now)
        if now == self.due:
            why, wait = pair.consider(self.pair, now, self.node, self.other)
            if why:
                pair.take_role(self.pair, ACTIVE, now)
            self.due = now + wait if wait else -1
        beat = (now - self.began) % seconds(1) == 0 or self.pair.since == now
        return Heartbeat(self.pair.role, self.pair.since) if beat else None

    def hear(self, beat: Heartbeat, now: int) -> None:
        if now < self.began:
            return
        if pair.hear(self.pair, beat, now, self.node, self.other):
            pair.take_role(self.pair, STANDBY, now)
        if pair.wait(self.pair):
            self.due = now + pair.wait(self.pair)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 60), st.integers(0, 60), st.booleans(),
    st.lists(st.tuples(st.booleans(), st.booleans()), min_size=0, max_size=60),
)  # fmt: skip
def test_whatever_was_lost_one_is_active_once_they_hear_each_other(
    first: int, second: int, swap: bool, lost: list[tuple[bool, bool]]
) -> None:
    """Tenths of a second; `lost` says, by half seconds, which way is cut. Then 8 s without loss."""
    tick = ms(100)
    one, two = (2, 1) if swap else (1, 2)
    ends = [End(one, two, first * tick), End(two, one, second * tick)]
    last = max(len(lost) * 5, first, second) + 80
    for number in range(last):
        now = number * tick
        beats = [end.step(now) for end in ends]
        ways = lost[number // 5] if number // 5 < len(lost) else (False, False)
        for beat, cut, reader in zip(beats, ways, reversed(ends), strict=True):
            if beat is not None and not cut:
                reader.hear(beat, now)
    assert sorted(end.pair.role for end in ends) == [ACTIVE, STANDBY]
