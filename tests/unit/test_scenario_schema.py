"""Scenario files: what is said becomes what the machine is built from, and every mistake is named with its line."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from switchsim.assembly.people import AgentsSpec
from switchsim.assembly.yamlfile import parse
from switchsim.errors import BadInput
from switchsim.farend import chance, load, plan
from switchsim.model.events import CallState
from switchsim.scenario.schema import Scenario
from switchsim.scenario.timeline import FaultStep

ONE_OF_THEM = "a step must hold exactly one of fault, heal, act, send, play, program, stop"

TEXT = """format: 1
title: all keys
machine: b_type_small
seed: 7
seconds: 60
load:
  - name: morning
    shape: poisson
    rate: 30/min
    numbers: ["10060", {number: "189", weight: 2}]
    hold: {shape: exponential, mean: 20s}
    patience: 30s
    plan:
      - {do: listen, prompt: welcome}
      - {do: dial, digits: "1", wrong: "7"}
      - {do: wait}
      - {do: speak}
      - {do: hold}
  - {name: rise, shape: ramp, from: 0/s, to: 2.5/s, over: 10s, numbers: ["1"], start: 5s, stop: 20s}
agents:
  - seats: ["1001..1003"]
    answer: {shape: uniform, least: 500ms, most: 2s}
    sign_out: 50s
timeline:
  - {at: 12.5s, fault: mpu_kill, id: k, where: {processor: a}, for: 5s}
  - on: {event: call_state, where: {state: talk}, nth: 3, after: 300ms}
    act: {who: agent 1001, do: transfer, number: "1002"}
  - {at: 30s, heal: k}
  - {at: 55s, stop: true}
expect:
  - {kind: figure, figure: answered_percent, min: 99.5}
