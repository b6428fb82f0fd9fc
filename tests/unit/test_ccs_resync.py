"""A CCS dies, comes back, loses the switch or the other: no call is lost or decided twice, agents are the switch's."""

from __future__ import annotations

import random

import pytest
from ccs_toys import CCS, Platform, agents_equal, running

from switchsim.callcentre.ccs.state import Question
from switchsim.model import cti
from switchsim.model.events import Resynchronised, RoleChanged, SeatOffered
from switchsim.units import ms, seconds

PLAIN = CCS.replace(b"strategy = most_skills_first", b"")


def views_equal(platform: Platform) -> bool:
    """Oracle: states of seats, and who waits where."""
    seats = {seat: row.state for seat, row in platform.switch.seats.items()}
    calls = {call: row.queue for call, row in platform.switch.calls.items()}
    return all(
        {seat: row.state for seat, row in one.state.switch.seats.items()} == seats
        and {call: row.queue for call, row in one.state.switch.calls.items()} == calls
        for one in (platform.a, platform.b) if one.running
    )  # fmt: skip


# -- with the switch -----------------------------------------------------------------------------------------------


def test_after_a_gap_what_was_thought_otherwise_is_counted() -> None:
    platform = running()
    waiting = platform.switch.call("10061")
    platform.settle().switch.rang(waiting, "answered")
    platform.settle().switch.telling = False  # lost on the way
    platform.switch.seat("801", "busy")
    platform.switch.call("555")
    platform.switch.telling = True
    platform.switch.seat("802", "busy")  # its number shows the gap
    platform.settle()
    assert platform.events(Resynchronised, "ccs/a")[-1] == Resynchronised(2, 4, 3)
    assert platform.events(Resynchronised, "ccs/b")[-1] == Resynchronised(2, 4, 3)
    assert views_equal(platform)


def test_agents_who_signed_out_meanwhile_are_no_longer_there() -> None:
    platform = running()
    platform.inject(platform.link, "crash")
    platform.run(seconds(1)).switch.seat("801", "signed_out")
    platform.switch.seat("803", "faulty")
    platform.run(seconds(4))
    assert not platform.a.ready
    platform.heal(platform.link, "crash")
    platform.run(seconds(8))
    assert platform.a.ready
    assert agents_equal(platform)
    assert platform.a.state.at_seat == {"802": "1002", "804": "1004"}


def test_a_seat_that_the_switch_has_no_more_has_no_agent() -> None:
    platform = running()
    del platform.switch.seats["802"]
    platform.switch.serial += 1  # a gap
    platform.switch.seat("801", "busy")
    platform.link.write("cti_server", cti.Wanted("cti_link", 0, cti.TellAll()))
    platform.settle()
    assert agents_equal(platform)
    assert platform.a.state.agents["1002"].seat == ""


def test_a_question_that_the_link_forgot_is_remembered_by_the_standby() -> None:
    platform = running(PLAIN, "801")
    platform.inject(platform.a, "hang")
    call = platform.run(ms(500)).switch.call("10060")
    platform.host.start_timer("callcentre/cti_server", str(call), seconds(20))
    platform.settle()
    platform.inject(platform.link, "crash")
    platform.heal(platform.link, "crash")
    assert platform.run(seconds(9)).rings() == {call: "801"}


def test_the_standby_sees_what_the_active_one_decided() -> None:
    platform = running(PLAIN.replace(b"[translate]", b"9 = number:02588888888\n[translate]"), "801")
    calls = [platform.switch.call("10060"), platform.switch.call("9")]
    platform.settle()
    assert (platform.b.state.questions, platform.b.state.decided) == ({}, dict.fromkeys(calls, 1))


def test_numbers_of_orders_do_not_come_again_in_a_new_life() -> None:
    """A late answer to an order of the former life would be taken for another's."""
    platform = running(PLAIN)
    for one in (platform.a, platform.b, platform.a):
        platform.switch.call("10060")
        platform.settle()
        platform.inject(one, "crash")
        platform.run(seconds(1))
        platform.heal(one, "crash")
        platform.run(seconds(7))
    assert {sender for sender, _ in platform.switch.numbers} == {"ccs/a", "ccs/b"}
    assert set(platform.switch.numbers.values()) == {1}


