"""Agents whom the files do not let in, at seats that sign in with their keys all the same."""

from __future__ import annotations

import msgspec
import pytest
from ccs_toys import FILES, Platform

from switchsim.model.events import AgentRefused, SeatOffered
from switchsim.units import seconds

PLAIN = FILES.ccs.replace(b"strategy = most_skills_first", b"")


def platform(most: int = 10_000, users: bytes = FILES.users) -> Platform:
    icd = FILES.icd.replace(b"10000", b"%d" % most)
    return Platform(msgspec.structs.replace(FILES, icd=icd, ccs=PLAIN, users=users)).start().run(seconds(4))


def sign_in(one: Platform, *seats: str) -> Platform:
    for seat in seats:
        one.switch.seat(seat, "idle")
        one.settle()
    return one


def member(one: Platform, seat: str, queue: str = "118") -> None:
    """The switch has it in the queue, whoever sits there."""
    one.a.distribution.member(queue, seat, 0)


def refusals(one: Platform, place: str = "") -> list[tuple[str, str, str]]:
    return [(event.agent, event.seat, event.why) for event in one.events(AgentRefused, place)]


def offered(one: Platform) -> list[str]:
    return [event.seat for event in one.events(SeatOffered)]


@pytest.mark.parametrize("row", [b"1001|Li|agent|red||801", b"1001|Li||red|118|801", b"1001|Li|agent||118|801"])
def test_an_incomplete_agent_gets_no_calls_at_a_seat_that_is_idle(row: bytes) -> None:
    one = sign_in(platform(users=FILES.users.replace(b"1001|Li|agent|red|118|801", row)), "801")
    member(one, "801")
    one.switch.call("10060")
    one.settle()
    assert (offered(one), one.a.state.at_seat, refusals(one)) == ([], {}, [("1001", "801", "no_skill")])
    assert one.a.distribution.signed_in("118") == 0
    sign_in(one, "802")
    assert offered(one) == ["802"]


def test_a_seat_of_nobody_in_the_list_serves_as_the_switch_has_it() -> None:
    one = sign_in(platform(1), "801", "899")
    member(one, "899")
    one.switch.call("10060")
    one.switch.call("10060")
    assert offered(one.settle()) == ["801", "899"]
    assert refusals(one) == []


def test_beyond_the_limit_nobody_gets_calls_and_the_journal_says_it_once() -> None:
    one = sign_in(platform(2), "801", "802", "804", "803")
    for seat in ("803", "804"):
        member(one, seat)
        one.switch.seat(seat, "wrap_up")
        one.settle().switch.seat(seat, "idle")
    for _ in range(4):
        one.switch.call("10060")
    one.settle()
    assert sorted(offered(one)) == ["801", "802"]
    assert refusals(one) == [("1004", "804", "full"), ("1003", "803", "full")]
    assert one.a.state.at_seat == one.b.state.at_seat == {"801": "1001", "802": "1002"}


def test_who_was_one_too_many_first_has_the_place_that_becomes_free() -> None:
    one = sign_in(platform(1), "801", "804", "802")
    one.switch.seat("801", "signed_out")
    one.switch.call("10060")
    one.settle()
    assert offered(one) == ["804"]
    assert one.a.state.at_seat == one.b.state.at_seat == {"804": "1004"}
    assert refusals(one)[-1] == ("1004", "804", "")
    sign_in(one, "801")
    assert refusals(one)[-1] == ("1001", "801", "full")


def test_one_who_has_gone_before_there_was_room_is_not_waited_for() -> None:
    one = sign_in(platform(1), "801", "804", "802")
    for seat in ("804", "801"):
        one.switch.seat(seat, "signed_out")
        one.settle()
    assert one.a.state.at_seat == {"802": "1002"}


def test_a_ccs_that_takes_over_keeps_the_same_agents_and_says_who_is_none() -> None:
    one = sign_in(platform(2), "803", "802", "801")
    one.act(one.b, "stop")
    one.settle()
    one.act(one.b, "start")
    one.run(seconds(6))
    assert one.b.state.at_seat == one.a.state.at_seat == {"803": "1003", "802": "1002"}
    assert refusals(one, "ccs/b") == []
    one.inject(one.a, "crash")
    one.run(seconds(5))
    assert refusals(one, "ccs/b") == [("1001", "801", "full")]


def test_what_the_other_knows_makes_nobody_one_too_many() -> None:
    one = sign_in(platform(2), "801", "802", "803")
    one.act(one.b, "stop")
    one.switch.seat("801", "signed_out")
    sign_in(one, "801")  # 803 has the place now, and 801 is one too many; whoever starts anew sees 801 first
    one.act(one.b, "start")
    one.run(seconds(6))
    assert one.a.state.at_seat == one.b.state.at_seat == {"802": "1002", "803": "1003"}
    assert one.b.state.refused == {"801": "full"}
