"""Interworking of PRI, ISUP and TUP, pair by pair and both ways: real exchanges at the far end, a real machine between.

Expected values are of the Recommendations (Q.699, Q.763, Q.723, Q.850, GF 001-9001), not of the table under test.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from tandem_bench import Far, Tandem

from switchsim.firmware.reference import interworking
from switchsim.proto.q931.codec import Message
from switchsim.proto.q931.codec import decode as q931_decode
from switchsim.proto.q931.elements import Ie, Progress
from switchsim.units import ms, seconds

KINDS = ("pri", "isup", "tup")
WAYS = [(of, "pri_network" if of == to == "pri" else to) for of, to in product(KINDS, KINDS)]
EACH_WAY = pytest.mark.parametrize(("of", "to"), WAYS, ids=[f"{of}-{to}" for of, to in WAYS])


def signalling(kind: str) -> str:
    return kind.partition("_")[0]


@pytest.fixture(scope="module")
def whole() -> Iterator[Tandem]:
    tandem = Tandem()
    yield tandem
    tandem.bench.close()


@pytest.fixture
def tandem(whole: Tandem) -> Iterator[Tandem]:
    whole.clean()
    yield whole
    whole.settle()


# -- causes ------------------------------------------------------------------------------------------------------------

Q850 = (1, 3, 17, 18, 19, 20, 21, 22, 27, 28, 34, 38, 41, 42, 47, 57, 65, 88, 102, 111, 127)
"""Causes that both PRI and ISUP carry, unchanged."""

BY_TUP = {1: 1, 3: 1, 17: 17, 18: 31, 19: 31, 20: 31, 21: 55, 22: 4, 27: 27, 28: 28, 34: 34, 38: 34, 41: 31, 42: 42,
          47: 42, 57: 55, 65: 65, 88: 65, 102: 31, 111: 31, 127: 31, 4: 4, 31: 31, 55: 55}  # fmt: skip
"""What is left of them behind an unsuccessful backward message: UNN, SLB, CFL, ACB, SST, LOS, ADI, CGC, SEC, DPN."""


@EACH_WAY
def test_causes_before_the_answer(tandem: Tandem, of: str, to: str) -> None:
    for cause in Q850:
        tandem.far[to].refuse(cause)
        expected = BY_TUP[cause] if "tup" in (of, to) else cause
        tandem.call(of, to).ended(BY_TUP[expected] if of == to == "tup" else expected)
        record = tandem.bench.call_records()[-1]
        assert (record.answered, record.by) == (0, "network")
        assert record.cause == (BY_TUP[cause] if to == "tup" else cause)


@pytest.mark.parametrize(("of", "to"), [way for way in WAYS if way[1] != "tup"])
@pytest.mark.parametrize(("cause", "sent"), [(26, 31), (81, 95), (96, 111), (100, 111)])
def test_a_cause_of_one_access_is_passed_on_by_its_class(
    tandem: Tandem, of: str, to: str, cause: int, sent: int
) -> None:
    """Q.850 2.2.5: the unspecified value of the class; the call record keeps what was told."""
    tandem.far[to].refuse(cause)
    tandem.call(of, to).ended(31 if of == "tup" else sent)
    assert tandem.bench.call_records()[-1].cause == cause


@EACH_WAY
def test_busy_behind_alerting(tandem: Tandem, of: str, to: str) -> None:
    """The subscriber rings, and refuses: TUP has busy and call failure left behind its ACM."""
    far = tandem.far[to]
    for cause in (17, 21):
        far.behave("no_answer")
        caller = tandem.call(of, to)
        tandem.bench.run(ms(300))
        (key,) = far.keys
        far.act("disconnect" if to.startswith("pri") else "release", key, cause)
        expected = 31 if cause == 21 and "tup" in (of, to) else cause
        caller.ended(expected)


# -- who calls ---------------------------------------------------------------------------------------------------------

CATEGORIES = {"ordinary": (10, 10), "priority": (11, 11), "national operator": (9, 9), "operator, French": (1, 1),
              "data": (12, 12), "test": (13, 13), "payphone": (15, 10)}  # fmt: skip
"""ISUP value, and what TUP says: it has no payphone."""


@pytest.mark.parametrize("name", CATEGORIES)
@pytest.mark.parametrize(("of", "to"), [way for way in WAYS if way[0] != "pri" and not way[1].startswith("pri")])
def test_category(tandem: Tandem, of: str, to: str, name: str) -> None:
    isup, tup = CATEGORIES[name]
    sent = isup if of == "isup" else tup
    undo = tandem.far[of].calling_as(category=sent)
    tandem.call(of, to)
    tandem.bench.run(ms(200))
    undo()
    assert tandem.far[to].offered()["category"] == (tup if "tup" in (of, to) else isup)


@pytest.mark.parametrize("to", ["isup", "tup"])
def test_a_primary_rate_access_has_ordinary_subscribers(tandem: Tandem, to: str) -> None:
    tandem.call("pri", to)
    tandem.bench.run(ms(200))
    assert tandem.far[to].offered()["category"] == 10


@pytest.mark.parametrize(("category", "sent"), [(16, 10), (19, 10), (24, 10), (20, 11), (21, 11)])
def test_categories_of_the_chinese_network(tandem: Tandem, category: int, sent: int) -> None:
    """GF 001-9001: how the call is charged is no matter of ISUP."""
    undo = tandem.far["tup"].calling_as(category=category)
    tandem.call("tup", "isup")
    tandem.bench.run(ms(200))
    undo()
    assert tandem.far["isup"].offered()["category"] == sent


def _number(far: Far, nature: str, presentation: str, screening: str) -> dict[str, int]:
    """A calling number in the values of an exchange's signalling (Q.931 4.5.10, Q.763 3.10)."""
    natures = {"subscriber": (4, 1), "national": (2, 3), "international": (1, 4), "unknown": (0, 2)}[nature]
    shown = {"allowed": 0, "restricted": 1, "not available": 2}[presentation]
    checked = {"not screened": 0, "passed": 1, "failed": 2, "network": 3}[screening]
    if far.kind.startswith("pri"):
        return {"ton": natures[0], "presentation": shown, "screening": checked}
    values = {"calling_nature": natures[1], "presentation": shown}
    return values if far.kind == "tup" else values | {"screening": checked}


