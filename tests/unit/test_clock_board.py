"""The clock board: what it follows and tells, alarms, registers, its lamp, faults, a pair's switchover, snapshots."""

from __future__ import annotations

from clock_bench import KIND, Bench, plan

from switchsim.model.events import (
    AlarmCleared,
    AlarmRaised,
    ClockActive,
    ClockMode,
    ClockReference,
    DefectSeen,
    FaultFired,
    LedChanged,
)
from switchsim.model.order import Act
from switchsim.proto.clock.oscillator import Wander
from switchsim.proto.clock.store import Store, StoreState
from switchsim.terminals.clocking import ClockPlan
from switchsim.units import ms, seconds

PLACE = "frame/0/slot/7"
PRC, SSU_A, SEC, DNU = 2, 4, 11, 15
LOCK, HOLD_OFF, WAIT = (KIND.timings[name] for name in ("lock_time", "hold_off", "wait_to_restore"))


def started(bench: Bench, until: int = seconds(1)) -> Bench:
    bench.kernel.power_on()
    bench.kernel.run(until)
    return bench


def modes(bench: Bench, place: str = "") -> list[tuple[int, str, str]]:
    return [(one.at, one.event.mode, one.event.reference) for one in bench.events(ClockMode, place=place)]


def alarms(bench: Bench) -> list[tuple[str, str]]:
    """+ or -, alarm, in order."""
    return [("+" if isinstance(one.event, AlarmRaised) else "-", one.event.alarm)
            for one in bench.events(AlarmRaised, AlarmCleared)]


# -- silence -----------------------------------------------------------------------------------------------------------


def test_a_machine_that_does_not_speak_of_clocks_says_nothing() -> None:
    bench = started(Bench(ClockPlan(), boards=2), seconds(3600))
    assert bench.told() == []
    assert bench.kernel.timers == {}
    assert [one.event for one in bench.events(ClockMode, ClockReference, AlarmRaised, LedChanged)] == [
        LedChanged("RUN", "green_blinking")] * 2  # fmt: skip
    assert bench.clock().read("STATE") == 2 | 1 << 8  # it is exact
    assert bench.clock(board=1).read("STATE") == 2


def test_a_pull_without_clocks_is_as_silent() -> None:
    bench = Bench(ClockPlan(), boards=2)
    bench.inject(800, "pull")
    bench.heal(seconds(2), "pull")
    started(bench, seconds(10))
    assert bench.told() == []
    assert bench.events(ClockMode, ClockActive) == []
    assert (bench.clock().gives, bench.clock(board=1).gives) == (False, True)


# -- following ---------------------------------------------------------------------------------------------------------


def test_it_starts_locked_to_its_first_reference() -> None:
    bench = Bench(plan())
    bench.says(3, "e1-0", ppb=250, origin="far/e1-0")
    started(bench, seconds(30))
    assert modes(bench) == [(ms(20), "locked", "e1-0")]
    assert [(clock.ppb, clock.origin, clock.reference) for _, clock in bench.told()] == [
        (0, "here", "e1-0"), (250, "here<far/e1-0", "e1-0")]  # fmt: skip
    assert alarms(bench) == []
    assert bench.clock().state.leds["LOCK"] == "green"
    assert [bench.clock().read(name) for name in ("STATE", "SOURCE", "OFFSET")] == [2 | 1 << 8, 1, 2]


def test_what_is_not_there_at_power_on_was_never_there() -> None:
    bench = Bench(plan(1, ppb=700))
    bench.says(0, "e1-0", usable=False)
    started(bench, seconds(10))
    assert modes(bench) == [(ms(20), "free_run", "")]
    assert bench.told()[-1][1].ppb == 700
    assert alarms(bench) == [("+", "clock_free_run"), ("+", "clock_reference_lost")]
    assert bench.clock().state.leds["LOCK"] == "red"


def test_a_machine_without_references_runs_free_and_is_content() -> None:
    bench = started(Bench(plan(0, ppb=-4600)), seconds(60))
    assert [(at, clock.ppb, clock.quality, clock.reference) for at, clock in bench.told()] == [(0, -4600, SEC, "")]
    assert alarms(bench) == []
    assert bench.clock().state.leds["LOCK"] == "off"
    assert bench.clock().read("OFFSET") == 0x10000 - 46


