"""Where a call goes, and which seat it gets: numbers, skills, priorities, overflow."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from ccs_toys import CCS, FILES, Platform, running
from hypothesis import given, settings
from hypothesis import strategies as st

from switchsim.callcentre.ccs.configuration import Configuration, read
from switchsim.callcentre.ccs.order import Order
from switchsim.callcentre.ccs.routes import Room, Route, route, translated
from switchsim.model import cti
from switchsim.model.events import RouteDecided, SeatOffered
from switchsim.units import ms, seconds


def configured(ccs: bytes = CCS) -> Configuration:
    found = read(msgspec.structs.replace(FILES, ccs=ccs), "ccs/a", "ccs/b")
    assert isinstance(found, Configuration), found
    return found


# -- numbers -------------------------------------------------------------------------------------------------------

PLENTY = Room(0, 5, 5)
NUMBERS = [
    ("10060", "", False, Route("queue:118", "access code 10060")),
    ("180", "", False, Route("queue:118", "access code 10060")),
    ("10060", "11", False, Route("queue:118", "access code 10060")),
    ("10060", "11", True, Route("queue:11", "queue chosen before")),
    ("10060", "sales", True, Route("queue:118", "access code 10060")),
    ("555", "11", False, Route("queue:11", "queue of the switch")),
    ("555", "sales", False, Route("", "no call queue configured")),
    ("", "", False, Route("", "no call queue configured")),
]


@pytest.mark.parametrize(("number", "asked", "chosen", "expected"), NUMBERS)
def test_a_number_leads_to_a_call_queue(number: str, asked: str, chosen: bool, expected: Route) -> None:
    assert route(configured(), number, asked, chosen, lambda queue: PLENTY) == expected


def test_targets_that_are_no_queue_and_the_queue_of_the_switch() -> None:
    ini = CCS.replace(b"[translate]", b"1 = number:02588888888\n2 = service:menu\n3 = seat:801\n4 = asked\n[translate]")
    found = configured(ini)
    assert [route(found, number, "11", False, lambda queue: PLENTY).target for number in "1234"] == [
        "number:02588888888", "service:menu", "seat:801", "queue:11"]  # fmt: skip


def test_translations_follow_each_other_and_a_circle_ends() -> None:
    found = configured(CCS.replace(b"180 = 10060", b"180 = 189\n189 = 10060\n1 = 2\n2 = 1"))
    assert translated(found, "180") == "10060"
    assert translated(found, "1") in ("1", "2")


def test_the_longest_of_the_first_digits_of_a_caller_is_its_priority() -> None:
    found = configured(CCS.replace(b"138 = 5", b"1 = 1\n138 = 5\n1380 = 0"))
    assert [found.priority(calling) for calling in ("", "2", "1", "137", "1389", "13800")] == [0, 0, 1, 1, 5, 0]


OVERFLOW = b"""[ccs]
version = 1
size = 2
[queue a]
overflow_to = queue:b
[queue b]
overflow_to = queue:c
when_empty = overflow
[queue c]
overflow_to = queue:a
[access]
1 = queue:a
"""


@pytest.mark.parametrize(("rooms", "expected"), [
    ({}, Route("queue:a", "access code 1")),
    ({"a": Room(1, 0, 0)}, Route("queue:a", "access code 1")),
    ({"a": Room(2, 0, 4)}, Route("queue:b", "access code 1; a is full")),
    ({"a": Room(2, 1, 4)}, Route("queue:a", "access code 1")),
    ({"a": Room(2, 0, 4), "b": Room(0, 0, 0)}, Route("queue:c", "access code 1; a is full; b is empty of agents")),
    ({one: Room(9, 0, 9) for one in "abc"}, Route("queue:c", "access code 1; a is full; b is full")),
])  # fmt: skip
def test_full_queues_and_those_of_nobody_send_on(rooms: dict[str, Room], expected: Route) -> None:
    assert route(configured(OVERFLOW), "1", "", False, lambda queue: rooms.get(queue, PLENTY)) == expected


def test_a_call_that_the_ccs_can_not_route_is_left_to_the_switch() -> None:
    platform = running()
    call = platform.switch.call("999")
    platform.settle()
    assert platform.switch.calls[call].routing
    why = "can not route the call: no call queue configured"
    assert platform.events(RouteDecided) == [RouteDecided(call, 1, "", why)]
    assert platform.run(seconds(2)).switch.calls[call].own


# -- the order of seats and calls ----------------------------------------------------------------------------------


def test_most_skills_first_of_four_idle_agents() -> None:
    """Skills {118}, {118}, {116}, {11, 118}: a call for 118 goes to the last, who has not been idle for long."""
    platform = running()
    call = platform.switch.call("10060")
    assert platform.settle().rings() == {call: "804"}
    assert platform.events(SeatOffered) == [SeatOffered(call, "804", "118")]


def test_idle_longest_first() -> None:
    platform = running(CCS.replace(b"strategy = most_skills_first", b""))
    calls = [platform.switch.call("10060") for _ in range(4)]
    assert platform.settle().rings() == dict(zip(calls, ("801", "802", "804"), strict=False))


SKILL = st.dictionaries(st.sampled_from("ABC"), st.integers(1, 3), min_size=1)
WAY = st.tuples(st.sampled_from("ABC"), st.integers(0, 2))
STEP = st.one_of(
    st.tuples(st.just("seat"), st.integers(1, 6), st.integers(0, 5), SKILL),
    st.tuples(st.just("call"), st.integers(1, 8), st.integers(0, 5), WAY),
    st.tuples(st.just("no seat"), st.integers(1, 6)),
    st.tuples(st.just("no call"), st.integers(1, 8)),
    st.tuples(st.just("tried"), st.integers(1, 8), st.integers(1, 6)),
)


class Slowly:
    """The reference: it looks at everybody each time. Queue B wants most skills first."""

    def __init__(self) -> None:
        self.seats: dict[str, tuple[int, dict[str, int]]] = {}
        self.calls: dict[int, tuple[str, int, int]] = {}
        self.tried: dict[int, list[str]] = {}

    def tried_by(self, call: int) -> list[str]:
        return self.tried.get(call, [])

    def seat_for(self, call: int) -> str:
        queue = self.calls[call][0]
        fit = [
            (seat in self.tried_by(call), skills[queue], -len(skills) if queue == "B" else 0, since, seat)
            for seat, (since, skills) in self.seats.items() if queue in skills
        ]  # fmt: skip
        return min(fit)[4] if fit else ""

    def call_for(self, seat: str) -> int:
        skills = self.seats[seat][1]
        fit = [
            (seat in self.tried_by(call), skills[queue], -priority, since, call)
            for call, (queue, since, priority) in self.calls.items() if queue in skills
        ]  # fmt: skip
        return min(fit)[4] if fit else 0


@settings(max_examples=300, deadline=None)
@given(st.lists(STEP, max_size=40))
def test_the_order_of_allocation_against_the_slow_way(steps: list[tuple[Any, ...]]) -> None:
    order, slow = Order(lambda queue: queue == "B"), Slowly()
    for what, number, *rest in steps:
        match what:
            case "seat":
                slow.seats[str(number)] = rest[0], rest[1]
                order.put_seat(str(number), *rest)
            case "call":
                slow.calls[number] = rest[1][0], rest[0], rest[1][1]
                order.put_call(number, rest[1][0], rest[0], rest[1][1])
            case "no seat":
                slow.seats.pop(str(number), None)
                order.take_seat(str(number))
            case "no call":
                slow.calls.pop(number, None)
                order.take_call(number)
            case _:
                slow.tried.setdefault(number, []).append(str(rest[0]))
        assert all(order.seat_for(call, slow.tried_by(call)) == slow.seat_for(call) for call in slow.calls)
        assert all(order.call_for(seat, slow.tried_by) == slow.call_for(seat) for seat in slow.seats)
        for queue in "ABC":
            assert order.idle_seats(queue) == sum(queue in skills for _, skills in slow.seats.values())


# -- distribution --------------------------------------------------------------------------------------------------


def test_levels_of_agents_and_priorities_of_callers() -> None:
    platform = running(CCS.replace(b"strategy = most_skills_first", b""), "")
    plain = platform.switch.call("10060", "1")
    platform.run(ms(50))
    first = platform.switch.call("10060", "13800138000")
    platform.settle().switch.seat("801", "idle")
    assert platform.settle().rings() == {first: "801"}
    platform.switch.seat("804", "idle")
    assert platform.settle().rings() == {first: "801", plain: "804"}


def test_the_best_skill_of_an_agent_comes_before_who_waits_longer() -> None:
    users = FILES.users.replace(b"11,118|804", b"11:2,118:1|804")
    platform = Platform(msgspec.structs.replace(FILES, users=users)).start().run(seconds(4))
    longer = platform.switch.call("555", queue="11")
    later = platform.run(ms(100)).switch.call("10060")
    platform.settle().switch.seat("804", "idle")
    assert platform.settle().rings() == {later: "804"}
    platform.switch.rang(later, "answered")
    platform.settle().switch.end(later)
    assert platform.settle().rings() == {longer: "804"}


def test_a_call_that_is_not_answered_keeps_its_place_and_goes_to_another_seat() -> None:
    platform = running(CCS.replace(b"strategy = most_skills_first", b""), "801 802")
    first, second, third = (platform.switch.call("10060") for _ in range(3))
    assert platform.settle().rings() == {first: "801", second: "802"}
    platform.switch.rang(first, "no_answer")  # 801 is idle again, the other rings: the one after it has a turn
    assert platform.settle().rings() == {third: "801", second: "802"}
    platform.switch.rang(second, "no_answer")  # 802 tried second, and not first, who came before
    assert platform.settle().rings() == {third: "801", first: "802"}


def test_a_call_that_nobody_answered_goes_round_again() -> None:
    platform = running(CCS.replace(b"strategy = most_skills_first", b""), "801 802")
    call = platform.switch.call("10060")
    seen = []
    for _ in range(4):
        seen.append(platform.settle().rings()[call])
        platform.switch.rang(call, "no_answer")
    assert seen == ["801", "802", "801", "802"]


def test_a_seat_that_the_switch_finds_busy_is_left_alone_for_a_while() -> None:
    platform = running(CCS.replace(b"strategy = most_skills_first", b""), "801 802")
    platform.switch.telling = False  # the CCS learns nothing of it
    platform.switch.seat("801", "busy")
    platform.switch.telling = True
    platform.switch.serial -= 1
    call = platform.switch.call("10060")
    assert platform.settle().rings() == {call: "802"}
    assert [result for _, what, result in platform.switch.results if what == "Offer"] == ["busy", "ok"]


def test_an_offer_that_comes_too_late_does_not_cost_the_seat_its_turn() -> None:
    platform = running(CCS.replace(b"strategy = most_skills_first", b""), "801")
    call = platform.switch.call("10060")
    platform.run(ms(3))
    platform.switch.end(call)
    following = platform.switch.call("10060")
    assert platform.settle().rings() == {following: "801"}
    assert not platform.a.state.offers
    assert not platform.a.state.offered


def test_who_waits_too_long_goes_over_with_its_waiting_time() -> None:
    platform = running(seats="801")
    platform.switch.seat("801", "talk")
    call = platform.switch.call("10061")
    platform.settle()
    since = platform.switch.calls[call].since
    assert platform.run(seconds(9)).switch.calls[call].queue == "116"
    assert platform.run(seconds(2)).switch.calls[call].queue == "118"
    assert platform.switch.calls[call].since == since
    assert platform.events(RouteDecided)[-1] == RouteDecided(call, 1, "queue:118", "waited too long in 116")
    platform.switch.seat("801", "idle")
    assert platform.settle().rings() == {call: "801"}


def test_who_has_waited_too_long_while_a_seat_rings_goes_over_afterwards() -> None:
    platform = running(seats="803")
    call = platform.switch.call("10061")
    platform.run(seconds(11))
    assert platform.rings() == {call: "803"}
    assert platform.switch.calls[call].queue == "116"
    platform.switch.rang(call, "no_answer")
    platform.switch.seat("803", "busy")
    assert platform.settle().a.state.tried == {call: ["803"]}
    assert platform.run(seconds(2)).switch.calls[call].queue == "118"
    assert platform.a.state.tried == {}, "seats of another queue have not been tried"


def test_busy_pressed_during_a_call_takes_effect_when_it_ends() -> None:
    """The switch keeps it (`after`); the seat comes back as busy, and gets no call."""
    platform = running(seats="801")
    call = platform.switch.call("10060")
    platform.settle().switch.rang(call, "answered")
    waiting = platform.switch.call("10060")
    platform.settle().switch.calls[call].seat = ""
    platform.switch.end(call)
    platform.switch.seat("801", "busy")
    assert platform.settle().rings() == {}
    platform.switch.seat("801", "idle")
    assert platform.settle().rings() == {waiting: "801"}


def test_seats_without_an_agent_serve_the_queues_that_the_switch_has_them_in() -> None:
    platform = running(seats="")
    platform.switch.seat("899", "idle")
    call = platform.switch.call("10060")
    assert platform.settle().rings() == {}
    platform.switch.tell(cti.MemberChanged("118", "899", True, 0, False))
    assert platform.settle().rings() == {call: "899"}