def test_everything_is_asked_for_again_when_it_does_not_come() -> None:
    platform = running(PLAIN, "")
    call = platform.switch.call("10060")
    platform.settle()
    platform.inject(platform.a, "crash")
    platform.run(seconds(2))
    platform.inject(platform.hub, "cut", **{"from": "ccs/b", "to": "cti_link"})
    while platform.roles()[1] != "active":
        platform.run(ms(10))
    platform.heal(platform.hub, "cut", to="cti_link")
    assert not platform.settle().b.ready
    platform.switch.seat("801", "idle")
    assert platform.run(seconds(2)).rings() == {call: "801"}


def test_a_question_of_a_call_that_waits_somewhere_is_answered_already() -> None:
    platform = running(PLAIN, "")
    call = platform.switch.call("10060")
    platform.settle()
    platform.a.state.questions[call] = Question(2, "10060", "1", "")
    platform.a.resynchronisation.new_role()
    platform.settle()
    assert platform.a.state.questions == {}
    assert len([row for row in platform.switch.results if row[1] == "ChooseRoute"]) == 1


def test_a_ccs_that_learns_of_a_waiting_call_late_knows_when_it_has_waited_too_long() -> None:
    platform = running(PLAIN.replace(b"overflow_after = 10s", b"overflow_after = 15s"), "")
    call = platform.switch.call("10061")
    platform.settle()
    platform.act(platform.b, "restart")
    platform.run(seconds(6))
    platform.inject(platform.a, "crash")
    assert platform.run(seconds(8)).switch.calls[call].queue == "116"
    assert platform.run(seconds(2)).switch.calls[call].queue == "118"


def test_a_ccs_that_cannot_reach_the_switch_decides_nothing_and_goes_on_afterwards() -> None:
    platform = running(PLAIN, "801")
    platform.switch.seat("801", "busy")
    call = platform.switch.call("10060")
    platform.settle()
    platform.inject(platform.link, "crash")
    platform.run(seconds(5)).switch.seat("801", "idle")
    assert platform.run(seconds(2)).rings() == {}
    platform.heal(platform.link, "crash")
    assert platform.run(seconds(8)).rings() == {call: "801"}


# -- the other takes over ------------------------------------------------------------------------------------------


def test_waiting_calls_go_on_and_those_that_ring_are_not_given_twice() -> None:
    platform = running(PLAIN, "801 802")
    rings, talks, waits = (platform.switch.call("10060") for _ in range(3))
    platform.settle().switch.rang(talks, "answered")
    platform.inject(platform.a, "crash")
    platform.run(ms(100)).switch.seat("804", "idle")  # nobody is active now
    assert platform.settle().rings() == {rings: "801"}
    platform.run(seconds(4))
    assert platform.rings() == {rings: "801", waits: "804"}
    assert platform.events(SeatOffered, "ccs/b") == [SeatOffered(waits, "804", "118")]
    platform.switch.rang(rings, "no_answer")
    assert platform.settle().rings() == {rings: "801", waits: "804"}  # 801 is the only idle one


def test_an_open_question_is_answered_by_the_one_that_takes_over() -> None:
    platform = running(PLAIN, "801")
    platform.inject(platform.a, "hang")
    platform.run(seconds(2))
    call = platform.switch.call("10060")
    platform.host.start_timer("callcentre/cti_server", str(call), seconds(9))  # a patient switch
    platform.run(seconds(3))
    assert platform.switch.calls[call].queue == "118"
    assert platform.rings() == {call: "801"}
    platform.heal(platform.a, "hang")  # it takes the question late, and sees that it is answered
    platform.run(seconds(2))
    assert platform.switch.routed == {(call, 1): 1}
    assert [row for row in platform.switch.results if row[1] == "ChooseRoute"] == [("ccs/b", "ChooseRoute", "ok")]


