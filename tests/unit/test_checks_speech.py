"""Crossed speech and silence: who hears whom against who is connected, at the cycle."""

from __future__ import annotations

import pytest
from by_hand import Row, at_mpu, offered, talking, verdict_of

from switchsim.model.events import (
    BoardState,
    CallCleared,
    CallLeg,
    CallOffered,
    CallState,
    FaultArmed,
    FaultFired,
    FaultUndone,
    PartyDials,
    PartyHears,
    PartyPlaced,
    PartySpeaks,
    SeatState,
)
from switchsim.report.faults import FaultFacts
from switchsim.report.result import Outcome
from switchsim.scenario.checks.speech import NoCrossedSpeech, NoSilence
from switchsim.units import seconds

CALLER, AGENT, STRANGER, OTHER = 11, 21, 12, 22
TOLERANCE = 64 + 400


def hears(at: int, party: int, what: str, which: str = "", since: int = -1) -> Row:
    return (at, "far/1", PartyHears(party, what, which, at if since < 0 else since))


PLACED: list[Row] = [
    (0, "far/1", PartyPlaced(AGENT, "", 0, "8001")),
    (0, "far/1", PartyPlaced(OTHER, "", 0, "8002")),
    (0, "far/1", PartyPlaced(CALLER, "e1-0", 1, "")),
    (0, "far/1", PartyPlaced(STRANGER, "e1-0", 2, "")),
    *((0, "far/1", PartySpeaks(party, 1)) for party in (CALLER, AGENT, STRANGER, OTHER)),
    *at_mpu(1, offered(1, 1), offered(2, 2)),
]


def a_talk(begin: int, end: int) -> list[Row]:
    """Caller and agent hear each other; told a little late, with the exact cycle."""
    return [
        *PLACED,
        *talking(1, begin),
        hears(begin + 200, CALLER, "party", str(AGENT), begin + 40),
        hears(begin + 200, AGENT, "party", str(CALLER), begin + 40),
        *at_mpu(end, SeatState("8001", "wrap_up", 0), CallState(1, "clearing", "")),
        hears(end + 200, CALLER, "quiet", "", end + 30),
        hears(end + 200, AGENT, "quiet", "", end + 30),
        *at_mpu(end + 300, CallCleared(1, 16, "caller")),
    ]


def test_a_talk_passes_both() -> None:
    rows = a_talk(1000, 90_000)
    assert verdict_of(NoCrossedSpeech, rows, 99_000).outcome is Outcome.PASSED
    assert verdict_of(NoSilence, rows, 99_000).outcome is Outcome.PASSED


def test_crossed_speech_is_named_with_its_cycle() -> None:
    crossed = [hears(95_000, STRANGER, "party", str(AGENT)), hears(97_000, STRANGER, "quiet")]
    rows = [*a_talk(1000, 90_000), *crossed]
    result = verdict_of(NoCrossedSpeech, rows, 99_000)
    assert [(one.at, one.place, one.what) for one in result.findings] == [
        (95_000, "e1-0:2", "party 12 hears party 21 (seat 8001) for 0.250s without being connected with it")
    ]


@pytest.mark.parametrize(("length", "outcome"), [(TOLERANCE, Outcome.PASSED), (TOLERANCE + 1, Outcome.FAILED)])
def test_crossed_speech_just_inside_and_outside_the_tolerance(length: int, outcome: Outcome) -> None:
    rows = [*PLACED, hears(5000, STRANGER, "party", str(AGENT)), hears(5000 + length, STRANGER, "tone", "450")]
    assert verdict_of(NoCrossedSpeech, rows, 99_000).outcome is outcome


def test_speech_that_goes_on_after_the_call_is_crossed() -> None:
    rows = [row for row in a_talk(1000, 9000) if not (isinstance(row[2], PartyHears) and row[2].what == "quiet")]
    result = verdict_of(NoCrossedSpeech, rows, 20_000)
    assert {(one.at, one.place) for one in result.findings} == {(9000, "e1-0:1"), (9000, "seat 8001")}


