"""Routing: RouteRegister, RouteRequest, RouteSelect, RouteUsed, RouteEnd (cti.md 3); the client plays the platform."""

from __future__ import annotations

import pytest
from csta_by_hand import CALL, CALLER, TRUNK, Bench, Heard, error

from switchsim.callcentre.csta.state import ROUTE_CYCLES
from switchsim.model.cti import CallBegan, ChooseRoute, RouteAsked, Routing
from switchsim.model.platform import CtiUp, RouteLeft
from switchsim.model.platform_events import RouteDecided


def registered(device: str = "", client: int = 1) -> tuple[Bench, str]:
    bench = Bench()
    inside = f"<routeingDevice>{device}</routeingDevice>" if device else ""
    reference = bench.ask("RouteRegister", inside, client).at("routeRegisterReqID") or ""
    assert bench.wanted()[-1] == Routing(True)
    bench.done()
    return bench, reference


def asked(bench: Bench, entry: int = 1) -> Heard:
    bench.tell(CallBegan(CALL, "in", "13800138000", "10000", "10000", 0))
    bench.leg(CALLER, TRUNK, "connected", role="a")
    bench.tell(RouteAsked(CALL, CALLER, "10000", "13800138000", "service", entry))
    return bench.heard()[-1]


def selects(bench: Bench, request: Heard, target: str, used: str = "true") -> None:
    bench.say(
        f"<RouteSelect><crossRefIdentifier>{request.at('crossRefIdentifier')}</crossRefIdentifier>"
        f"<routeSelected>{target}</routeSelected><routeUsedReq>{used}</routeUsedReq></RouteSelect>"
    )


def left(bench: Bench) -> list[RouteLeft]:
    """Questions that were left to others, since the orders were looked at."""
    return [letter.body for letter in bench.host.sent if isinstance(letter.body, RouteLeft)]


def test_request_select_used_end() -> None:
    bench, register = registered()
    request = asked(bench)
    assert request.name == "RouteRequest"
    assert request.invoke != 9999
    assert request.at("routeRegisterReqID") == register
    assert request.at("currentRoute/deviceIdentifier") == "10000"
    assert request.at("callingDevice/deviceIdentifier") == "13800138000"
    assert (request.at("routedCall/callID"), request.at("routedCall/deviceID")) == ("7", TRUNK)
    selects(bench, request, "102")
    assert bench.wanted() == [ChooseRoute(CALL, 1, "seat:102", True, 0)]
    assert bench.heard() == []
    bench.done()
    used, end = bench.heard()
    assert (used.name, used.at("routeUsed/deviceIdentifier")) == ("RouteUsed", "102")
    assert (end.name, end.names()) == ("RouteEnd", ["crossRefIdentifier", "routeRegisterReqID"])
    assert bench.journal(RouteDecided) == [RouteDecided(CALL, 1, "seat:102", "selected")]
    bench.pass_by(ROUTE_CYCLES)
    assert bench.heard() == []


@pytest.mark.parametrize(
    ("said", "target"), [("service", "queue:service"), ("103", "seat:103"), ("88001234", "number:88001234")]
)
def test_where_a_call_may_go(said: str, target: str) -> None:
    bench, _ = registered()
    selects(bench, asked(bench), said, "false")
    assert bench.wanted() == [ChooseRoute(CALL, 1, target, True, 0)]
    bench.done()
    assert [one.name for one in bench.heard()] == ["RouteEnd"]


def test_route_that_nobody_knows_is_left_to_others() -> None:
    bench, _ = registered()
    selects(bench, asked(bench), "no such place")
    (end,) = bench.heard()
    assert end.at("errorValue/operation") == "invalidDestination"
    assert left(bench) == [RouteLeft(CALL, 1)]
    assert bench.wanted() == []


def test_route_that_the_switch_refuses_is_left_to_others() -> None:
    bench, _ = registered()
    selects(bench, asked(bench), "99999")
    bench.done("no_such_number")
    (end,) = bench.heard()
    assert end.at("errorValue/operation") == "invalidDestination"
    assert left(bench) == [RouteLeft(CALL, 1)]


def test_question_that_nobody_registered_for_is_left_to_others_at_once() -> None:
    bench, _ = registered("102")
    bench.tell(RouteAsked(CALL, CALLER, "10000", "1", "service", 1))
    assert bench.heard() == []
    assert left(bench) == [RouteLeft(CALL, 1)]