@pytest.mark.parametrize("after", range(0, 44, 2))
@pytest.mark.parametrize("point", ["crash", "hang"])
def test_the_active_one_dies_at_any_moment_of_a_call(point: str, after: int) -> None:
    """Half milliseconds after the call came: asked, decided, queued, offered, ringing."""
    platform = running(PLAIN, "801 802")
    call = platform.switch.call("10060")
    platform.run(after * ms(1) // 2)
    platform.inject(platform.a, point)
    platform.run(seconds(5))
    assert max(platform.switch.routed.values(), default=0) <= 1
    row = platform.switch.calls[call]
    if not row.own:  # else the switch has it
        assert (row.queue, row.seat != "") == ("118", True)
        assert len([one for one in platform.switch.results if one[1:] == ("Offer", "ok")]) == 1
    if point == "hang":
        platform.heal(platform.a, "hang")
        platform.run(seconds(3))
    else:
        platform.heal(platform.a, "crash")
        platform.run(seconds(7))
    assert sorted(platform.roles()) == ["active", "standby"]
    assert agents_equal(platform)
    assert views_equal(platform)


class People:
    """Callers and agents of a loaded platform: two calls a second; seats answer after 0.4 s and talk for 1.2 s."""

    def __init__(self, platform: Platform, seed: int) -> None:
        self.platform = platform
        self.random = random.Random(seed)
        self.since: dict[tuple[int, bool], int] = {}
        self.begun: list[int] = []

    def live(self, cycles: int, arrivals: bool = True) -> None:
        platform = self.platform
        end = platform.host.now + cycles
        while platform.host.now < end:
            if arrivals and self.random.randrange(10) == 0:
                number = self.random.choice(("10060", "180", "10061", "555"))
                self.begun.append(platform.switch.call(number, queue="11"))
            platform.run(ms(50))
            for call, row in list(platform.switch.calls.items()):
                if row.seat:
                    since = self.since.setdefault((call, row.talking), platform.host.now)
                    self._act(call, row.talking, platform.host.now - since)
                elif row.own and row.queue:
                    self._own(call, row.queue)

    def _act(self, call: int, talking: bool, age: int) -> None:
        if talking and age >= ms(1200):
            self.platform.switch.end(call)
        elif not talking and age >= ms(400):
            self.platform.switch.rang(call, "answered")

    def _own(self, call: int, queue: str) -> None:
        """What the switch itself distributes."""
        idle = [seat.seat for seat in self.platform.switch.seats.values() if seat.state == "idle"]
        if idle:
            self.platform.switch.calls[call].seat = idle[0]
            self.platform.switch.tell(cti.SeatCalled(call, 9000 + call, queue, idle[0], 0))
            self.platform.switch.seat(idle[0], "ringing", call)


@pytest.mark.parametrize("moment", range(20))
def test_killed_at_twenty_moments_under_load_every_oracle_holds(moment: int) -> None:
    platform = running(PLAIN)
    people = People(platform, moment)
    people.live(seconds(2) + ms(137) * moment)
    died = platform.host.now
    platform.inject(platform.a, "crash")
    people.live(seconds(5))
    platform.heal(platform.a, "crash")
    people.live(seconds(4))
    people.live(seconds(25), arrivals=False)
    took = next(at for at, place, event in platform.host.journal if at > died and isinstance(event, RoleChanged))
    assert took - died <= seconds(3) + ms(250), "recovery time"
    assert set(platform.switch.numbers.values()) == {1}, "no number of an order comes again"
    assert set(platform.switch.routed.values()) <= {1}, "one routing decision a call"
    assert sorted(call for call, _ in platform.switch.served) == people.begun, "no call lost, none served twice"
    assert platform.switch.calls == {}
    assert agents_equal(platform)
    assert views_equal(platform)
    assert platform.roles() == ("standby", "active")
    for one in (platform.a, platform.b):
        state = one.state
        assert not any((state.questions, state.offers, state.offered, state.ringing, state.tried, state.decided))


@pytest.mark.parametrize("seed", range(6))
def test_split_brain_under_load_and_its_healing(seed: int) -> None:
    """Both give orders: the switch takes the first, the other's is too late."""
    platform = running(PLAIN)
    people = People(platform, seed)
    people.live(seconds(2))
    platform.part_ccs()
    people.live(seconds(8))
    assert platform.roles() == ("active", "active")
    assert len({sender for sender, what, _ in platform.switch.results if what == "ChooseRoute"}) == 2
    platform.join_ccs()
    people.live(seconds(3))
    assert platform.roles() == ("active", "standby")
    people.live(seconds(25), arrivals=False)
    assert set(platform.switch.routed.values()) <= {1}
    assert sorted(call for call, _ in platform.switch.served) == people.begun
    assert agents_equal(platform)
    assert views_equal(platform)
