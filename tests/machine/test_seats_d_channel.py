"""Seats on D channels: what people press and see travels as LAPD frames, and survives what wires suffer."""

from __future__ import annotations

from typing import Any

import pytest
from office_bench import MACHINES, Bench, agent

from switchsim.assembly import build
from switchsim.assembly.built import Machine
from switchsim.kernel.snapshot import restore, take
from switchsim.model.order import Act, Heal, Inject, Value
from switchsim.proto import seats
from switchsim.report.frames import read_lapd
from switchsim.units import ms, seconds

MACHINE, BOARD = "seat_lines", "frame/3/slot/0"
ALONE = ("2001", "2002", "2003")
SHARING = tuple(str(number) for number in range(2004, 2012))


def bench(*people: str, batch: int = 160, behaviour: str = "answers", answer: int = ms(300)) -> Bench:
    everybody = agent(*(people or (*ALONE, *SHARING)), behaviour=behaviour, answer=answer)
    return Bench(everybody, machine=MACHINE, batch=batch)


def keys_heard(one: Bench, seat: str, since: int = 0) -> list[str]:
    """Keys that the board's layer 3 got from a seat: I frames in sequence, each once."""
    heard: list[str] = []
    expected = 0
    for record in one.records:
        event: Any = record.event
        if getattr(event, "link", "") != f"seat/{seat}":
            continue
        if type(event).__name__ == "FrameSent" and read_lapd(bytes.fromhex(event.octets)).kind in ("SABME", "UA"):
            expected = 0
        elif type(event).__name__ == "FrameReceived":
            lapd = read_lapd(bytes.fromhex(event.octets))
            if lapd.kind == "I" and lapd.ns == expected:
                expected = (expected + 1) % 128
                body = seats.decode(lapd.info)
                if isinstance(body, seats.Key) and record.at >= since:
                    heard.append(body.key)
    return heard


# -- the way of a call ----------------------------------------------------------------------------------------------


def test_a_call_is_rung_answered_and_released_over_d_channels() -> None:
    one = bench("2001")
    assert [event.link for event in one.events("LinkUp") if event.link == "seat/2001"] == ["seat/2001"]
    caller = one.call("10061")
    one.until_seat("2001", "talk")
    one.talk(caller, "2001")
    one.press("2001", "release")
    caller.ended(16)
    assert keys_heard(one, "2001") == ["sign_in", "answer", "release"]
    one.until_seat("2001", "idle")
    assert not one.events("SeatKeyLost")
    one.close()


def test_the_set_shows_who_calls_and_rings() -> None:
    one = bench("2001", behaviour="no_answer")
    one.call("10061", calling="13911112222")
    one.until_seat("2001", "ringing")
    one.run(ms(50))
    sent = [seats.decode(read_lapd(bytes.fromhex(e.octets)).info) for e in one.events("FrameSent", link="seat/2001")
            if read_lapd(bytes.fromhex(e.octets)).kind == "I"]  # fmt: skip
    call = one.events("CallOffered")[0].call
    assert sent[-1] == seats.Display("ringing", True, call, "13911112222")
    person = one.machine.part("farend/agent/2001").state
    assert (person.shows, person.ringing, person.call) == ("ringing", True, call)
    one.close()


def test_hold_consultation_and_transfer_with_both_kinds_of_access_and_none() -> None:
    """2001 has a D channel of its own, 2004 one of eight, 2014 none at all."""
    one = bench("2001", "2004", "2014")
    caller = one.call("10061")
    one.until_seat("2001", "talk")
    one.press("2001", "hold")
    one.until_seat("2001", "held")
    one.press("2001", "retrieve")
    one.talk(caller, "2001")
    one.press("2001", "hold")
    one.press("2001", "dial", number="2004")
    one.until_seat("2004", "talk")
    one.talk("2001", "2004")
    one.press("2001", "complete")
    one.talk(caller, "2004")
    one.press("2004", "transfer", number="2014")
    one.until_seat("2014", "talk")
    one.talk(caller, "2014")
    assert keys_heard(one, "2001") == ["sign_in", "answer", "hold", "retrieve", "hold", "dial", "complete"]
    assert keys_heard(one, "2004") == ["sign_in", "answer", "transfer"]
    assert keys_heard(one, "2014") == []
    one.close()


def test_eight_seats_on_one_d_channel_press_at_once() -> None:
    """Each key is taken once: eight data links share the channel, told apart by their TEIs."""
    one = bench(*SHARING)
    start = one.now
    for key in ("busy", "ready", "busy", "ready"):
        for seat in SHARING:
            one.order(f"farend/agent/{seat}", Act(key, {}))
    one.run(ms(200))
    for seat in SHARING:
        assert keys_heard(one, seat, start) == ["busy", "ready", "busy", "ready"]
        assert [e.state for e in one.events("SeatState", start, seat=seat)] == ["busy", "idle", "busy", "idle"]
    teis = {bytes.fromhex(e.octets)[1] >> 1 for e in one.events("FrameReceived") if e.link.startswith("seat/20")}
    assert teis == set(range(8))
    one.close()