def test_too_late() -> None:
    bench, _ = registered()
    request = asked(bench)
    bench.pass_by(ROUTE_CYCLES)
    (end,) = bench.heard()
    assert end.at("errorValue/operation") == "routeingTimerExpired"
    assert left(bench) == [RouteLeft(CALL, 1)]
    selects(bench, request, "102")
    assert bench.heard() == []  # a RouteSelect has no answer
    assert bench.wanted() == []


def test_switch_says_too_late() -> None:
    bench, _ = registered()
    selects(bench, asked(bench), "102")
    bench.done("too_late")
    (end,) = bench.heard()
    assert end.at("errorValue/operation") == "routeingTimerExpired"


def test_call_that_goes_away_ends_its_dialogue() -> None:
    bench, _ = registered()
    asked(bench)
    bench.ends()
    assert bench.heard()[-1].at("errorValue/operation") == "invalidCallID"


def test_application_leaves_it_to_the_switch() -> None:
    bench, _ = registered()
    request = asked(bench)
    bench.say(f"<RouteEnd><crossRefIdentifier>{request.at('crossRefIdentifier')}</crossRefIdentifier></RouteEnd>")
    assert left(bench) == [RouteLeft(CALL, 1)]
    assert bench.journal(RouteDecided) == [RouteDecided(CALL, 1, "", "left to others")]
    assert bench.wanted() == []
    assert bench.heard() == []
    assert bench.csta.state.dialogues == {}


def test_only_one_decision_a_question() -> None:
    bench, _ = registered()
    request = asked(bench)
    selects(bench, request, "102")
    selects(bench, request, "103")
    assert len(bench.wanted()) == 1


def test_one_who_named_the_queue_is_asked_before_one_for_all() -> None:
    bench, _ = registered()
    bench.attach(2)
    bench.log_in(2)
    bench.ask("RouteRegister", "<routeingDevice>service</routeingDevice>", client=2)
    bench.tell(RouteAsked(CALL, CALLER, "10000", "1", "service", 1))
    assert [one.name for one in bench.heard(2)] == ["RouteRequest"]
    assert bench.heard(1) == []


def test_dialogue_of_somebody_else() -> None:
    bench, _ = registered()
    request = asked(bench)
    bench.attach(2)
    bench.log_in(2)
    bench.say(f"<RouteSelect><crossRefIdentifier>{request.at('crossRefIdentifier')}</crossRefIdentifier>"
              "<routeSelected>102</routeSelected></RouteSelect>", 2)  # fmt: skip
    assert bench.wanted() == []


def test_cancel() -> None:
    bench, register = registered()
    asked(bench)
    told = bench.ask("RouteRegisterCancel", f"<routeRegisterReqID>{register}</routeRegisterReqID>")
    assert told.name == "RouteRegisterCancelResponse"
    assert left(bench) == [RouteLeft(CALL, 1)]
    assert bench.wanted() == [Routing(False)]
    told = bench.ask("RouteRegisterCancel", f"<routeRegisterReqID>{register}</routeRegisterReqID>")
    assert error(told) == ("operation", "invalidRouteRegistrationCrossRefID")


def test_register_negative() -> None:
    told = Bench().ask("RouteRegister", "<routeingDevice>nowhere</routeingDevice>")
    assert error(told) == ("operation", "invalidDeviceID")


def test_router_that_goes_away_leaves_no_caller_waiting() -> None:
    bench, _ = registered()
    asked(bench)
    bench.outside("detached", 1, b"reset")
    assert left(bench) == [RouteLeft(CALL, 1)]
    assert bench.wanted() == [Routing(False)]


def test_after_the_link_was_away_the_switch_is_told_again_who_routes() -> None:
    bench, _ = registered()
    bench.letter(CtiUp(False))
    bench.letter(CtiUp(True))
    bench.wanted()
    bench.everything()
    assert bench.wanted() == [Routing(True)]


def test_question_that_is_told_again_is_asked_once() -> None:
    bench, _ = registered()
    asked(bench)
    bench.everything(
        CallBegan(CALL, "in", "1", "10000", "10000", 0), RouteAsked(CALL, CALLER, "10000", "1", "service", 1)
    )
    assert [one.name for one in bench.heard()] == []
