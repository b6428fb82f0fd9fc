"""MDS, PROXY, UIS, MCP and the file server by themselves: letters, limits, deaths."""

from __future__ import annotations

from typing import Any

import pytest
from ccs_switch_toy import Host
from ccs_toys import FILES, Person, Platform

from switchsim.callcentre.file_server import ROOM_OCTETS, FileServer
from switchsim.callcentre.mcp import MOST_CONSOLES, Mcp
from switchsim.callcentre.mds import Mds
from switchsim.callcentre.process import Process
from switchsim.callcentre.proxy import Proxy
from switchsim.callcentre.uis import MOST_LINES, Uis
from switchsim.model.events import InputRefused, LampShown, RequestTaken
from switchsim.model.order import Act, Heal, Inject
from switchsim.model.platform import FileGiven, FileWanted, Heartbeat, LookedUp, LookUp, SignIn
from switchsim.units import ms, seconds


class Desk:
    """One process alone; what it sends is kept."""

    def __init__(self, kind: Any, *more: Any) -> None:
        self.host = Host()
        self.sent: list[Any] = []
        self.host.send = lambda place, port, message: self.sent.append(message) is None  # type: ignore[method-assign]
        self.part: Process[Any] = kind(f"callcentre/{kind.__name__.lower()}", self.host, *more)
        self.host.parts[self.part.path] = self.part
        self.part.start()

    def act(self, order: str, /, **values: Any) -> Any:
        self.part.on_order(Act(order, values))
        return self.host.journal[-1][2] if self.host.journal else None

    def bodies(self, kind: type) -> list[Any]:
        return [letter.body for letter in self.sent if isinstance(letter.body, kind)]


# -- MDS -----------------------------------------------------------------------------------------------------------


def test_lamps_follow_heartbeats() -> None:
    desk = Desk(Mds, ("cti_link", "ccs/a"))
    desk.part.letter("cti_link", Heartbeat("", 0))
    desk.part.letter("stranger", Heartbeat("", 0))
    desk.host.run(seconds(2))
    desk.part.letter("ccs/a", Heartbeat("standby", 0))
    desk.part.letter("ccs/a", Heartbeat("active", 0))
    desk.part.letter("ccs/a", Heartbeat("active", 0))
    desk.host.run(seconds(9))
    shown = [(event.about, event.colour) for _, _, event in desk.host.journal if isinstance(event, LampShown)]
    assert shown == [("cti_link", "green"), ("ccs/a", "green"), ("ccs/a", "yellow"), ("cti_link", "red"),
                     ("ccs/a", "red")]  # fmt: skip


def test_who_never_came_is_red_after_three_heartbeats() -> None:
    desk = Desk(Mds, ("ivr/0",))
    desk.host.run(seconds(3))
    assert desk.part.state.lamps == {}
    desk.host.run(seconds(4))
    assert desk.part.state.lamps == {"ivr/0": "red"}


def test_a_monitor_that_hung_itself_takes_nobody_for_lost_before_it_has_looked_anew() -> None:
    desk = Desk(Mds, ("cti_link", "ccs/a"))
    desk.part.letter("cti_link", Heartbeat("", 0))
    desk.part.on_order(Inject("1", "hang", {}))
    desk.host.run(seconds(10))
    desk.part.on_order(Heal("1", "hang", {}))
    assert desk.part.state.lamps == {"cti_link": "green"}
    for second in range(11, 15):
        desk.host.run(seconds(second))
        desk.part.letter("cti_link", Heartbeat("", 0))
    assert desk.part.state.lamps == {"cti_link": "green", "ccs/a": "red"}


# -- PROXY ---------------------------------------------------------------------------------------------------------


def with_proxy() -> tuple[Platform, Proxy, Person]:
    platform = Platform(FILES, "proxy", "seat", "aplogic").start()
    proxy = platform.add(Proxy("callcentre/proxy", platform.host, ("ccs/a", "ccs/b")))
    seat = platform.add(Person("callcentre/seat", platform.host))
    proxy.start()
    return platform.run(seconds(5)), proxy, seat


def test_letters_of_seats_go_to_the_active_ccs_and_the_answers_back() -> None:
    platform, proxy, seat = with_proxy()
    platform.switch.seat("805", "signed_out")
    platform.settle()
    for on in (True, False):
        seat.write("proxy", SignIn(77, "1005", "805", on))
        platform.settle()
    assert seat.state.bodies == [("proxy", "SignedIn", "ok"), ("proxy", "SignedIn", "ok")]
    platform.inject(platform.a, "crash")
    while platform.roles()[1] != "active":
        platform.run(ms(10))
    assert platform.settle().roles()[1] == "active"
    assert proxy.active == "ccs/b", "it is told at once"
    seat.write("proxy", SignIn(78, "1005", "805", True))
    platform.settle()
    assert seat.state.bodies[-1] == ("proxy", "SignedIn", "ok")
    platform.inject(platform.b, "crash")
    seat.write("proxy", SignIn(79, "1005", "805", False))
    platform.run(seconds(7))
    assert seat.state.bodies[-1] == ("proxy", "SignedIn", "not_active")
    assert not proxy.state.asked


def test_when_both_say_that_they_are_active_the_later_one_is_asked() -> None:
    platform, proxy, _ = with_proxy()
    platform.part_ccs()
    platform.run(seconds(5))
    assert platform.roles() == ("active", "active")
    assert proxy.active == "ccs/b"
    platform.join_ccs()
    platform.run(seconds(2))
    assert proxy.active == "ccs/a"