def test_calls_to_eight_seats_of_one_d_channel() -> None:
    one = bench(*SHARING)
    callers = [one.call("10068") for _ in SHARING]
    for seat in SHARING:
        one.until_seat(seat, "talk")
    for caller in callers:
        one.until_hears(caller, "party")
    one.close()


# -- wires --------------------------------------------------------------------------------------------------------


def test_bit_errors_on_the_d_channel_cost_time_and_no_key() -> None:
    """Crosstalk at 1 bit in 500 hits many frames; LAPD sends them again after T200, and each key counts once."""
    one = bench("2001", "2002", "2004", answer=ms(100))
    one.fault("crosstalk", {"seat": "2001"}, ppb=2_000_000)
    assert not one.events("FaultFired")  # nobody talks there yet
    caller = one.call("10061")
    one.until_seat("2001", "talk")
    assert one.events("FaultFired")
    start, pressed = one.now, []
    for _ in range(6):
        for key in ("hold", "retrieve"):
            pressed.append(key)
            one.press("2001", key)
            one.run(seconds(3))
    assert keys_heard(one, "2001", start) == pressed
    assert not one.events("SeatKeyLost")
    heard = [read_lapd(bytes.fromhex(e.octets)) for e in one.events("FrameReceived", start, link="seat/2001")]
    again = [lapd for lapd in heard if lapd.pf]
    assert again, "no frame was ever asked for again: the fault did nothing"
    assert one.events("FrameBad", start)
    one.talk(caller, "2001")  # the B wires are sound
    one.press("2001", "release")
    one.run(seconds(3))
    bad = len(one.events("FrameBad"))
    one.run(seconds(3))
    assert len(one.events("FrameBad")) == bad  # nobody talks, nothing is picked up
    one.close(seconds(8))


def test_hum_hits_speech_too() -> None:
    one = bench("2001")
    caller = one.call("10061")
    one.until_seat("2001", "talk")
    heal = one.fault("power_line_hum", {"seat": "2001"}, ppb=20_000_000)
    one.until_hears(caller, "sound", within=seconds(2))
    one.until_hears("2001", "sound", within=seconds(2))
    heal()
    one.talk(caller, "2001")
    one.close(seconds(8))


def test_a_cut_d_wire_makes_its_seats_faulty_until_it_is_mended() -> None:
    one = bench()
    caller = one.call("10068")
    one.until_seat("2004", "talk")
    heal = one.fault("d_wire_cut", {"seat": "2006"})
    for seat in SHARING:
        one.until_seat(seat, "faulty", within=ms(200))
    caller.ended(27)
    about = {event.about for event in one.events("AlarmRaised", alarm="seat_fault")}
    assert about == {f"{BOARD}/seat/{seat}" for seat in SHARING}
    assert one.seat("2001") == "idle"
    one.run(seconds(2))
    one.press("2006", "ready")
    lost = one.events("SeatKeyLost", seat="2006", key="ready")
    assert [event.why for event in lost] == ["no_link"]
    heal()
    for seat in SHARING:
        one.until_seat(seat, "idle", within=seconds(4))
    assert len(one.events("AlarmCleared", alarm="seat_fault")) == len(SHARING)
    one.close()


def test_what_was_on_its_way_when_the_link_went_is_told_and_never_pressed_again() -> None:
    """The wires go under the key's frame: whether it arrived nobody can say. It is told, and not sent again later."""
    one = bench("2001")
    heal = one.fault("d_wire_cut", {"seat": "2001"})
    one.order("farend/agent/2001", Act("busy", {}))
    one.run(seconds(1))
    heal()
    one.until_seat("2001", "idle", within=seconds(4))
    told = one.events("SeatKeyLost", seat="2001", key="busy")
    assert len(told) == 1
    assert "busy" not in keys_heard(one, "2001")
    one.close()


def test_noise_that_no_frame_survives_is_a_lost_seat() -> None:
    """LAPD gives up after N200 repetitions; the seat is faulty, and works again when the noise is over."""
    one = bench("2001", "2002")
    heal = one.fault("power_line_hum", {"seat": "2001"}, ppb=100_000_000)
    one.press("2001", "busy")
    one.until_seat("2001", "faulty", within=seconds(45))  # T203 of the board, and four enquiries
    assert [e.why for e in one.events("SeatKeyLost", seat="2001", key="busy")] == ["link_lost"]
    assert one.events("DefectSeen", defect="d_link_lost")
    assert one.seat("2002") == "idle"
    heal()
    one.until_seat("2001", "idle", within=seconds(15))
    one.close()


def test_wires_that_are_mended_before_the_scan_leave_no_alarm() -> None:
    one = bench()
    heal = one.fault("d_wire_cut", {"seat": "2006"})
    one.run(4)
    heal()
    one.run(seconds(15))
    assert not one.events("AlarmRaised")
    assert one.seat("2006") == "idle"
    one.close()