def test_speech_of_a_held_call_is_crossed() -> None:
    rows = a_talk(1000, 90_000)[:-5] + at_mpu(5000, CallState(1, "held", ""), SeatState("8001", "held", 1))
    assert verdict_of(NoCrossedSpeech, rows, 20_000).outcome is Outcome.FAILED


def test_one_who_hears_himself() -> None:
    result = verdict_of(NoCrossedSpeech, [*PLACED, hears(5000, CALLER, "mix", f"{CALLER}+{AGENT}")], 20_000)
    assert any("hears itself" in one.what for one in result.findings)


def test_hearing_told_after_parting_counts_from_the_parting() -> None:
    rows = [
        *PLACED,
        *talking(1, 1000),
        *at_mpu(3000, CallState(1, "clearing", "")),
        hears(3100, CALLER, "party", str(AGENT), 1040),
        hears(3400, CALLER, "quiet", "", 3100),
    ]
    assert verdict_of(NoCrossedSpeech, rows, 20_000).outcome is Outcome.PASSED


@pytest.mark.parametrize(("until", "outcome"), [(3100, Outcome.PASSED), (3000 + TOLERANCE + 1, Outcome.FAILED)])
def test_what_a_supervisor_heard_counts_from_the_end_of_listening_in(until: int, outcome: Outcome) -> None:
    rows = [
        *a_talk(1000, 3000)[: len(PLACED) + len(talking(1, 1000))],
        *at_mpu(1500, SeatState("8002", "listening", 1)),
        *at_mpu(3000, SeatState("8002", "idle", 0), SeatState("8001", "wrap_up", 0), CallState(1, "clearing", "")),
        hears(3600, OTHER, "mix", f"{CALLER}+{AGENT}", 1600),
        hears(3610, OTHER, "quiet", "", until),
    ]
    assert verdict_of(NoCrossedSpeech, rows, 20_000).outcome is outcome


def a_conference() -> list[Row]:
    return [
        *PLACED,
        *at_mpu(1000, SeatState("8001", "talk", 1)),
        *at_mpu(1000, CallState(1, "conference", "conference 0"), CallState(2, "conference", "conference 0")),
        hears(1100, CALLER, "mix", f"{STRANGER}+{AGENT}"),
        hears(1100, STRANGER, "mix", f"{CALLER}+{AGENT}"),
        hears(1100, AGENT, "mix", f"{CALLER}+{STRANGER}"),
    ]


def test_conference_members_hear_each_other() -> None:
    assert verdict_of(NoCrossedSpeech, a_conference(), 50_000).outcome is Outcome.PASSED
    assert verdict_of(NoSilence, a_conference(), 50_000).outcome is Outcome.PASSED
    stranger = [hears(2000, OTHER, "party", str(CALLER))]
    assert verdict_of(NoCrossedSpeech, a_conference() + stranger, 50_000).outcome is Outcome.FAILED


def test_two_conferences_are_two() -> None:
    rows = [row for row in a_conference() if not isinstance(row[2], CallState)]
    apart = at_mpu(1000, CallState(1, "conference", "conference 0"), CallState(2, "conference", "conference 1"))
    rows = rows[: len(PLACED)] + apart + rows[len(PLACED) :]
    assert verdict_of(NoCrossedSpeech, rows, 50_000).outcome is Outcome.FAILED


def test_transfer_that_joins_two_trunks() -> None:
    rows = [
        *PLACED,
        *at_mpu(1000, CallState(1, "talk", "call 2"), CallState(2, "talk", "call 1")),
        hears(1100, CALLER, "party", str(STRANGER)),
        hears(1100, STRANGER, "party", str(CALLER)),
    ]
    assert verdict_of(NoCrossedSpeech, rows, 50_000).outcome is Outcome.PASSED
    assert verdict_of(NoSilence, rows, 50_000).outcome is Outcome.PASSED


