"""Sessions of both styles (cti.md 3, csta.md 3 and 4), log-in, limits, heartbeat, loss of the switch."""

from __future__ import annotations

import pytest
from csta_by_hand import ED3, SESSION, Bench, error, framed, start_session

from switchsim.callcentre.csta.state import BEAT_CYCLES, HELLO_CYCLES, LOGIN_CYCLES, MOST_REFUSED
from switchsim.model.outside import Out, pack_verified, unpack_out, unpack_verify
from switchsim.model.platform import CtiUp
from switchsim.model.platform_events import ApplicationChanged, InputRefused, RequestTaken
from switchsim.proto.csta.requests import ROWS, UNANSWERED
from switchsim.units import seconds

WANTED = "<requestTypes><systemStatus>true</systemStatus></requestTypes>"
REGISTER = f'<SystemRegister xmlns="{ED3}">{WANTED}</SystemRegister>'


# -- the first style: StartApplicationSession ----------------------------------------------------------------------


def test_start_application_session_positive() -> None:
    bench = Bench(log_in=False)
    bench.attach()
    told = bench.log_in(body=start_session(version=f"{ED3}/priv5", duration=60))
    assert (told.name, told.namespace) == ("StartApplicationSessionPosResponse", SESSION)
    assert told.names() == ["sessionID", "actualProtocolVersion", "actualSessionDuration"]
    assert told.at("actualProtocolVersion") == f"{ED3}/priv5"
    assert told.at("actualSessionDuration") == "60"
    assert bench.journal(ApplicationChanged)[-1] == ApplicationChanged(1, "logged_in", "wallboard")


def test_session_asks_the_adaptor_for_the_nth_password_of_the_connection() -> None:
    """Also passwords of documents that could not be read count."""
    bench = Bench(log_in=False)
    bench.attach()
    bench.say("<a><password>x</password>")
    bench.say(start_session(user="ann"))
    items = map(unpack_out, bench.csta.take_outbox())
    asked = [unpack_verify(payload) for what, _, payload in items if what == Out.VERIFY]
    assert [(one.user, one.kind, one.key) for one in asked] == [("ann", "plain", "2")]


def test_session_with_user_and_password_plainly_below() -> None:
    """As clients of another maker write it; no namespace at all, and other elements between."""
    bench = Bench(log_in=False)
    bench.attach()
    body = (
        "<StartApplicationSession><requestedSessionDuration>30</requestedSessionDuration><applicationInfo><x/>"
        "<applicationSpecificInfo><password>*</password><user>amy</user></applicationSpecificInfo></applicationInfo>"
        "</StartApplicationSession>"
    )
    told = bench.log_in(body=body)
    assert (told.name, told.at("actualProtocolVersion")) == ("StartApplicationSessionPosResponse", ED3)
    assert bench.journal(ApplicationChanged)[-1].why == "amy"


def test_wrong_password_is_refused_and_closed() -> None:
    bench = Bench(log_in=False)
    bench.attach()
    bench.say(start_session())
    request = unpack_verify(unpack_out(bench.csta.take_outbox()[0])[2]).request
    bench.outside("verified", 1, pack_verified(request, False))
    heard, closed = bench.out()
    assert heard[0].name == "StartApplicationSessionNegResponse"
    assert heard[0].at("errorCode/definedError") == "invalidApplicationInfo"
    assert closed
    assert ("refused", "wallboard") in [(one.what, one.why) for one in bench.journal(ApplicationChanged)]
    assert "*****" not in repr(bench.host.journal)


def test_one_log_in_at_a_time() -> None:
    bench = Bench(log_in=False)
    bench.attach()
    bench.say(start_session())
    bench.say(start_session())
    heard, closed = bench.out()
    assert [one.at("errorCode/definedError") for one in heard] == ["invalidApplicationInfo"]
    assert closed
    assert bench.csta.state.logins == {}
    bench.outside("verified", 1, pack_verified(1, True))
    assert bench.out() == ([], False)


def test_session_without_a_password_is_refused_unless_none_is_asked_for() -> None:
    body = start_session().replace("password", "pass")
    for auth, name in ((True, "StartApplicationSessionNegResponse"), (False, "StartApplicationSessionPosResponse")):
        bench = Bench(auth=auth, log_in=False)
        bench.attach()
        bench.say(body)
        assert bench.heard()[0].name == name


def test_protocol_version_that_is_not_spoken() -> None:
    bench = Bench(log_in=False)
    bench.attach()
    told = bench.log_in(body=start_session(version="urn:other"))
    assert told.at("errorCode/definedError") == "requestedProtocolVersionNotSupported"


def test_second_session_on_one_connection_is_refused() -> None:
    bench = Bench()
    assert bench.log_in().at("errorCode/definedError") == "invalidApplicationInfo"
    assert bench.ask("GetCSTAFeatures").name == "GetCSTAFeaturesResponse"