def test_reference_switching() -> None:
    """Lost: holdover at once, the second one after the hold-off; back: waited for, then the first one again."""
    bench = Bench(plan())
    lost, back = seconds(5), seconds(60)
    bench.says(lost, "e1-0", usable=False)
    bench.says(back, "e1-0")
    started(bench, seconds(120))
    assert modes(bench) == [
        (ms(20), "locked", "e1-0"), (lost, "holdover", ""), (lost + HOLD_OFF, "acquiring", "e1-1"),
        (lost + HOLD_OFF + LOCK, "locked", "e1-1"), (back + WAIT, "acquiring", "e1-0"),
        (back + WAIT + LOCK, "locked", "e1-0"),
    ]  # fmt: skip
    stages = [(one.event.stage) for one in bench.events(ClockReference) if one.event.line == "e1-0"]
    assert stages == ["good", "hold_off", "failed", "waiting", "good"]
    assert alarms(bench) == [("+", "clock_reference_lost"), ("-", "clock_reference_lost")]


def test_all_references_lost_is_holdover_and_an_alarm() -> None:
    bench = Bench(plan())
    for line in ("e1-0", "e1-1"):
        bench.says(seconds(5), line, usable=False)
        bench.says(seconds(60), line)
    started(bench, seconds(120))
    assert [mode for _, mode, _ in modes(bench)] == ["locked", "holdover", "acquiring", "locked"]
    assert bench.told()[1][1].ppb == KIND.parameters["holdover_ppb"]
    raised = [(one.event.alarm, one.event.about) for one in bench.events(AlarmRaised)]
    assert sorted(raised) == [("clock_holdover", PLACE), ("clock_reference_lost", f"{PLACE}/reference/e1-0"),
                              ("clock_reference_lost", f"{PLACE}/reference/e1-1")]  # fmt: skip
    assert len(bench.events(AlarmCleared)) == 3
    assert bench.clock().state.alarms == {}


def test_holdover_drifts_and_ends() -> None:
    bench = Bench(plan(1, ppb=4600))
    bench.says(seconds(5), "e1-0", usable=False)
    day = KIND.timings["holdover"]
    started(bench, seconds(5) + day + seconds(10))
    drift = [clock.ppb for _, clock in bench.told()]
    assert drift[:2] == [0, 10]
    assert drift[2:-1] == list(range(11, 30))  # 2e-8 a day, ppb by ppb
    assert drift[-1] == 4600
    assert [mode for _, mode, _ in modes(bench)] == ["locked", "holdover", "free_run"]
    assert alarms(bench)[-1] == ("+", "clock_free_run")


def test_do_not_use_is_not_used() -> None:
    bench = Bench(plan(ssm=True))
    bench.says(3, "e1-0", quality=PRC, origin="far/e1-0")
    bench.says(3, "e1-1", quality=SSU_A, origin="far/e1-1")
    bench.says(seconds(5), "e1-0", quality=DNU, origin="far/e1-0")
    started(bench, seconds(60))
    assert [(mode, line) for _, mode, line in modes(bench)] == [
        ("locked", "e1-0"), ("acquiring", "e1-1"), ("locked", "e1-1")]  # fmt: skip
    assert [clock.quality for _, clock in bench.told()][-1] == SSU_A
    assert alarms(bench) == []  # its signal is there


def test_its_own_quality_without_a_reference() -> None:
    bench = Bench(plan(1, ssm=True, quality=8))
    bench.says(3, "e1-0", quality=PRC)
    bench.says(seconds(5), "e1-0", quality=DNU)
    started(bench, seconds(6))
    assert [clock.quality for _, clock in bench.told()][-2:] == [PRC, 8]


def test_a_reference_out_of_range_is_no_reference() -> None:
    bench = Bench(plan())
    bench.says(seconds(5), "e1-0", ppb=150_000)
    started(bench, seconds(60))
    assert modes(bench)[-1][1:] == ("locked", "e1-1")
    assert [one.event.cause for one in bench.events(AlarmRaised)] == ["e1-0 out of range"]


def test_references_that_are_all_out_of_range_convict_the_oscillator() -> None:
    bench = Bench(plan())
    bench.inject(seconds(5), "clock_offset", ppb=300_000)
    bench.heal(seconds(60), "clock_offset", ppb=300_000)
    started(bench, seconds(120))
    assert ("+", "clock_fault") in alarms(bench)
    assert bench.clock().state.alarms == {}
    assert modes(bench)[-1][1] == "locked"