def test_a_leg_that_joined_later() -> None:
    """A consultation of somebody outside: the seat's call has the trunk as its other leg."""
    call = CallOffered(3, "seat", "", 0, "8001", "02087654321")
    rows = [
        *PLACED,
        *at_mpu(1000, call, CallState(3, "outgoing", ""), CallLeg(3, "e1-0", 2, "", 1), CallState(3, "talk", "")),
        hears(1100, AGENT, "party", str(STRANGER)),
        hears(1100, STRANGER, "party", str(AGENT)),
    ]
    assert verdict_of(NoCrossedSpeech, rows, 50_000).outcome is Outcome.PASSED
    assert verdict_of(NoSilence, rows, 50_000).outcome is Outcome.PASSED
    left = [*rows, *at_mpu(5000, CallLeg(3, "e1-0", 2, "", 0))]
    assert verdict_of(NoCrossedSpeech, left, 50_000).outcome is Outcome.FAILED


def test_a_call_that_goes_on_over_another_circuit_has_left_the_first() -> None:
    """Dual seizure: the circuit that it lost is a stranger's by now, who neither hears it nor is heard."""
    rows = [
        *PLACED,
        *at_mpu(1000, offered(3, 2, "out"), CallState(3, "outgoing", ""), SeatState("8001", "talk", 3)),
        *at_mpu(2000, CallLeg(3, "e1-0", 2, "", 0), CallLeg(3, "e1-0", 1, "", 1), CallState(3, "talk", "8001")),
        hears(2100, AGENT, "party", str(CALLER)),
        hears(2100, CALLER, "party", str(AGENT)),
    ]
    assert verdict_of(NoCrossedSpeech, rows, 50_000).outcome is Outcome.PASSED
    assert verdict_of(NoSilence, rows, 50_000).outcome is Outcome.PASSED
    crossed = [*rows, hears(3000, STRANGER, "party", str(AGENT))]
    assert verdict_of(NoCrossedSpeech, crossed, 50_000).outcome is Outcome.FAILED


def an_unanswered_call() -> list[Row]:
    begin = at_mpu(1000, offered(3, 2, "out"), SeatState("8001", "talk", 3), CallState(3, "outgoing", "0208765"))
    return [*PLACED, *begin, hears(3000, AGENT, "party", str(STRANGER))]


def test_the_far_end_is_heard_before_a_late_answer() -> None:
    """The path back is open from the first tone on; nobody is missed yet."""
    assert verdict_of(NoCrossedSpeech, an_unanswered_call(), 50_000).outcome is Outcome.PASSED
    assert verdict_of(NoSilence, an_unanswered_call()[:-1], 50_000).outcome is not Outcome.FAILED
    answered = [*an_unanswered_call(), *at_mpu(9000, CallState(3, "talk", ""))]
    assert verdict_of(NoSilence, answered, 50_000).outcome is Outcome.FAILED, "the far end does not hear the seat"


def test_a_call_that_was_not_answered_is_over_too() -> None:
    cleared = at_mpu(5000, CallCleared(3, 16, "seat"), CallState(3, "clearing", ""), SeatState("8001", "idle", 0))
    result = verdict_of(NoCrossedSpeech, [*an_unanswered_call(), *cleared], 50_000)
    assert [(one.at, one.place) for one in result.findings] == [(5000, "seat 8001")]
    stranger = [*an_unanswered_call(), hears(5000, AGENT, "party", str(CALLER))]
    assert verdict_of(NoCrossedSpeech, stranger, 50_000).outcome is Outcome.FAILED


def test_consultation_between_seats() -> None:
    """The seat that placed a call is in it while it talks."""
    call = CallOffered(3, "seat", "", 0, "8001", "8002")
    rows = [
        *PLACED,
        *at_mpu(1000, call, CallState(3, "talk", ""), SeatState("8002", "talk", 3)),
        hears(1100, AGENT, "party", str(OTHER)),
        hears(1100, OTHER, "party", str(AGENT)),
    ]
    assert verdict_of(NoCrossedSpeech, rows, 50_000).outcome is Outcome.PASSED
    assert verdict_of(NoSilence, rows, 50_000).outcome is Outcome.PASSED


def test_silence_in_talk_is_named() -> None:
    rows = [row for row in a_talk(1000, 90_000) if not (isinstance(row[2], PartyHears) and row[2].party == CALLER)]
    result = verdict_of(NoSilence, rows, 99_000)
    assert [(one.at, one.place, one.what) for one in result.findings] == [
        (1000, "e1-0:1", "party 11 does not hear party 21 (seat 8001) for 11.125s")
    ]