def test_session_ends_when_its_timer_is_not_reset() -> None:
    bench = Bench(log_in=False)
    bench.attach()
    session = bench.log_in(body=start_session(duration=60)).at("sessionID")
    bench.pass_by(seconds(50))
    told = bench.ask(
        "ResetApplicationSessionTimer",
        f"<sessionID>{session}</sessionID><requestedSessionDuration>40</requestedSessionDuration>",
        namespace=SESSION,
    )
    assert (told.name, told.at("actualSessionDuration")) == ("ResetApplicationSessionTimerPosResponse", "40")
    bench.pass_by(seconds(39))
    assert bench.out() == ([], False)
    bench.pass_by(seconds(1))
    heard, closed = bench.out()
    assert heard[0].name == "ApplicationSessionTerminated"
    assert heard[0].at("sessionTermReason/definedTermReason") == "sessionTimerExpired"
    assert closed


@pytest.mark.parametrize("name", ["ResetApplicationSessionTimer", "StopApplicationSession"])
def test_session_identifier_that_is_not_its_own(name: str) -> None:
    bench = Bench()
    told = bench.ask(name, "<sessionID>nobody</sessionID>", namespace=SESSION)
    assert told.name == f"{name}NegResponse"
    assert told.at("errorCode/definedError") == "invalidSessionID"


def test_stop_application_session() -> None:
    bench = Bench()
    bench.say("<StopApplicationSession><sessionID>S1</sessionID><sessionEndReason/></StopApplicationSession>")
    heard, closed = bench.out()
    assert heard[0].name == "StopApplicationSessionPosResponse"
    assert closed
    assert bench.csta.state.clients == {}


# -- the second style: SystemStatus first --------------------------------------------------------------------------


def test_switch_speaks_first_then_system_register() -> None:
    bench = Bench(auth=False, log_in=False)
    bench.attach()
    bench.pass_by(HELLO_CYCLES)
    (told,) = bench.heard()
    assert (told.name, told.at("systemStatus"), told.invoke) == ("SystemStatus", "normal", 0)
    bench.say(f'<SystemStatusResponse xmlns="{ED3}"/>', invoke=told.invoke)
    assert bench.heard() == []
    bench.say(REGISTER)
    (told,) = bench.heard()
    assert told.names() == ["sysStatRegisterID"]
    assert bench.monitor("101")


def test_client_that_speaks_at_once_is_not_spoken_to_first() -> None:
    bench = Bench(log_in=False)
    bench.attach()
    bench.outside("data", 1, framed(1, start_session())[:3])
    bench.pass_by(HELLO_CYCLES + 1)
    assert bench.heard() == []


def test_register_needs_a_password_when_one_is_asked_for() -> None:
    bench = Bench(log_in=False)
    bench.attach()
    bench.say(REGISTER)
    heard, closed = bench.out()
    assert error(heard[0]) == ("operation", "securityViolation")
    assert closed
    bench.attach(2)
    login = (
        "<extensions><privateData><private><user>u</user><password>*</password></private></privateData></extensions>"
    )
    told = bench.log_in(2, body=REGISTER.replace(WANTED, WANTED + login))
    assert told.name == "SystemRegisterResponse"


def test_heartbeat_and_a_client_that_never_answers_it() -> None:
    bench = Bench()
    bench.say(REGISTER)
    bench.heard()
    for _ in range(3):
        bench.say("<ResetApplicationSessionTimer><sessionID>S1</sessionID></ResetApplicationSessionTimer>")
        bench.pass_by(BEAT_CYCLES)
        beat = bench.heard()[-1]
        assert (beat.name, beat.at("systemStatus"), beat.at("sysStatRegisterID")) == ("SystemStatus", "normal", "R1")
    bench.pass_by(BEAT_CYCLES)
    assert bench.out() == ([], True)
    assert bench.journal(ApplicationChanged)[-1].why == "no answer to SystemStatus"


def test_heartbeat_that_is_answered_goes_on() -> None:
    bench = Bench(auth=False, log_in=False)
    bench.attach()
    bench.say(REGISTER)
    for _ in range(6):
        bench.pass_by(BEAT_CYCLES)
        beat = bench.heard()[-1]
        bench.say("<SystemStatusResponse/>", invoke=beat.invoke)
    assert bench.out() == ([], False)


def test_system_register_cancel() -> None:
    bench = Bench()
    bench.ask("SystemRegister")
    assert error(bench.ask("SystemRegisterCancel", "<sysStatRegisterID>R9</sysStatRegisterID>")) == (
        "operation", "sysStatRegIDNotSupported")  # fmt: skip
    told = bench.ask("SystemRegisterCancel", "<sysStatRegisterID>R1</sysStatRegisterID>")
    assert told.name == "SystemRegisterCancelResponse"
    assert "csta/beat/1" not in bench.host.timers