# -- registers and orders ----------------------------------------------------------------------------------------------


def test_the_mode_register_holds_over_and_frees() -> None:
    bench = Bench(plan(1, ppb=1000))
    for at, value in ((5, 1), (10, 2), (15, 0)):
        values: dict[str, int | str] = {"register": "MODE", "value": value}
        bench.kernel.order(seconds(at), PLACE, Act("write", values))
    started(bench, seconds(60))
    assert [(mode, line) for _, mode, line in modes(bench)] == [
        ("locked", "e1-0"), ("holdover", ""), ("free_run", ""), ("acquiring", "e1-0"), ("locked", "e1-0")]  # fmt: skip
    assert bench.clock().read("MODE") == 0


# -- faults ------------------------------------------------------------------------------------------------------------


def test_an_offset_of_a_machine_without_clocks_reaches_its_lines() -> None:
    bench = Bench(ClockPlan(name="here"))
    bench.inject(seconds(1), "clock_offset", ppb=50_000)
    bench.heal(seconds(2), "clock_offset", ppb=50_000)
    started(bench, seconds(60))
    assert [(clock.ppb, clock.origin) for _, clock in bench.told()] == [(50_000, "here"), (0, "here")]
    assert [one.event.effect for one in bench.events(FaultFired)] == ["oscillator 50000 ppb off nominal"]
    assert (modes(bench), alarms(bench)) == ([], [])


def test_a_step_while_locked_is_pulled_out() -> None:
    bench = Bench(plan(1))
    bench.inject(seconds(1), "clock_step", ppb=4096)
    started(bench, seconds(60))
    told = [clock.ppb for _, clock in bench.told()]
    assert told[1:4] == [4096, 2048, 1024]
    assert told[-1] == 0
    assert len(modes(bench)) == 1


def test_wander_is_told_in_steps_and_makes_no_slip_below_the_hysteresis() -> None:
    bench = Bench(ClockPlan(name="here"))
    bench.inject(800, "clock_wander", amplitude_ns=9000, period=seconds(10))
    started(bench, seconds(100))
    store, now = Store(StoreState()), 0
    for at, clock in bench.told():
        assert store.next_slip(now) is None or store.next_slip(now)[0] >= at  # type: ignore[index]
        store.frequencies(at, clock.ppb, 0)
        now = at
    assert len(bench.told()) > 300


def test_a_walk_draws_from_a_stream_of_its_own() -> None:
    wander = Wander("walk", step_ppb=40, most_ppb=500, every_cycles=seconds(1))
    runs = [[clock.ppb for _, clock in started(Bench(plan(0, wander=wander), seed=seed), seconds(60)).told()]
            for seed in (1, 1, 2)]  # fmt: skip
    assert runs[0] == runs[1] != runs[2]
    assert len(runs[0]) > 50


def test_a_dead_input_and_a_forged_quality() -> None:
    bench = Bench(plan())
    bench.inject(seconds(1), "clock_reference_lost", reference=1)
    bench.inject(seconds(2), "clock_quality", "2", quality=DNU)
    bench.heal(seconds(40), "clock_reference_lost", reference=1)
    bench.heal(seconds(40), "clock_quality", "2", quality=DNU)
    started(bench, seconds(100))
    assert [one.event.effect for one in bench.events(FaultFired)] == [
        "input 1 (e1-0) dead", "sends do_not_use"]  # fmt: skip
    assert [mode[1:] for mode in modes(bench)] == [
        ("locked", "e1-0"), ("holdover", ""), ("acquiring", "e1-1"), ("locked", "e1-1"), ("acquiring", "e1-0"),
        ("locked", "e1-0")]  # fmt: skip
    assert [one.event.defect for one in bench.events(DefectSeen)] == ["holdover", "reference_lost"]
    assert bench.told()[-1][1].quality == SEC


def test_an_input_that_is_none_does_not_fire() -> None:
    bench = Bench(plan(1))
    bench.inject(seconds(1), "clock_reference_lost", reference=2)
    started(bench, seconds(5))
    assert bench.events(FaultFired) == []
