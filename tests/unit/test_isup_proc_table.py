"""Every pair of the circuit's table, from states that were reached by messages and requests (Q.764 annex B)."""

from __future__ import annotations

import pytest
from isup_by_hand import ACM, IAM, Exchange, joined, reach, run, talking

from switchsim.proto.isup import Cpc, StartTimer
from switchsim.proto.isup import parameters as p
from switchsim.proto.isup.actions import Refused, SetupFailed
from switchsim.proto.isup.messages import LAYOUTS
from switchsim.proto.isup.messages import MessageType as M
from switchsim.proto.isup.state import IsupConfig
from switchsim.proto.isup.table import BOXES, CIRCUIT, EVENTS, Event, discard, event_name, refuse, reset
from switchsim.proto.isup.timers import LONG_OF, TIMERS, timer_values
from switchsim.units import seconds

CONTENTS = {
    p.RANGE_AND_STATUS.code: b"\x01\x03", p.CAUSE.code: b"\x84\x90", p.CALLED_PARTY_NUMBER.code: b"\x03\x10\x01",
    p.SUBSEQUENT_NUMBER.code: b"\x00\x21", p.CIRCUIT_STATE.code: b"\x0c\x0c",
}  # fmt: skip
ARGUMENTS = {"more_digits": ("1",), "progress": (1,), "suspend_call": (True,), "resume_call": (True,)}


def fire(side: Exchange, event: Event) -> None:
    """Let one event happen to circuit 1."""
    if isinstance(event, int):
        layout = LAYOUTS[event]
        rows = (*layout.fixed, *layout.variable)
        side.hear(M(event), 1, *((row.code, CONTENTS.get(row.code, bytes(row.minimum))) for row in rows))
    elif event == "setup":
        side.setup(cic=1)
    elif event in ("heard", "not_heard"):
        side.do(side.isup.continuity_heard(1, event == "heard"))
    elif event in EVENTS and not event[1:].isdigit():
        side.do(getattr(side.isup, event)(1, *ARGUMENTS.get(event, ())))
    else:
        expire(side, event)


def expire(side: Exchange, name: str) -> None:
    circuit = side.state.circuits[1]
    if name == "t34" and f"{name}/1" not in side.timers:
        _hold(side, circuit.cpc)
    if f"{name}/1" not in side.timers:
        number = int(name[1:])
        circuit.timers |= 1 << number
        side.do([StartTimer(f"{name}/1", 1)])
    side.expire(f"{name}/1")


def _hold(side: Exchange, state: Cpc) -> None:
    """A message that announces a segment, where one can come."""
    mark = (p.OPTIONAL_BACKWARD_CALL.code, b"\x04")
    if state is Cpc.O_WAIT_ACM:
        side.hear(ACM[0], 1, *ACM[1], mark)
    elif state <= Cpc.O_SUSPENDED:
        side.hear(M.CPG, 1, (p.EVENT.code, b"\x01"), mark)
    else:
        continuity = b"\x04" if state is Cpc.I_CHECK else b"\x00"
        side.hear(M.RSC).hear(M.IAM, 1, (6, continuity), *IAM[1:], (p.OPTIONAL_FORWARD_CALL.code, b"\x04"))
    side.sent.clear()


@pytest.mark.parametrize("state", list(Cpc), ids=lambda state: state.name)
def test_every_pair_does_what_its_row_says(state: Cpc) -> None:
    for event in EVENTS:
        row = CIRCUIT[state, event]
        if row.procedure is None:
            assert row.reason
            assert row.clause
            continue
        side = reach(state)
        side.isup.trace = pairs = []
        rejected = side.state.violations_count
        fire(side, event)
        what = f"{state.name}, {event_name(event)}"
        assert ("CPC", state, event) in pairs, what
        circuit = side.state.circuits[1]
        assert all(f"t{n}/1" in side.timers for n in range(1, 39) if circuit.timers >> n & 1), what
        if row.procedure is discard:
            assert (circuit.cpc, side.said(), side.state.violations_count) == (state, "", rejected + 1), what
        elif row.procedure is reset:
            assert (circuit.cpc, side.said()) == (Cpc.RESET, "RSC"), what
        elif event != "setup" and row.procedure is refuse:
            assert [type(action) for action in side.seen] == [Refused], what
        elif row.procedure is refuse:
            assert side.seen == [SetupFailed(0, "not_idle", False)], what


def test_every_pair_has_a_row() -> None:
    assert len(CIRCUIT) == len(Cpc) * len(EVENTS)
    impossible = [pair for pair, row in CIRCUIT.items() if row.procedure is None]
    assert {event for _, event in impossible} <= {f"t{number}" for number in range(1, 39)}


def test_timers_that_a_state_cannot_have_are_not_running_in_it() -> None:
    for state in Cpc:
        running = {name.removesuffix("/1") for name in reach(state).timers if name.endswith("/1")} - {"t22", "t23"}
        assert not [name for name in running if CIRCUIT[state, name].procedure is None], state.name


def test_the_other_boxes_note_only_pairs_of_their_table() -> None:
    known = {(row.box, row.state, row.event) for row in BOXES}
    assert len(known) == len(BOXES)
    one, other = joined()
    one.isup.trace = other.isup.trace = pairs = []
    talking(one, other)
    for on in (True, True, False, False):
        for hardware in (True, False):
            one.do(one.isup.block_group([1, 2, 3], on, hardware)).do(one.isup.block(9, on))
            run(one, other)
    one.do(one.isup.query([1, 2])).do(one.isup.restart_all())
    run(one, other)
    one.do(one.isup.pause()).do(one.isup.resume()).do(one.isup.status("congestion")).do(one.isup.status("user_unknown"))
    found = {pair for pair in pairs if pair[0] != "CPC"}
    assert found <= known, found - known
    assert {row.box for row in BOXES} == {pair[0] for pair in found}


def test_annex_a_defaults_lie_in_their_windows() -> None:
    assert list(TIMERS) == [f"t{number}" for number in range(1, 39)]
    for name, (low, default, high, _) in TIMERS.items():
        assert 0 < low <= default <= high, name
    for short, long in LONG_OF.items():
        assert TIMERS[f"t{short}"][2] < TIMERS[f"t{long}"][0]


def test_overrides_are_taken_as_they_are_but_for_names_of_none() -> None:
    assert timer_values({"t7": seconds(21)})[7] == seconds(21)
    with pytest.raises(ValueError, match="t39"):
        timer_values({"t39": 1})
    side = Exchange(1, 2, timers={"t7": 8})
    side.setup()
    assert side.timers == {"t7/1": 8}
    assert IsupConfig(1, 2, ()).timers == {}
