"""Letters that are lost, come twice or out of order on the CTI link: noticed, and answered by one question."""

from __future__ import annotations

from typing import Any

import pytest
from test_platform_processes import Desk

from switchsim.callcentre.cti_link import CtiLink
from switchsim.callcentre.cti_server import MOST_GIVEN, CtiConfig, CtiServer
from switchsim.callcentre.mds import Mds
from switchsim.model.cti import AllBegins, AllTold, Routing, SeatChanged, TellAll, Told, Wanted
from switchsim.model.events import AlarmCleared, AlarmRaised
from switchsim.model.messages import Packet
from switchsim.model.order import Heal, Inject
from switchsim.model.platform import CtiUp, Heartbeat, Letter, Register
from switchsim.units import seconds


def seat(serial: int) -> Told:
    return Told(serial, 0, SeatChanged("1001", "idle", 0, "", "", 0))


# -- CTI-SERVER --------------------------------------------------------------------------------------------------


def server() -> Desk:
    return Desk(CtiServer, CtiConfig({}, 160, True))


def ordered(desk: Desk) -> list[tuple[str, int]]:
    return [(one.sender, one.order) for one in desk.sent if isinstance(one, Wanted)]


def test_an_order_that_comes_twice_is_given_once() -> None:
    desk = server()
    for sender, order in (("ami", 1), ("ami", 1), ("csta", 1), ("ami", 3), ("ami", 2), ("ami", 3)):
        desk.part.letter("cti_link", Wanted(sender, order, Routing(True)))
    assert ordered(desk) == [("ami", 1), ("csta", 1), ("ami", 3), ("ami", 2)]


def test_it_remembers_so_many_orders_of_each() -> None:
    desk = server()
    for order in range(1, MOST_GIVEN + 3):
        desk.part.letter("cti_link", Wanted("ami", order, Routing(True)))
    assert len(desk.part.state.given["ami"]) == MOST_GIVEN


def test_it_says_what_the_switch_told_last_also_when_that_was_lost() -> None:
    desk = server()
    desk.part.other("ethernet", Packet("heartbeat", 0, ""))
    desk.part.other("ethernet", seat(5))
    desk.host.run(seconds(1))
    desk.part.other("ethernet", Packet("heartbeat", 7, ""))
    desk.host.run(seconds(2))
    told = [one.body.serial for one in desk.sent if isinstance(one, Letter) and isinstance(one.body, CtiUp)]
    assert told[-2:] == [5, 7]


# -- CTI-LINK ----------------------------------------------------------------------------------------------------


class LinkDesk(Desk):
    """CTI-LINK with one application, and all told up to serial 3."""

    def __init__(self) -> None:
        super().__init__(CtiLink)
        self.part.letter("cti_server", CtiUp(True))
        self.part.letter("app", Register("app", ()))
        for told in (Told(1, 0, AllBegins("")), seat(2), Told(3, 0, AllTold(""))):
            self.part.letter("cti_server", told)
        self.sent.clear()

    def asked(self) -> int:
        return sum(isinstance(body.body, TellAll) for body in self.bodies(Wanted))

    def live(self, until: int, beats: bool = True) -> None:
        """Time passes; the application and, with `beats`, CTI-SERVER say each second that they are there."""
        while self.host.now < until:
            self.part.letter("app", Heartbeat("", 0))
            if beats:
                self.part.letter("cti_server", CtiUp(True))
            self.host.run(self.host.now + seconds(1))


def test_a_gap_at_the_end_is_found_by_the_next_word_of_cti_server() -> None:
    desk = LinkDesk()
    desk.part.letter("cti_server", CtiUp(True, 3))
    assert desk.asked() == 0
    desk.part.letter("cti_server", CtiUp(True, 4))
    assert desk.asked() == 1
    assert not desk.part.state.view.complete


def test_things_out_of_order_are_one_question_until_its_time_is_out() -> None:
    desk = LinkDesk()
    for serial in range(5, 60):
        desk.part.letter("cti_server", seat(serial))
    assert desk.asked() == 1
    desk.live(seconds(3))
    assert desk.asked() == 2


def test_a_list_that_never_ends_is_asked_for_again() -> None:
    desk = LinkDesk()
    desk.part.letter("cti_server", Told(1, 0, AllBegins("")))
    desk.part.letter("cti_server", seat(4))
    assert desk.asked() == 0
    desk.live(seconds(3))
    assert desk.asked() == 1


@pytest.mark.parametrize("beats", [True, False])
def test_cti_server_that_is_silent_for_three_heartbeats_has_gone(beats: bool) -> None:
    desk = LinkDesk()
    desk.live(seconds(6), beats)
    told = [letter.body.up for letter in desk.sent if isinstance(letter.body, CtiUp) and letter.to == "app"]
    assert told[-1] is beats


def test_routing_is_ordered_anew_when_everything_was_told() -> None:
    desk = LinkDesk()
    desk.part.letter("app", Heartbeat("active", 0))
    for told in (Told(1, 0, AllBegins("")), Told(2, 0, AllTold(""))):
        desk.part.letter("cti_server", told)
    assert [body.body for body in desk.bodies(Wanted) if isinstance(body.body, Routing)] == [Routing(True)] * 2


def test_its_heartbeats_say_how_far_it_has_told() -> None:
    desk = LinkDesk()
    desk.live(seconds(2))
    beats = [letter.body.serial for letter in desk.sent if isinstance(letter.body, Heartbeat) and letter.to == "app"]
    assert beats == [desk.part.state.applications["app"].serial] * len(beats)
    assert beats[0] > 0


# -- MDS ---------------------------------------------------------------------------------------------------------


def alarms(desk: Desk) -> list[Any]:
    return [type(event) for _, _, event in desk.host.journal if isinstance(event, AlarmRaised | AlarmCleared)]


def test_alarms_outlive_the_monitor_that_raised_them() -> None:
    desk = Desk(Mds, ("ccs/a",))
    desk.part.letter("ccs/a", Heartbeat("", 0))
    desk.host.run(seconds(6))
    assert alarms(desk) == [AlarmRaised]
    desk.part.on_order(Inject("1", "crash", {}))
    desk.part.on_order(Heal("1", "crash", {}))
    desk.host.run(seconds(14))
    assert alarms(desk) == [AlarmRaised]  # still gone: not raised again
    desk.part.on_message("comm", Letter("mds", "ccs/a", Heartbeat("", 0)))
    assert alarms(desk) == [AlarmRaised, AlarmCleared]