record: [agent 1001]
sut: {attach: ["e1-0:16=hdlc:unix:/tmp/x.sock"], wait: 2.5}
"""


def scenario(text: str = TEXT) -> Scenario:
    return parse(text.encode(), "s.yaml").validate(Scenario)


def test_a_load_becomes_what_the_far_end_takes() -> None:
    morning, rise = (one.wanted() for one in scenario().load)
    assert morning.config == load.LoadConfig(
        shape=load.Poisson(500), called=(load.Weighted("10060", 1), load.Weighted("189", 2)),
        plans=(load.Weighted("morning/0"),), lines=(), hold=chance.Exponential(160_000),
        patience=chance.Constant(240_000),
    )  # fmt: skip
    steps = (plan.Listen("welcome"), plan.Dial("1", "7"), plan.Wait(), plan.Speak(), plan.Hold())
    assert morning.plans == {"morning/0": plan.Plan(steps=steps)}
    assert rise.config.shape == load.Ramp(0, 2_500, 80_000)
    assert (rise.config.start_at, rise.config.stop_at, rise.plans) == (40_000, 160_000, {"rise/0": plan.Plan()})


def test_the_habits_of_agents() -> None:
    (agents,) = scenario().agents
    wanted = agents.wanted()
    assert wanted.seats == ("1001", "1002", "1003")
    assert (wanted.sign_in_at, wanted.sign_out_at) == (0, 400_000)
    assert wanted.answer == chance.Uniform(4_000, 16_000)
    assert AgentsSpec().wanted().sign_out_at == -1


def test_the_timeline_and_what_it_waits_for() -> None:
    fault, act, _, _ = scenario().timeline
    assert isinstance(fault, FaultStep)
    assert (fault.at, fault.for_, fault.where) == (100_000, 40_000, {"processor": "a"})
    assert act.on is not None
    assert act.on.meets("anywhere", CallState(4, "talk", ""))
    assert not act.on.meets("anywhere", CallState(4, "held", ""))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("seconds: 60", "second: 60", "5: unknown key 'second'; did you mean 'seconds'?"),
        ("seconds: 60\n", "", "1: neither `seconds` nor `until`; expected one of them"),
        ("seconds: 60", "seconds: 60\nuntil: 5s", "6: both `seconds` and `until`"),
        ("seed: 7", "seed: 18446744073709551616", "4: seed: 18446744073709551616 does not fit"),
        ("seed: 7", "seed: -1", "4: seed: -1 does not fit; expected greater than or equal to 0"),
        ("format: 1", "format: 2", "1: format: 2 does not fit; expected 1"),
        ("for: 5s", "for: 5", "25: timeline[0].for: 5 is no duration"),
        ("for: 5s", "for: 0s", "25: timeline[0].for: '0s' is out of range; expected 0.125ms or more"),
        ("call_state", "call_stat",
         "26: timeline[1].on.event: no event 'call_stat'; expected a kind of docs/reference/events.md; did you mean"),
        ("{state: talk}", "{stat: talk}", "26: timeline[1].on: call_state has no field 'stat'"),
        ("{state: talk}", "{state: talks}",
         "26: timeline[1].on: state of call_state is never 'talks'; expected one of clearing, collecting, "),
        ("{state: talk}", "{call: talk}", "26: timeline[1].on: 'talk' does not fit call; expected a whole number"),
        ("do: transfer", "do: fly", "27: timeline[1].act: a person like 'agent 1001' can not 'fly'"),
        ('number: "1002"}', 'digits: "1"}', "27: timeline[1].act: transfer takes no digits"),
        ("do: transfer, number", "do: behave, number", "27: timeline[1].act: behave without behaviour"),
        ("who: agent 1001", "who: caller e1-0", "27: timeline[1].act: a person like 'caller e1-0' can not 'transfer'"),
        ("heal: k", "heal: q", "28: no fault step has the id 'q'; expected one of k"),
        ("stop: true", "stp: true", f"29: timeline[3]: {ONE_OF_THEM}"),
        ("heal: k", "heal: k, stop: true", f"28: timeline[2]: {ONE_OF_THEM}"),
        ("{at: 30s, heal", "{heal", "28: timeline[2]: neither `at` nor `on`"),
        ("30/min", "30", "9: load[0].rate: 30 is no rate of calls; expected a number and /s, /min or /h"),
        ("30/min", "0/min", "9: load[0].rate: a rate of no calls at all; expected 0.001/s or more"),
        ("name: rise", "name: morning", "19: a second load is called 'morning'"),
        ("stop: 20s", "stop: 2s", "19: load[1]: stop is not after start; expected later than 5s"),
        ('wrong: "7"', "on: 0.5ms", "15: load[0].plan[1].on: '0.5ms' is out of range; expected 1ms to 131.072s"),
        ('wrong: "7"', "off: -20ms", "15: load[0].plan[1].off: '-20ms' is out of range; expected 1ms to 131.072s"),
        ('wrong: "7"', "on: 3min", "15: load[0].plan[1].on: '3min' is out of range; expected 1ms to 131.072s"),
        ('wrong: "7"', "ramp: 51ms",
         "15: load[0].plan[1]: a ramp of 51ms in a digit of 100ms; expected at most half of it: 0s to 50ms"),
        ('wrong: "7"', 'wrong: "7E"',
         "15: load[0].plan[1].wrong: '7E' can not be dialled: 'E'; expected 1..32 of 0-9 A-D * #"),
        ('wrong: "7"', 'wrong: ""', "15: load[0].plan[1].wrong: '' can not be dialled: 0 digits; expected 1..32 of"),
        ('wrong: "7"', "high: 3.141",
         "15: load[0].plan[1].high: 3.141 is out of range; expected a number -60..3.14 dBm0"),
        ('"10060"', "10060", "10: load[0].numbers[0]: 10060 does not fit"),
        ("do: wait", "do: wai",
         "16: load[0].plan[2]: do: 'wai' does not fit; expected 'listen', 'dial', 'say', 'wait'"),
        ("least: 500ms", "least: 5s", "22: agents[0].answer: least is more than most"),
        ("1001..1003", "1003..1001", "21: agents[0]: '1003..1001' names no seats"),
        ("1001..1003", "0001..9999999", "21: agents[0]: '0001..9999999' names no seats"),
        ("30s", "30", "12: load[0].patience: 30 is no duration; expected a number with one of us, ms, s, min"),
        ("patience: 30s", "patience: -1s", "12: load[0].patience: '-1s' is out of range; expected 0s or more"),
        ("answered_percent", "answred", "31: expect[0]: no figure 'answred'"),
        ("hdlc", "hldc", "33: sut: mode 'hldc' in 'e1-0:16=hldc:unix:/tmp/x.sock'; expected hdlc or ss7 or raw"),
        ("wait: 2.5", "wait: 0", "33: sut.wait: 0 is out of range; expected a number 0.001..86400"),
        ("agent 1001]", "the boss]", "32: record[0]: 'the boss' does not fit"),
    ],
)  # fmt: skip
def test_every_mistake_is_named_with_its_line(old: str, new: str, says: str) -> None:
    assert TEXT.count(old)
    with pytest.raises(BadInput) as caught:
        scenario(TEXT.replace(old, new, 1))
    assert str(caught.value).startswith(f"s.yaml:{says}")


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("{kind: fault, fault: mpu_kil, stage: fired}",
         "the timeline has no fault 'mpu_kil'; expected one of mpu_kill, or a number 1..1; name the fault as its step"),
        ("{kind: fault, fault: 2, stage: fired}", "the timeline has no fault 2; expected one of mpu_kill, or a number"),
        ("{kind: count, event: digit_heard, where: {digit: 1}, max: 0}",
         "expect[0]: digit of digit_heard is a text, and never 1; expected a text; put it in quotes"),
        ("{kind: count, event: digit_heard, where: {digit: ['1', 2]}, max: 0}", "expect[0]: digit of digit_heard is a"),
        ("{kind: count, event: digit_heard, where: {digit: {min: 1}}, max: 0}",
         "expect[0]: digit of digit_heard is a text, and never in a range; expected a text"),
        ("{kind: count, event: digit_herd, max: 0}",
         "expect[0].event: no event 'digit_herd'; expected a kind of docs/reference/events.md; did you mean 'digit_"),
        ("{kind: count, event: digit_heard, where: {digt: '1'}, max: 0}",
         "expect[0]: digit_heard has no field 'digt'; expected one of call, digit, receiver; did you mean 'digit'?"),
        ("{kind: order, first: {event: link_up}, then: {event: alarm_raised, where: {alrm: e1_los}}}",
         "expect[0].then: alarm_raised has no field 'alrm'; expected one of about, alarm, cause, en, severity, zh; "),
        ("{kind: count, event: call_cleared, where: {cause: normal}, max: 0}",
         "expect[0]: cause of call_cleared is a number, and never 'normal'; expected a whole number"),
        ("{kind: count, event: call_cleared, where: {cause: [16, '4l']}, max: 0}",
         "expect[0]: cause of call_cleared is a number, and never '4l'; expected a whole number"),
        ("{kind: count, event: alarm_raised, where: {severity: mayor}, max: 0}",
         "expect[0]: severity of alarm_raised is never 'mayor'; expected one of critical, major, minor, warning; did"),
        ("{kind: count, event: r2_line, where: {end: far, signal: [seizure, 'clear*', 'clr*']}, max: 0}",
         "expect[0]: signal of r2_line is never like 'clr*'; expected one of "),
        ("{kind: order, first: {event: link_up}, then: {event: call_state, where: {state: talking}}}",
         "expect[0].then: state of call_state is never 'talking'; expected one of clearing, collecting, conference, "),
        ("{kind: count, event: digit_heard, min: 3, max: 2}", "expect[0]: min 3 is more than max 2; expected min at"),
        ("{kind: figure, figure: max_wait_cycles, min: 3s, max: 200ms}", "expect[0]: min 3s is more than max 200ms;"),
        ("{kind: count, event: digit_heard, where: {digit: 2.5}, max: 0}",
         "expect[0].where.digit: 2.5 does not fit; expected a whole number or text or a list"),
    ],
)  # fmt: skip
def test_what_can_never_be_met_or_missed_is_no_expectation(entry: str, says: str) -> None:
    old = "{kind: figure, figure: answered_percent, min: 99.5}"
    with pytest.raises(BadInput) as caught:
        scenario(TEXT.replace(old, entry))
    assert str(caught.value).startswith(f"s.yaml:31: {says}")
    assert "\n" not in str(caught.value)


def test_a_fault_is_expected_by_its_name_or_its_number() -> None:
    old = "{kind: figure, figure: answered_percent, min: 99.5}"
    for fault in ("mpu_kill", "1", '"1"'):
        assert scenario(TEXT.replace(old, f"{{kind: fault, fault: {fault}, stage: fired}}")).expect


ONE_STEP = """format: 1
machine: b_type_small
seconds: 1
load: [{name: one, shape: burst, calls: 1, every: 1s, numbers: ["1"], plan: %s}]
"""


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        ("[{do: dial, digits: x}]", "plan[0].digits: 'x' can not be dialled: 'x'; expected 1..32 of 0-9 A-D * #"),
        ("[{do: fly}]", "plan[0]: do: 'fly' does not fit; expected 'listen', 'dial', 'say', 'wait', 'speak', 'hush', "
         "'stay', 'pause', 'hold'"),
        ("[]", "plan: a list does not fit; expected at least 1, not 0"),
        ("{do: wait}", "plan: one step is no plan; expected a list of steps; put it into brackets: [{do: ...}]"),
    ],
)  # fmt: skip
def test_a_plan_of_one_wrong_step_is_told_once(plan: str, says: str) -> None:
    with pytest.raises(BadInput) as caught:
        scenario(ONE_STEP % plan)
    assert str(caught.value) == f"s.yaml:4: load[0].{says}"


def schema_tool() -> ModuleType:
    path = Path(__file__).parents[2] / "tools" / "make_schemas.py"
    spec = importlib.util.spec_from_file_location("make_schemas", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_checked_in_schemas_are_current() -> None:
    assert schema_tool().stale() == []


def test_a_stale_schema_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = schema_tool()
    monkeypatch.setattr(tool, "FOLDER", tmp_path)
    assert tool.stale() == list(tool.models())