NUMBERS = [("national", "allowed", "passed"), ("international", "restricted", "network"),
           ("subscriber", "allowed", "network"), ("unknown", "not available", "not screened"),
           ("national", "restricted", "failed")]  # fmt: skip


@EACH_WAY
@pytest.mark.parametrize(("nature", "presentation", "screening"), NUMBERS)
def test_calling_number(tandem: Tandem, of: str, to: str, nature: str, presentation: str, screening: str) -> None:
    caller, called = tandem.far[of], tandem.far[to]
    undo = caller.calling_as(**_number(caller, nature, presentation, screening))
    tandem.call(of, to)
    tandem.bench.run(ms(200))
    undo()
    action = called.heard("SetupInd")[-1]
    assert (action.calling.digits if to.startswith("pri") else action.calling) == "13800138000"
    if "tup" in (of, to):  # it has neither an unknown nature nor a number that is not available nor screening
        nature = {"unknown": "national"}.get(nature, nature)
        presentation = {"not available": "restricted"}.get(presentation, presentation)
        screening = "network"
    expected = _number(called, nature, presentation, screening)
    expected["nature"] = expected.pop("ton", expected.pop("calling_nature", 0))
    offered = called.offered()
    assert {name: offered[name] for name in expected} == expected


@pytest.mark.parametrize(("of", "to"), [way for way in WAYS if way[0] != signalling(way[1])])
@pytest.mark.parametrize("what", ["speech", "audio", "digital"])
def test_medium(tandem: Tandem, of: str, to: str, what: str) -> None:
    """Q.931 transfer capability 0, 16, 8; Q.763 medium 0, 3, 2; TUP: a digital path is required, or not."""
    pri, isup, tup = {"speech": (0, 0, 3), "audio": (16, 3, 3), "digital": (8, 2, 2)}[what]
    given = {"pri": {"capability": pri}, "isup": {"medium": isup}, "tup": {"medium": tup}}[of]
    undo = tandem.far[of].calling_as(**given)
    tandem.call(of, to)
    tandem.bench.run(ms(200))
    undo()
    if of == "tup" and what == "speech":
        pri, isup = 16, 3
    assert tandem.far[to].offered()["medium"] == {"pri": pri, "isup": isup, "tup": tup}[to]


@pytest.mark.parametrize("of", KINDS)
def test_a_private_exchange_is_told_that_the_caller_is_at_no_isdn(tandem: Tandem, of: str) -> None:
    """Progress description 3 in the SETUP, behind a telephone user part (Q.699, Q.931 4.5.23)."""
    tandem.call(of, "pri_network")
    tandem.bench.run(ms(200))
    setup = q931_decode(tandem.far["pri_network"].octets[-1])
    assert isinstance(setup, Message)
    progress = setup.ies.get(Ie.PROGRESS_INDICATOR)
    assert (progress.description if isinstance(progress, Progress) else 0) == (3 if of == "tup" else 0)