def test_client_without_a_session_stays_when_no_password_is_asked_for() -> None:
    bench = Bench(auth=False, log_in=False)
    bench.attach()
    assert bench.monitor("101")
    bench.pass_by(LOGIN_CYCLES + 1)
    assert not bench.out()[1]


def test_system_status_both_ways() -> None:
    bench = Bench()
    assert bench.ask("RequestSystemStatus").at("systemStatus") == "normal"
    assert bench.ask("SystemStatus", "<systemStatus>normal</systemStatus>").name == "SystemStatusResponse"


# -- refusals ------------------------------------------------------------------------------------------------------


def test_before_a_log_in_the_switch_says_how_it_is_and_nothing_else() -> None:
    bench = Bench(log_in=False)
    bench.attach()
    log_ins = ("StartApplicationSession", "SystemRegister")
    for name in (one for one in (*ROWS, "ParkCall") if one not in (*log_ins, *UNANSWERED)):
        bench.say(f"<{name}/>")
        heard = bench.heard()
        if name == "RequestSystemStatus":
            assert [(one.names(), one.at("systemStatus")) for one in heard] == [(["systemStatus"], "normal")]
        elif name == "SystemStatus":
            assert heard[0].name == "SystemStatusResponse"
        else:
            assert [error(one) for one in heard] == [("operation", "securityViolation")], name
    bench.letter(CtiUp(False))
    assert bench.heard() == []
    assert bench.ask("RequestSystemStatus").at("systemStatus") == "disabled"


def test_nothing_is_served_before_a_log_in() -> None:
    bench = Bench(log_in=False)
    bench.attach()
    assert error(bench.ask("MonitorStart", "<monitorObject><deviceObject>101</deviceObject></monitorObject>")) == (
        "operation", "securityViolation")  # fmt: skip
    assert bench.ask("RequestSystemStatus").at("systemStatus") == "normal"
    bench.pass_by(LOGIN_CYCLES)
    assert bench.out()[1]


@pytest.mark.parametrize("namespace", [*(ED3[:-1] + edition for edition in "2456"), "", SESSION])
def test_answers_are_in_the_request_s_namespace(namespace: str) -> None:
    bench = Bench()
    for request in (
        f'<GetAgentState xmlns="{namespace}"><device>101</device></GetAgentState>',
        f'<p:GetAgentState xmlns:p="{namespace or "urn:x"}"><p:device>101</p:device></p:GetAgentState>',
    ):
        bench.say(request)
        (told,) = bench.heard()
        assert told.name == "GetAgentStateResponse"
        assert told.namespace == (namespace if namespace or "p:" not in request else ED3)


def test_unknown_service_and_missing_element() -> None:
    bench = Bench()
    assert error(bench.ask("ParkCall")) == ("operation", "serviceNotSupported")
    assert error(bench.ask("MakeCall", "<callingDevice>101</callingDevice>")) == ("operation", "invalidParameterValue")
    assert bench.journal(RequestTaken)[-1] == RequestTaken(1, "MakeCall", "", "invalidParameterValue", 0)


def test_document_that_can_not_be_read_is_answered_counted_and_at_last_cut_off() -> None:
    bench = Bench()
    for number in range(MOST_REFUSED):
        bench.say("<MakeCall>", invoke=number)
        heard, closed = bench.out()
        assert (heard[0].invoke, error(heard[0])) == (number, ("operation", "generic"))
    assert closed
    assert len(bench.journal(InputRefused)) == MOST_REFUSED


def test_trap_5_invoke_9999_is_never_answered() -> None:
    bench = Bench()
    bench.say("<RequestSystemStatus/>", invoke=9999)
    assert bench.out() == ([], False)
    assert "9999" in bench.journal(InputRefused)[0].why


def test_wrong_header_closes_and_is_counted() -> None:
    bench = Bench()
    bench.outside("data", 1, b"\x01\x00\x00\x10")
    assert bench.out() == ([], True)
    assert bench.journal(InputRefused)
    bench.outside("data", 1, framed(1, "<RequestSystemStatus/>"))
    bench.outside("detached", 1, b"closed")
    assert bench.out() == ([], False)


def test_million_elements_over_many_frames_are_refused_and_the_others_go_on() -> None:
    bench = Bench()
    bench.attach(2)
    bench.log_in(2)
    bench.outside("data", 1, b"\0\0\xff\xff0001" + b"<A>" + b"<B/>" * 1_000_000)
    heard, closed = bench.out()
    assert error(heard[0]) == ("operation", "generic")
    assert closed
    assert bench.ask("RequestSystemStatus", client=2).at("systemStatus") == "normal"