def test_a_gap_in_mid_talk_is_silence_and_a_short_one_is_not() -> None:
    def gap(cycles: int) -> list[Row]:
        rows = a_talk(1000, 90_000)
        middle = [hears(30_000, CALLER, "quiet"), hears(30_000 + cycles, CALLER, "party", str(AGENT))]
        return rows[:-5] + middle + rows[-5:]

    assert verdict_of(NoSilence, gap(seconds(1)), 99_000).outcome is Outcome.PASSED
    assert verdict_of(NoSilence, gap(seconds(2)), 99_000).outcome is Outcome.FAILED


def test_a_party_that_does_not_speak_or_dials_is_not_missed() -> None:
    rows = a_talk(1000, 90_000)
    hush: list[Row] = [(20_000, "far/1", PartySpeaks(AGENT, 0)), hears(20_000, CALLER, "quiet")]
    assert verdict_of(NoSilence, rows[:-5] + hush + rows[-5:], 99_000).outcome is Outcome.PASSED
    dials: list[Row] = [hears(20_000, AGENT, "tone", "697"), (20_001, "far/1", PartyDials(CALLER, "12345678"))]
    back = [hears(34_000, AGENT, "party", str(CALLER))]
    assert verdict_of(NoSilence, rows[:-5] + dials + back + rows[-5:], 99_000).outcome is Outcome.PASSED
    told_late = [dials[1], hears(20_100, AGENT, "tone", "697", 20_010)]
    assert verdict_of(NoSilence, rows[:-5] + told_late + back + rows[-5:], 99_000).outcome is Outcome.PASSED
    assert verdict_of(NoSilence, rows[:-5] + dials[:1] + back + rows[-5:], 99_000).outcome is Outcome.FAILED


@pytest.mark.parametrize(("harms", "outcome"), [(True, Outcome.PASSED), (False, Outcome.FAILED)])
def test_silence_while_a_fault_harms_speech_is_excused_and_told(harms: bool, outcome: Outcome) -> None:
    rows = a_talk(1000, 90_000)
    fault: list[Row] = [
        (30_000, "faults", FaultArmed("1", "line_cut", "e1-0")),
        (30_000, "faults", FaultFired("1", "cut")),
        hears(30_001, CALLER, "dead"),
        (50_000, "faults", FaultUndone("1")),
        hears(50_001, CALLER, "party", str(AGENT)),
    ]
    facts = {"line_cut": FaultFacts(harms_speech=harms)}
    result = verdict_of(NoSilence, rows[:-5] + fault + rows[-5:], 99_000, facts=facts)
    assert result.outcome is outcome
    assert ("1 silences" in result.reason) is harms


NODE = "frame/0/slot/4"


@pytest.mark.parametrize(
    ("fired", "undone", "serves", "outcome"),
    [
        pytest.param(8000, 9500, 18_500, Outcome.PASSED, id="the board starts still"),
        pytest.param(8000, 8100, 8200, Outcome.PASSED, id="within a second after it"),
        pytest.param(100, 200, 300, Outcome.FAILED, id="long before"),
        pytest.param(15_000, 16_000, 17_000, Outcome.FAILED, id="only later"),
    ],
)
def test_who_are_parted_while_the_node_board_is_away_hear_each_other_on(
    fired: int, undone: int, serves: int, outcome: Outcome
) -> None:
    """The call is cleared at 9000; the ways are taken away only at 19 000."""
    fault: list[Row] = [
        (50, "faults", FaultArmed("1", "board_power", NODE)), (fired, "faults", FaultFired("1", "power")),
        (fired, NODE, BoardState("off")), (undone, "faults", FaultUndone("1")),
        (undone, NODE, BoardState("self_test")), (serves, NODE, BoardState("in_service")),
    ]  # fmt: skip
    talk = [row for row in a_talk(1000, 9000) if not (isinstance(row[2], PartyHears) and row[2].what == "quiet")]
    quiet = [hears(19_000, CALLER, "quiet"), hears(19_000, AGENT, "quiet")]
    facts = {"board_power": FaultFacts(harms_speech=True)}
    rows = sorted([*talk, *fault, *quiet], key=lambda row: row[0])
    result = verdict_of(NoCrossedSpeech, rows, 30_000, facts=facts)
    assert result.outcome is outcome
    assert ("2 heard on" in result.reason) is (outcome is Outcome.PASSED)
    stranger = sorted([*rows, hears(8500, OTHER, "party", str(CALLER))], key=lambda row: row[0])
    assert verdict_of(NoCrossedSpeech, stranger, 30_000, facts=facts).outcome is Outcome.FAILED