def test_look_ups_keep_the_number_of_who_asked_and_end_when_nobody_answers() -> None:
    desk = Desk(Proxy, ())
    desk.part.letter("uis", LookUp(5, "customer", {"account": "1"}))
    desk.part.letter("seat", LookUp(5, "customer", {"account": "2"}))
    first, second = (letter for letter in desk.sent if isinstance(letter.body, LookUp))
    assert (first.to, second.to) == ("aplogic", "aplogic")
    desk.part.letter("aplogic", LookedUp(second.body.query, "found", "", {"level": "gold"}))
    desk.host.run(seconds(7))
    desk.part.letter("aplogic", LookedUp(first.body.query, "found", "", {}))  # too late
    back = [(letter.to, letter.body) for letter in desk.sent if isinstance(letter.body, LookedUp)]
    answers = LookedUp(5, "found", "", {"level": "gold"}), LookedUp(5, "late", "no answer", {})
    assert back == [("seat", answers[0]), ("uis", answers[1])]


def test_an_answer_to_a_request_of_a_former_life_meets_no_other_request() -> None:
    proxy = Desk(Proxy, ())
    proxy.part.letter("uis", LookUp(5, "customer", {"account": "1"}))
    proxy.act("restart")
    proxy.host.run(seconds(3))
    proxy.part.letter("uis", LookUp(6, "customer", {"account": "2"}))
    proxy.part.letter("aplogic", LookedUp(1, "found", "", {"level": "gold"}))
    assert proxy.bodies(LookedUp) == []
    uis = Desk(Uis)
    uis.act("ibss", statement="customer")
    uis.act("restart")
    uis.host.run(seconds(3))
    uis.act("ibss", statement="customer")
    uis.part.letter("proxy", LookedUp(1, "found", "", {}))
    assert list(uis.part.state.asked) == [2]


def test_without_a_proxy_nobody_signs_in_by_letter() -> None:
    desk = Desk(Proxy, ("ccs/a",))
    assert desk.act("sign_in", agent="1", seat="2") == RequestTaken(0, "sign_in", "1", "not_active", 0)
    desk.part.on_order(Inject("1", "hang", {}))
    assert desk.act("sign_in", agent="1", seat="2").result == "refused: PROXY does not run"


# -- MCP, UIS, file server -----------------------------------------------------------------------------------------


def test_consoles_of_mcp() -> None:
    desk = Desk(Mcp)
    results = [desk.act("console_sign_in", console=str(n)).result for n in range(MOST_CONSOLES + 1)]
    assert results == ["ok"] * MOST_CONSOLES + ["refused: too many consoles"]
    assert desk.act("console_sign_out", console="1").result == "ok"
    assert desk.act("console_sign_out", console="1").result == "refused: not signed in"
    desk.part.on_order(Inject("1", "crash", {}))
    assert desk.act("console_sign_in", console="1").result == "refused: MCP does not run"


def test_the_error_log_of_the_application_server_outlives_it_and_stays_short() -> None:
    desk = Desk(Uis)
    for _ in range(MOST_LINES + 5):
        desk.act("ptstop", options="")
    desk.act("restart")
    desk.host.run(seconds(3))
    desk.part.letter("mds", FileWanted("LOG", "iuas_E.log"))
    (given,) = desk.bodies(FileGiven)
    assert given.octets.count(b"\n") == MOST_LINES


def test_nobody_works_at_a_server_that_is_being_stopped() -> None:
    desk = Desk(Uis)
    desk.act("client", name="one")
    desk.act("ptstop", options="-y")
    assert desk.act("client", name="two").result == "refused"
    assert desk.act("business", name="x").result == "refused: it is being stopped"
    assert desk.act("client", name="one", on=0).state == "stopped"


@pytest.mark.parametrize(("folder", "name", "octets", "why"), [
    ("FAX", "a.tif", b"x", ""), ("FAX", "", b"x", "no name of a file"), ("FAX", "../a", b"x", "no name of a file"),
    ("FAX", "a" * 101, b"x", "no name of a file"), ("FAX", "big", bytes(ROOM_OCTETS + 1), "no room"),
    ("SERVICE", "a", b"x", "the folder is not shared for writing"),
    ("NONE", "a", b"x", "the folder is not shared for writing"),
])  # fmt: skip
def test_files_that_are_written(folder: str, name: str, octets: bytes, why: str) -> None:
    desk = Desk(FileServer, {"SERVICE/menu": b"y"})
    desk.part.letter("uis", FileGiven(folder, name, True, octets))
    refused = [event.why.rpartition(": ")[2] for _, _, event in desk.host.journal if isinstance(event, InputRefused)]
    assert refused == ([why] if why else [])
    desk.part.on_order(Inject("1", "crash", {}))
    assert desk.part.state.written == ({} if why else {f"{folder}/{name}": octets})


def test_folders_are_shared_or_not() -> None:
    desk = Desk(FileServer, {"SERVICE/menu": b"y"})
    assert desk.act("share", folder="SERVICE", how="maybe").result == "refused"
    assert desk.act("share", folder="ELSEWHERE", how="read").result == "refused"
    for how in ("read", "not_shared", "read_write"):
        desk.act("share", folder="SERVICE", how=how)
        desk.part.letter("ccs/a", FileWanted("SERVICE", "menu"))
    assert [body.found for body in desk.bodies(FileGiven)] == [True, False, True]


@pytest.mark.parametrize("kind", [Mcp, Uis, FileServer])
def test_each_tells_mds_that_it_lives(kind: Any) -> None:
    desk = Desk(kind, *([{}] if kind is FileServer else []))
    desk.host.run(seconds(3) + ms(1))
    assert [letter.to for letter in desk.sent if isinstance(letter.body, Heartbeat)] == ["mds"] * 4
