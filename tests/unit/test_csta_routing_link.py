"""Who is asked where a call goes, when an application routes and a CCS is there: CTI-LINK asks one after the other."""

from __future__ import annotations

from typing import Any

from test_platform_processes import Desk

from switchsim.callcentre.cti_link import ROUTE_CYCLES, CtiLink
from switchsim.model.cti import (
    AllBegins,
    AllTold,
    CallBegan,
    ChooseRoute,
    LegChanged,
    QueueEntered,
    RouteAsked,
    Routing,
    TellAll,
    Told,
    Wanted,
)
from switchsim.model.platform import CtiUp, Heartbeat, Letter, Register, RouteLeft

ASKED = RouteAsked(7, 11, "10061", "13800138000", "sales", 1)


class Link(Desk):
    """CTI-LINK with these applications; the active CCS is `ccs/a`."""

    def __init__(self, *names: str) -> None:
        super().__init__(CtiLink)
        self.serial = 0
        self.part.letter("cti_server", CtiUp(True))
        for name in names:
            self.part.letter(name, Register(name.partition("/")[0], ()))
        self.part.letter("ccs/a", Heartbeat("active", 0))
        self.tell(AllBegins(""), AllTold(""))

    def tell(self, *events: Any) -> None:
        for event in events:
            self.serial += 1
            self.part.letter("cti_server", Told(self.serial, 0, event))

    def want(self, body: Any, name: str = "csta") -> None:
        self.part.letter(name, Wanted(name, 1, body))

    def call(self, *more: Any) -> None:
        leg = LegChanged(7, 11, "E1/e1-0/1", "a", "connected", 0, (), 0)
        self.tell(CallBegan(7, "in", "13800138000", "10061", "10061", 0), leg, *more)

    def asked(self) -> list[str]:
        """Who was asked since the last time."""
        sent = [one for one in self.sent if isinstance(one, Letter) and isinstance(one.body, Told)]
        found = [one.to for one in sent if isinstance(one.body.event, RouteAsked)]
        self.sent.clear()
        return found

    def chosen(self) -> list[ChooseRoute]:
        return [one.body for one in self.bodies(Wanted) if isinstance(one.body, ChooseRoute)]


def test_without_a_router_the_ccs_is_asked() -> None:
    link = Link("ccs/a", "ccs/b", "csta", "ami")
    link.call(ASKED)
    assert link.asked() == ["ccs/a", "ccs/b", "csta", "ami"]


def test_the_ccs_steps_back_while_an_application_routes() -> None:
    link = Link("ccs/a", "ccs/b", "csta", "ami")
    link.want(Routing(True))
    link.call(ASKED)
    assert link.asked() == ["csta", "ami"]
    link.want(TellAll(), "ccs/a")
    assert link.asked() == []
    link.want(Routing(False))
    link.call(RouteAsked(7, 11, "10061", "1", "sales", 2))
    assert link.asked() == ["ccs/a", "ccs/b", "csta", "ami"]


def test_what_the_router_leaves_the_ccs_is_asked_once() -> None:
    link = Link("ccs/a", "ccs/b", "csta")
    link.want(Routing(True))
    link.call(ASKED)
    link.asked()
    for entry in (2, 1, 1):
        link.part.letter("csta", RouteLeft(7, entry))
    assert link.chosen() == []
    assert link.asked() == ["ccs/a", "ccs/b"]
    link.want(TellAll())
    assert link.asked() == [], "it is not asked again what it has left"
    link.want(TellAll(), "ccs/b")
    assert link.asked() == ["ccs/b"]
    link.tell(RouteAsked(7, 11, "10061", "1", "sales", 2))
    assert link.asked() == ["csta"]


def test_what_the_router_leaves_goes_the_switch_s_way_where_there_is_no_ccs() -> None:
    link = Link("csta")
    link.want(Routing(True))
    link.call(ASKED)
    for _ in range(2):
        link.part.letter("csta", RouteLeft(7, 1))
    link.part.letter("stranger", RouteLeft(7, 1))
    link.part.letter("csta", RouteLeft(8, 1))
    assert link.chosen() == [ChooseRoute(7, 1, "queue:sales", True, 0)]


def test_a_router_that_hangs_keeps_no_call_from_the_ccs() -> None:
    link = Link("ccs/a", "csta")
    link.want(Routing(True))
    link.call(ASKED)
    link.asked()
    link.host.run(ROUTE_CYCLES - 1)
    assert link.asked() == []
    link.host.run(ROUTE_CYCLES)
    assert link.asked() == ["ccs/a"]
    link.call(RouteAsked(7, 11, "10061", "1", "sales", 2))
    link.part.letter("csta", RouteLeft(7, 2))
    assert link.asked() == ["csta", "ccs/a"]
    link.host.run(3 * ROUTE_CYCLES)
    assert link.asked() == []


def test_a_question_is_closed_when_the_call_waits_or_has_reached_somebody() -> None:
    for event in (
        QueueEntered(7, 11, "sales", 1, 1, 0, True), LegChanged(7, 12, "SEAT/1001", "b", "alerting", 0, (), 0)
    ):  # fmt: skip
        link = Link("csta")
        link.want(Routing(True))
        link.call(ASKED, event)
        link.asked()
        link.want(TellAll())
        link.part.letter("csta", RouteLeft(7, 1))
        assert link.asked() == []
        assert link.chosen() == []