def test_not_applicable_where_nobody_listens_or_is_placed() -> None:
    assert verdict_of(NoSilence, PLACED, 9000).outcome is Outcome.NOT_APPLICABLE
    unplaced = [hears(1, CALLER, "party", str(AGENT))]
    assert verdict_of(NoCrossedSpeech, unplaced, 9000).outcome is Outcome.NOT_APPLICABLE


# -- calls that go on to another exchange ------------------------------------------------------------------------------

THERE = 13
"""Who answers at the other exchange, on e1-4:7."""


def through(begin: int, end: int, *, there: bool = True, back: bool = True, third: int = 0) -> list[Row]:
    """Call 1 goes on over e1-4:7 and is answered; whether the two hear each other, and whom else the caller hears."""
    rows = [*PLACED, (2, "far/2", PartyPlaced(THERE, "e1-4", 7, "")), (2, "far/2", PartySpeaks(THERE, 1)),
            *at_mpu(3, CallState(1, "outgoing", "7001"), CallLeg(1, "e1-4", 7, "", 1)),
            *at_mpu(begin, CallState(1, "talk", ""))]  # fmt: skip
    heard = "+".join(str(party) for party in (THERE if there else 0, third) if party)
    rows += [hears(begin + 200, CALLER, "mix" if "+" in heard else "party", heard, begin + 40)] if heard else []
    rows += [hears(begin + 200, THERE, "party", str(CALLER), begin + 40)] if back else []
    rows += at_mpu(end, CallCleared(1, 16, "caller"), CallState(1, "clearing", ""))
    return rows + [hears(end + 200, party, "quiet", "", end + 30) for party in (CALLER, THERE)]


def test_a_talk_from_trunk_to_trunk_passes() -> None:
    rows = through(1_000, seconds(5))
    assert verdict_of(NoCrossedSpeech, rows, seconds(8)).outcome is Outcome.PASSED
    assert verdict_of(NoSilence, rows, seconds(8)).outcome is Outcome.PASSED


@pytest.mark.parametrize(("there", "back", "deaf"), [(False, True, CALLER), (True, False, THERE)])
def test_silence_from_trunk_to_trunk_is_found(there: bool, back: bool, deaf: int) -> None:
    (told,) = verdict_of(NoSilence, through(1_000, seconds(5), there=there, back=back), seconds(8)).findings
    assert f"party {deaf} does not hear" in told.what


def test_somebody_else_in_a_talk_from_trunk_to_trunk_is_found() -> None:
    (told,) = verdict_of(NoCrossedSpeech, through(1_000, seconds(5), third=STRANGER), seconds(8)).findings
    assert f"party {CALLER} hears party {STRANGER}" in told.what


def test_a_circuit_that_was_given_up_is_no_part_of_the_talk() -> None:
    """The first circuit was refused: whoever is on it later may not be heard."""
    rows = through(1_000, seconds(5), third=OTHER)
    rows[rows.index((0, "far/1", PartyPlaced(OTHER, "", 0, "8002")))] = (0, "far/1", PartyPlaced(OTHER, "e1-4", 6, ""))
    given_up = at_mpu(3, CallLeg(1, "e1-4", 6, "", 1), CallLeg(1, "e1-4", 6, "", 0))
    at = next(number for number, row in enumerate(rows) if isinstance(row[2], CallLeg))
    (told,) = verdict_of(NoCrossedSpeech, [*rows[:at], *given_up, *rows[at:]], seconds(8)).findings
    assert f"hears party {OTHER}" in told.what
