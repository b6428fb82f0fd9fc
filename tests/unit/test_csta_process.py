"""The CSTA server while the switch is out of reach, and as a process: hung, slow, crashed, restarted."""

from __future__ import annotations

from csta_by_hand import Bench, error, start_session

from switchsim.model.cti import SeatChanged
from switchsim.model.order import Act, Heal, Inject, Outside
from switchsim.model.outside import pack_in
from switchsim.model.platform import CtiUp
from switchsim.model.platform_events import ApplicationChanged, EventTold
from switchsim.units import ms, seconds


def test_loss_of_the_switch_and_its_return() -> None:
    bench = Bench()
    bench.ask("SystemRegister")
    reference = bench.monitor("101")
    bench.letter(CtiUp(False))
    told = bench.heard()
    assert [one.name for one in told] == ["OutOfServiceEvent", "SystemStatus"]
    assert told[0].at("device/deviceIdentifier") == "101"
    assert told[1].at("systemStatus") == "disabled"
    assert bench.ask("RequestSystemStatus").at("systemStatus") == "disabled"
    call = "<callingDevice>101</callingDevice><calledDirectoryNumber>1</calledDirectoryNumber>"
    for name, inside in (("SnapshotDevice", "<snapshotObject>101</snapshotObject>"), ("MakeCall", call)):
        assert error(bench.ask(name, inside)) == ("systemResourceAvailibility", "resourceOutOfService")
    bench.letter(CtiUp(True))
    assert bench.ask("RequestSystemStatus").at("systemStatus") == "initializing"
    bench.everything(SeatChanged("101", "busy", 0, "", "", 0))
    told = bench.heard()
    assert [one.name for one in told] == ["AgentNotReadyEvent", "BackInServiceEvent", "SystemStatus"]
    assert told[2].at("systemStatus") == "normal"
    assert {one.at("monitorCrossRefID") for one in told[:2]} == {reference}
    assert EventTold("BackInServiceEvent", 0, "all") in bench.host.journal


def test_order_without_an_answer_is_a_resource_error_after_five_seconds() -> None:
    bench = Bench()
    bench.say(
        "<MakeCall><callingDevice>101</callingDevice><calledDirectoryNumber>102</calledDirectoryNumber></MakeCall>"
    )
    bench.pass_by(seconds(5) - 8)
    assert bench.heard() == []
    bench.pass_by(8)
    assert error(bench.heard()[0]) == ("systemResourceAvailibility", "resourceOutOfService")


def test_hung_process_takes_later_what_came_meanwhile() -> None:
    bench = Bench()
    bench.csta.on_order(Inject("1", "hang", {}))
    bench.say("<RequestSystemStatus/>")
    assert bench.heard() == []
    bench.csta.on_order(Heal("1", "hang", {}))
    assert [one.name for one in bench.heard()] == ["RequestSystemStatusResponse"]


def test_timers_that_were_due_while_it_hung() -> None:
    """The first one closes the client; the others find nobody."""
    bench = Bench(log_in=False)
    bench.attach()
    bench.log_in(body=start_session(duration=10))
    bench.ask("SystemRegister")
    bench.csta.on_order(Inject("1", "hang", {}))
    bench.pass_by(seconds(400))
    bench.say("<RequestSystemStatus/>")
    bench.csta.on_order(Heal("1", "hang", {}))
    heard, closed = bench.out()
    assert closed
    assert "ApplicationSessionTerminated" in [one.name for one in heard]


def test_slow_process_answers_later() -> None:
    bench = Bench()
    bench.csta.on_order(Inject("1", "slow", {"delay": ms(300)}))
    bench.say("<RequestSystemStatus/>")
    bench.pass_by(ms(299))
    assert bench.heard() == []
    bench.pass_by(ms(1))
    assert len(bench.heard()) == 1


def test_crashed_process_closes_its_clients_and_takes_no_others() -> None:
    bench = Bench()
    reference = bench.monitor("101")
    bench.csta.on_order(Inject("1", "crash", {}))
    assert bench.out()[1]
    bench.attach(2)
    assert bench.out(2)[1]
    bench.csta.on_order(Heal("1", "crash", {}))
    bench.pass_by(seconds(2))
    assert bench.csta.state.life == "running"
    assert bench.csta.state.last_monitor == int(reference)


def test_detached_client_loses_its_monitors_alone() -> None:
    bench = Bench()
    bench.monitor("101")
    bench.attach(2)
    bench.log_in(2)
    bench.ask("MonitorStart", "<monitorObject><deviceObject>101</deviceObject></monitorObject>", client=2)
    bench.outside("detached", 1, b"reset")
    assert [row.client for row in bench.csta.state.monitors.values()] == [2]
    assert bench.journal(ApplicationChanged)[-1] == ApplicationChanged(1, "closed", "reset")


def test_stopped_and_started_by_order() -> None:
    bench = Bench()
    bench.csta.on_order(Act("restart", {}))
    assert bench.out()[1]
    bench.csta.on_order(Inject("1", "hang", {}))
    bench.outside("attached", 3)
    assert bench.out(3)[1]


def test_octets_that_no_adaptor_writes_change_nothing() -> None:
    """A replay of changed inputs."""
    bench = Bench()
    before = bench.csta.state.clients.copy()
    for what in ("data", "detached", "verified", "attached", "answered"):
        bench.outside(what, 1 if what == "attached" else 99, b"\0" * 3)
    bench.csta.on_order(Outside("csta", "verified", pack_in(1)[:3]))
    assert bench.csta.state.clients.keys() == before.keys()