@pytest.mark.parametrize("seat", ["2001", "2005"])
def test_a_set_that_is_unplugged_is_alone_missed(seat: str) -> None:
    one = bench()
    heal = one.fault("seat_drop", {"seat": seat})
    one.until_seat(seat, "faulty", within=ms(200))
    assert [e.about for e in one.events("AlarmRaised", alarm="seat_fault")] == [f"{BOARD}/seat/{seat}"]
    one.run(seconds(2))
    heal()
    one.until_seat(seat, "idle", within=seconds(4))
    assert [other for other in (*ALONE, *SHARING) if one.events("SeatState", seat=other, state="faulty")] == [seat]
    one.close()


# -- boards and processors ----------------------------------------------------------------------------------------


def test_a_pulled_board_loses_its_seats_and_gets_them_back() -> None:
    one = bench()
    heal = one.fault("board_pull", {"board": BOARD})
    one.until_seat("2001", "faulty")
    assert one.machine.part("farend/agent/2001").state.shows == "dead"
    one.run(seconds(1))
    heal()
    for seat in (*ALONE, *SHARING):
        one.until_seat(seat, "idle", within=seconds(8))
    caller = one.call("10068")
    one.until_seat("2004", "talk")
    one.talk(caller, "2004")
    one.close(but=("fault.1",))


def test_a_takeover_leaves_links_displays_and_talk_as_they_are() -> None:
    one = bench()
    caller = one.call("10061")
    one.until_seat("2001", "talk")
    start = one.now
    one.fault("mpu_kill", {"processor": "a"})
    one.wait("ProcessorActive")
    one.talk(caller, "2001")
    assert not [e for e in one.events("LinkDown", start) if e.link.startswith("seat/")]
    one.press("2001", "release")
    caller.ended(16)
    one.until_seat("2001", "idle")
    one.close(but=("alarms.cleared",))


# -- repetition ---------------------------------------------------------------------------------------------------


class Run:
    """Calls, keys, noise, a cut and an unplugged set, by a plan."""

    END = seconds(9)

    def __init__(self, batch: int = 160) -> None:
        self.octets = bytearray()
        people = [agent(*ALONE, *SHARING)]
        self.machine: Machine = build(MACHINES / f"{MACHINE}.yaml", seed=3, agents=people, batch=batch,
                                      journal_sink=self.octets.extend)  # fmt: skip

    def begin(self) -> Run:
        self.machine.power_on()
        order = self.machine.order
        for number in range(6):
            values: dict[str, Value] = {"called": ("10061", "10068")[number % 2], "calling": "13800138000",
                                        "plan": "", "hold_cycles": seconds(60)}  # fmt: skip
            order(seconds(1) + number, "farend/exchange/e1-0", Act("call", values))
        order(ms(900), BOARD, Inject("1", "crosstalk", {"seat": 0, "ppb": 3_000_000}))
        order(ms(910), BOARD, Inject("2", "power_line_hum", {"seat": 1, "ppb": 1_000_000}))
        order(seconds(3), BOARD, Inject("3", "d_wire_cut", {"seat": 4}))
        order(seconds(4), BOARD, Heal("3", "d_wire_cut", {"seat": 4}))
        order(ms(3_500), "farend/agent/2006", Act("busy", {}))
        order(seconds(5), BOARD, Inject("4", "seat_drop", {"seat": 2}))
        order(seconds(6), BOARD, Heal("4", "seat_drop", {"seat": 2}))
        for second in range(2, 8):
            order(seconds(second), "farend/agent/2001", Act("hold" if second % 2 else "retrieve", {}))
        return self

    def go(self) -> bytes:
        self.machine.run(self.END)
        return bytes(self.octets)


@pytest.fixture(scope="module")
def whole() -> tuple[bytes, list[tuple[int, int, bytes]]]:
    """The journal, and (cycle, length of the journal so far, snapshot) of some looks at it."""
    one, looks = Run().begin(), []
    for at in (1_001, 8_077, 12_345, 24_003, 24_801, 31_111, 32_009, 41_000, 48_001):
        one.machine.run(at)
        looks.append((at, len(one.octets), take(one.machine.kernel)))
    return one.go(), looks


def test_much_happens_in_that_run(whole: tuple[bytes, list[tuple[int, int, bytes]]]) -> None:
    for kind in ("frame_bad", "seat_key_lost", "defect_seen", "alarm_cleared", "link_down"):
        assert f'"kind":"{kind}"'.encode() in whole[0], kind


@pytest.mark.parametrize("batch", [1, 8])
def test_batches_change_nothing(batch: int, whole: tuple[bytes, list[tuple[int, int, bytes]]]) -> None:
    assert Run(batch).begin().go() == whole[0]


def test_restored_it_goes_on_as_it_did(whole: tuple[bytes, list[tuple[int, int, bytes]]]) -> None:
    journal, looks = whole
    for at, so_far, snapshot in looks:
        again = Run()
        restore(again.machine.kernel, snapshot)
        assert again.go() == journal[so_far:], f"restored at cycle {at}"