@pytest.mark.parametrize("of", KINDS)
def test_isup_is_told_what_the_call_has_met(tandem: Tandem, of: str) -> None:
    """Forward call indicators D, F and I (Q.763 3.23): interworking, ISUP all the way, access."""
    tandem.call(of, "isup")
    tandem.bench.run(ms(200))
    octets = next(octets for octets in tandem.far["isup"].octets if octets[2] == 0x01)
    first, second = octets[4:6]
    expected = (1, 0, 0) if of == "tup" else (0, 1, 1)
    assert (first >> 3 & 1, first >> 5 & 1, second & 1) == expected


# -- alerting, answer, clear-back --------------------------------------------------------------------------------------


@EACH_WAY
def test_alerting_passes_with_its_tone(tandem: Tandem, of: str, to: str) -> None:
    tandem.far[to].behave("no_answer")
    caller = tandem.call(of, to)
    tandem.bench.until_hears(caller, "tone", "450")
    said = tandem.far[of]
    if of == "pri":
        (alerting,) = said.heard("AlertingInd")
        assert alerting.inband
        assert not said.heard("ConnectInd")
    else:
        (complete,) = said.heard("AddressCompleteInd")[-1:]
        free = complete.status == 1 or bool(said.heard("ProgressInd") and said.heard("ProgressInd")[-1].event == 1)
        assert free
        assert not said.heard("AnswerInd")
    assert not tandem.bench.events("CallAnswered", call=tandem.bench.events("CallOffered")[-1].call)


@EACH_WAY
def test_the_answer_there_is_the_answer_here(tandem: Tandem, of: str, to: str) -> None:
    caller = tandem.call(of, to)
    tandem.bench.wait("CallAnswered", since=tandem.bench.now - ms(10))
    tandem.bench.run(ms(100))
    assert len(tandem.far[of].heard("ConnectInd" if of == "pri" else "AnswerInd")) == 1
    tandem.bench.talk(caller, tandem.far[to].person())


@EACH_WAY
def test_the_caller_clears(tandem: Tandem, of: str, to: str) -> None:
    caller = tandem.call(of, to)
    tandem.bench.run(ms(600))
    there = tandem.far[to].person()
    caller.hang_up()
    there.ended(16)
    record = tandem.bench.call_records()[-1]
    assert (record.cause, record.by, record.answered > 0, record.talked) == (16, "caller", True, record.answered)


@EACH_WAY
def test_the_called_party_clears(tandem: Tandem, of: str, to: str) -> None:
    """PRI and ISUP release; towards TUP that is clear-back, and so is what a TUP exchange tells of its subscriber."""
    caller = tandem.call(of, to)
    tandem.bench.run(ms(600))
    tandem.far[to].person().hang_up()
    tandem.bench.run(ms(300))
    if to == "tup" or of == "tup":
        suspended = tandem.far[of].heard("SuspendInd") if of != "pri" else ()
        assert len(suspended) == (of != "pri")
        assert caller.states[-1][0] == "talking"  # whoever called may wait for the other one, or hang up
        caller.hang_up()
        caller.ended(16)
        assert tandem.bench.call_records()[-1].by == ("caller" if to == "tup" else "network")
    else:
        caller.ended(16)
        assert tandem.bench.call_records()[-1].by == "network"


@pytest.mark.parametrize("to", ["isup", "tup"])
@pytest.mark.parametrize("of", ["isup", "tup", "pri"])
def test_clear_back_and_answer_again(tandem: Tandem, of: str, to: str) -> None:
    """SUS and RES, CBK and RAN. Towards a primary rate access neither is said; the call goes on all the same."""
    tandem.call(of, to)
    tandem.bench.run(ms(600))
    far, told = tandem.far[to], tandem.far[of]
    (key,) = far.keys
    far.act("suspend_call", key)
    tandem.bench.run(ms(200))
    assert len(told.heard("SuspendInd")) == (of != "pri")
    assert not told.heard("ResumeInd")
    far.act("resume_call", key)
    tandem.bench.run(ms(200))
    assert len(told.heard("ResumeInd")) == (of != "pri")
    assert far.keys == [key]


