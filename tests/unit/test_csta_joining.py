"""Events of calls that become one: transfer and conference (csta.md 8, trap 3)."""

from __future__ import annotations

from csta_by_hand import CALL, CALLER, SEAT_LEG, TRUNK, Bench, connection, seen

from switchsim.model.cti import (
    CallEnded,
    CallsJoined,
    SeatServed,
)

# -- calls that become one -----------------------------------------------------------------------------------------


def test_trap_3_consulted_transfer_keeps_one_call_and_names_both() -> None:
    bench = Bench()
    caller, agent, other = bench.monitor(TRUNK), bench.monitor("101"), bench.monitor("102")
    bench.consults()
    followed = bench.ask("MonitorStart", f"<monitorObject>{connection('callObject', 8, '102')}</monitorObject>")
    bench.tell(CallsJoined(CALL, 8, "transfer", "SEAT/101", "SEAT/102"))
    bench.leg(14, "SEAT/102", "connected", call=CALL)
    bench.leg(SEAT_LEG, "SEAT/101", "null", cause=16)
    bench.leg(13, "SEAT/101", "null", call=8, cause=16)
    bench.tell(CallEnded(8, 16, "seat", "", "", 0, 0, 0, 0))
    heard = bench.heard()
    assert [seen(heard, one) for one in (caller, agent, other)] == [
        [("Transfered", "connected", "transfer")], [("Transfered", None, "transfer")],
        [("Transfered", "connected", "transfer")],
    ]  # fmt: skip
    told = heard[0]
    assert told.every("primaryOldCall") == [""]
    assert (told.at("primaryOldCall/callID"), told.at("secondaryOldCall/callID")) == ("7", "8")
    assert told.at("transferringDevice/deviceIdentifier") == "101"
    assert told.at("transferredToDevice/deviceIdentifier") == "102"
    assert told.every("callID") == ["7", "8", "7", "7", "7", "8"]  # old calls, then new and old of each connection
    reference = followed.at("monitorCrossRefID")
    assert [one.name for one in heard if one.at("monitorCrossRefID") == reference] == ["TransferedEvent"]
    bench.ends()
    heard = bench.heard()
    assert seen(heard, other)[-1][0] == "ConnectionCleared"
    last = [one.name for one in heard if one.at("monitorCrossRefID") == reference][-2:]
    assert last == ["CallClearedEvent", "MonitorStop"]


def test_nothing_of_the_transferring_seat_follows_its_transfered() -> None:
    """The switch tells every leg anew behind CallsJoined, those of the seat that leaves as well."""
    bench = Bench()
    caller, agent, other = bench.monitor(TRUNK), bench.monitor("101"), bench.monitor("102")
    bench.consults()
    bench.tell(CallsJoined(CALL, 8, "transfer", "SEAT/101", "SEAT/102"))
    bench.leg(CALLER, TRUNK, "connected", role="a")
    bench.leg(SEAT_LEG, "SEAT/101", "connected")
    bench.leg(14, "SEAT/102", "connected", call=CALL)
    bench.leg(13, "SEAT/101", "connected", call=8)
    bench.tell(SeatServed(CALL, SEAT_LEG, "service", "101", "transfer", 0, 0))
    bench.leg(SEAT_LEG, "SEAT/101", "null", cause=16)
    bench.leg(13, "SEAT/101", "null", call=8, cause=16)
    bench.tell(CallEnded(8, 16, "seat", "", "", 0, 0, 0, 0))
    heard = bench.heard()
    for one, local in ((caller, "connected"), (agent, None), (other, "connected")):
        assert seen(heard, one) == [("Transfered", local, "transfer")]
    bench.rings("101", 20)  # by another leg the seat may come back
    assert seen(bench.heard(), agent)[0] == ("Delivered", "alerting", "newCall")
    assert [line.left for line in bench.csta.state.lines.values()] == [[]]


def test_conference_and_its_end() -> None:
    bench = Bench()
    caller, agent, other = bench.monitor(TRUNK), bench.monitor("101"), bench.monitor("102")
    bench.consults()
    bench.tell(CallsJoined(CALL, 8, "conference", "SEAT/101", "SEAT/102"))
    bench.leg(SEAT_LEG, "SEAT/101", "connected")
    bench.leg(13, "SEAT/101", "null", call=8, cause=16)  # the seat has one leg from now on
    bench.leg(14, "SEAT/102", "connected", call=8)  # the switch keeps it in its own call
    heard = bench.heard()
    for one in (caller, agent, other):
        assert seen(heard, one) == [("Conferenced", "connected", "conference")]
    told = bench.ask("SnapshotCall", connection("snapshotObject", CALL, "101"))
    assert told.every("deviceIdentifier") == [TRUNK, "101", "102", "13800138000", "10000"]
    bench.leg(14, "SEAT/102", "null", call=8, cause=16)
    bench.tell(CallEnded(8, 16, "seat", "", "", 0, 0, 0, 0))
    heard = bench.heard()
    assert seen(heard, caller) == [("ConnectionCleared", "connected", "normalClearing")]
    assert seen(heard, other) == [("ConnectionCleared", None, "normalClearing")]


def test_conference_outlives_the_call_of_the_switch_that_gave_it_its_number() -> None:
    bench = Bench()
    agent = bench.monitor("101")
    bench.consults()
    bench.tell(CallsJoined(CALL, 8, "conference", "SEAT/101", "SEAT/102"))
    bench.heard()
    bench.leg(SEAT_LEG, "SEAT/101", "connected", call=8)
    bench.leg(CALLER, TRUNK, "null", cause=16)
    bench.tell(CallEnded(CALL, 16, "caller", "", "", 0, 0, 0, 0))
    assert seen(bench.heard(), agent) == [("ConnectionCleared", "connected", "normalClearing")]
    bench.wanted()
    bench.say(f"<ClearConnection>{connection('connectionToBeCleared', CALL, '102')}</ClearConnection>")
    (order,) = bench.wanted()
    assert (order.call, order.leg) == (8, 14)


def test_transfer_in_one_step() -> None:
    bench = Bench()
    caller = bench.monitor(TRUNK)
    bench.talks()
    bench.tell(CallsJoined(CALL, CALL, "transfer", "SEAT/101", "SEAT/102"))
    bench.leg(SEAT_LEG, "SEAT/101", "null", cause=16)
    bench.leg(15, "SEAT/102", "alerting")
    heard = bench.heard()
    assert seen(heard, caller) == [
        ("Transfered", "connected", "singleStepTransfer"),
        ("Delivered", "connected", "newCall"),
    ]
    assert "secondaryOldCall" not in heard[0].names()