def test_who_is_told_of_clear_back_supervises_it(tandem: Tandem) -> None:
    """Q.764 2.4.1: T6 runs in the controlling exchange; for a primary rate access that is the machine."""
    running = []
    for of in ("isup", "pri"):
        tandem.call(of, "isup")
        tandem.bench.run(ms(600))
        tandem.far["isup"].act("suspend_call", tandem.far["isup"].keys[0])
        tandem.bench.run(ms(200))
        program = tandem.bench.machine.part("frame/0/slot/2/program")
        circuits = program.program.trunks.number7.point.users[0].state.circuits.values()
        running.append([bool(circuit.timers >> 6 & 1) for circuit in circuits if circuit.suspended])
        tandem.settle()
    assert not running[0][0]
    assert running[1] == [True]


def test_a_primary_rate_caller_of_a_subscriber_who_does_not_come_back_is_cleared_by_the_machine(
    tandem: Tandem,
) -> None:
    caller = tandem.call("pri", "isup")
    tandem.bench.run(ms(600))
    far = tandem.far["isup"]
    far.act("suspend_call", far.keys[0])
    caller.ended(102, within=seconds(130))


@pytest.mark.parametrize("of", KINDS)
def test_words_in_band_are_heard_before_anybody_answers(tandem: Tandem, of: str) -> None:
    """PROGRESS 8 of a private exchange: PROGRESS 8, ACM with in-band information, ACM without subscriber free."""
    far = tandem.far["pri_network"]
    telephones = far.part.telephones

    def announce(key: int, _: object) -> None:
        far.part._do(far.machine.proceeding(key))
        index = telephones.by_place["e1-5", far.part.state.q931.calls[key].channel]
        telephones.take_up(key, index, "", patience=0)
        far.part.engine.source_tone(far.part.config.parties[index].source, far.part.config.ring_back)
        far.part._do(far.machine.progress(key))

    far.part._ring = announce
    caller = tandem.call(of, "pri_network")
    tandem.bench.until_hears(caller, "tone")
    told = tandem.far[of]
    if of == "pri":
        assert [action.description for action in told.heard("ProgressInd")] == [8]
    elif of == "isup":
        assert told.heard("AddressCompleteInd")[0].status == 0
        assert told.heard("ProgressInd")[-1].in_band
    else:
        assert [action.status for action in told.heard("AddressCompleteInd")] == [0]


@pytest.mark.parametrize("of", KINDS)
def test_who_rings_without_a_tone_gets_one_from_the_machine(tandem: Tandem, of: str) -> None:
    """ALERTING without a progress indicator: nobody there plays ring-back, and nothing of that channel is heard yet."""
    far = tandem.far["pri_network"]
    part = far.part

    def ring(key: int, _: object) -> None:
        index = part.telephones.by_place["e1-5", part.state.q931.calls[key].channel]
        part.telephones.take_up(key, index, "answered", patience=0)
        part._do(far.machine.alerting(key, None))
        part.telephones.arm(index, "ring", ms(7_000))

    part._ring = ring
    caller = tandem.call(of, "pri_network")
    tandem.bench.until_hears(caller, "tone", "450", within=seconds(5))  # a second of tone, four of silence
    core = tandem.bench.machine.part("frame/0/slot/2/program").program.core
    call = next(iter(core.state.calls.values()))
    assert core.state.hears[core.slot(call.a)] == core.office.tones["ring_back"]
    tandem.bench.run(ms(7_500))
    tandem.bench.talk(caller, far.person())


# -- the table itself --------------------------------------------------------------------------------------------------


def test_no_value_of_a_signalling_means_two_things() -> None:
    for subject, rows in interworking.TABLE.items():
        for kind in KINDS:
            values = [value for row in rows for value in getattr(row, kind)]
            assert len(values) == len(set(values)), (subject, kind)
    for kind in KINDS:
        messages = [message for row in interworking.SIGNALS for message in getattr(row, kind)]
        assert len(messages) == len(set(messages)), kind


def test_what_goes_to_another_signalling_and_back_is_the_same_or_the_first_row() -> None:
    for subject, rows in interworking.TABLE.items():
        for row, of, to in product(rows, KINDS, KINDS):
            for value in getattr(row, of):
                there = interworking.translated(subject, value, of, to)
                if there == interworking.NOT_SAID:
                    assert not any(getattr(other, to) for other in rows)
                else:
                    assert interworking.meaning(subject, to, there) in (row.meaning, rows[0].meaning)


def test_an_unknown_value_means_the_first_row() -> None:
    assert interworking.meaning("category", "isup", 200) == "ordinary"
    assert interworking.meaning("presentation", "pri", 3) == "restricted"
    assert interworking.translated("category", 240, "isup", "tup") == 10
