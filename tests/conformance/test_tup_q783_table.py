"""The transition table of the telephone user part: every pair is there, and is played on a real circuit in that state.

What must hold after each step: timers started and stopped are those that the circuit knows of, a call ends once, a
circuit may be selected exactly when it is idle and not blocked, and every message sent can be read.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tup_bench import CIC, give, new, play

from switchsim.proto.tup import Circuits, Message, MessageType, SetupRequest, Tup, decode, encode
from switchsim.proto.tup import actions as act
from switchsim.proto.tup.clearing import ignore, unexpected, unexpected_before_backward, unexpected_idle
from switchsim.proto.tup.messages import ROWS
from switchsim.proto.tup.state import BEFORE_BACKWARD, IN_CALL, OUT_CALL
from switchsim.proto.tup.table import BACKWARD, CIRCUIT_MESSAGES, MESSAGES, REQUESTS, TIMERS, Request, refused
from switchsim.proto.tup.timers import BIT
from switchsim.proto.tup.timers import TIMERS as WINDOWS

OUT = "! setup 1000 = IAM digits=1000 | +t2"
RINGING = f"{OUT}\n > ACM = -t2 | +tanswer | acm 0 0"
TALK = f"{RINGING}\n > ANC = -tanswer | answer 2"
RELEASING = f"{TALK}\n ! release 16 = released 16 | CLF | +t6 | +t7"
CHECK = "! setup 1000 check = IAM continuity=1 digits=1000 | tone send | +t8 | +t2"
DELAY = f"{CHECK}\n t8 = -t2 | tone off | failed continuity again | CCF | +t9"
IN = "> IAM category=10 digits=1000 = +tdigits | setup 1000"
IN_TALK = f"{IN}\n ! answer = -tdigits | ACM charge=1 | ANC"
REFUSED = f"{IN}\n ! release 1 = -tdigits | released 1 | UNN | +t3"
FAILING = f"{REFUSED}\n t3 = CFL | +t4 | +t5"
PATHS = {
    Circuits.IDLE: "",
    Circuits.OUT_CHECK: CHECK,
    Circuits.OUT_ADDRESS: OUT,
    Circuits.OUT_RINGING: RINGING,
    Circuits.OUT_TALK: TALK,
    Circuits.OUT_CLEARED_BACK: f"{TALK}\n > CBK = +treanswer | suspend",
    Circuits.OUT_RELEASING: RELEASING,
    Circuits.OUT_STUCK: f"{RELEASING}\n t7 = -t6 | alarm 6.4",
    Circuits.OUT_DELAY: DELAY,
    Circuits.OUT_RECHECK: f"{DELAY}\n t9 = CCR | tone send | +t8",
    Circuits.IN_CHECK: "> IAM category=10 digits=1000 continuity=1 = tone loop | +t1",
    Circuits.IN_ADDRESS: IN,
    Circuits.IN_RINGING: f"{IN}\n ! address_complete = -tdigits | ACM charge=1 free=1",
    Circuits.IN_TALK: IN_TALK,
    Circuits.IN_CLEARED_BACK: f"{IN_TALK}\n ! suspend_call = CBK",
    Circuits.IN_ENDED: f"{IN_TALK}\n ! release 16 = released 16 | CBK",
    Circuits.IN_REFUSED: REFUSED,
    Circuits.IN_FAILING: FAILING,
    Circuits.IN_STUCK: f"{FAILING}\n t5 = -t4 | alarm 6.4",
    Circuits.IN_RECHECK: "> CCR = tone loop",
    Circuits.RESETTING: "! reset = RSC | +t18 | +t19",
    Circuits.GROUP_RESET: "! reset_group 5 6 = GRS range=1 | +tg/GRS/5 | +tx/GRS/5",
}


def arrive(state: Circuits) -> Tup:
    tup = new()
    play(tup, PATHS[state])
    assert tup.state.circuits[CIC].state is state
    return tup


class Watch:
    """One `Tup`, and what must hold of everything that it does."""

    def __init__(self, tup: Tup) -> None:
        self.tup = tup
        self.running = {f"{name}/{CIC}" for name in BIT if tup.state.circuits[CIC].timers & BIT[name]}
        self.running |= {f"{kind}/{key}" for key in tup.state.groups for kind in ("tg", "tx")}
        self.call = tup.state.circuits[CIC].state in OUT_CALL | IN_CALL - {Circuits.IN_CHECK}

    def step(self, what: Callable[[], list[act.Action]]) -> list[act.Action]:
        out = what()
        for action in out:
            self.see(action)
        circuit = self.tup.state.circuits[CIC]
        assert {name for name in self.running if name[:2] not in ("tg", "tx", "tu")} == {
            f"{name}/{CIC}" for name in BIT if circuit.timers & BIT[name]
        }
        assert self.call == (circuit.state in OUT_CALL | IN_CALL - {Circuits.IN_CHECK}) == (
            circuit.call is not None and circuit.state is not Circuits.IN_CHECK)  # fmt: skip
        free = CIC in self.tup.state.free_own or CIC in self.tup.state.free_other
        assert free == (circuit.state is Circuits.IDLE and not circuit.local and not circuit.remote)
        return out

    def see(self, action: act.Action) -> None:
        if isinstance(action, act.StartTimer):
            self.running.add(action.name)
        elif isinstance(action, act.StopTimer):
            self.running.remove(action.name)
        elif isinstance(action, act.SendMsu):
            sent = decode(action.sls, action.spare, action.data)
            assert isinstance(sent, Message)
            assert sent.type in ROWS
            assert not sent.rest
        elif isinstance(action, act.SetupInd):
            assert not self.call
            self.call = True
        elif isinstance(action, act.ReleasedInd | act.SetupFailed) and action.cic == CIC:
            assert self.call
            self.call = False

    def timer(self, name: str) -> None:
        if name in self.running:
            self.running.remove(name)
        self.step(lambda: self.tup.timer(name))

    def setup(self, check: bool) -> None:
        was_idle = self.tup.state.circuits[CIC].state is Circuits.IDLE
        request = act_request(check)
        taken, out = self.tup.setup(request, CIC)
        self.call = self.call or (taken == CIC and was_idle)
        self.step(lambda: out)


def act_request(check: bool) -> SetupRequest:
    return SetupRequest("1234", continuity=check)


REQUEST_CALLS: dict[Request, Callable[[Tup], list[act.Action]]] = {
    Request.MORE_DIGITS: lambda tup: tup.more_digits(CIC, "12"),
    Request.ADDRESS_COMPLETE: lambda tup: tup.address_complete(CIC),
    Request.ANSWER: lambda tup: tup.answer(CIC),
    Request.SUSPEND: lambda tup: tup.suspend_call(CIC),
    Request.RESUME: lambda tup: tup.resume_call(CIC),
    Request.RELEASE: lambda tup: tup.release(CIC, 16),
    Request.CHARGE: lambda tup: tup.charge(CIC, octets=b"\x01"),
    Request.INFORMATION: lambda tup: tup.request_information(CIC),
    Request.FORWARD_SIGNAL: lambda tup: tup.forward_transfer(CIC),
    Request.BACKWARD_SIGNAL: lambda tup: tup.malicious(CIC),
    Request.CONTINUITY_HEARD: lambda tup: tup.continuity_heard(CIC, True),
    Request.TEST_CONTINUITY: lambda tup: tup.test_continuity(CIC),
    Request.BLOCK: lambda tup: tup.block(CIC, True),
    Request.RESET: lambda tup: tup.reset(CIC),
}


def test_every_pair_is_in_the_table() -> None:
    assert set(MESSAGES) == {(state, kind) for state in Circuits for kind in CIRCUIT_MESSAGES}
    assert set(REQUESTS) == {(state, request) for state in Circuits for request in Request}
    assert set(TIMERS) == set(WINDOWS) - {"tg", "tx", "tuser"}
    assert set(CIRCUIT_MESSAGES) == {kind for kind in MessageType if kind & 15 not in (8, 10)}


@pytest.mark.parametrize("state", Circuits, ids=lambda state: state.name)
def test_every_message_in_every_state(state: Circuits) -> None:
    for kind in MessageType:
        watch = Watch(arrive(state))
        sent = Message(CIC, kind, {"category": 10, "digits": "12", "range": 1, "status": b"\x03"})
        out = watch.step(lambda tup=watch.tup, sent=sent: give(tup, sent))  # type: ignore[misc]
        told = [action for action in out if isinstance(action, act.Violation)]
        if kind not in CIRCUIT_MESSAGES:
            continue
        procedure = MESSAGES[state, kind]
        if procedure is ignore:
            assert not out
        elif procedure is unexpected:
            assert out == told
        elif procedure in (unexpected_idle, unexpected_before_backward):
            assert told
            assert watch.tup.state.circuits[CIC].state is Circuits.RESETTING


@pytest.mark.parametrize("state", Circuits, ids=lambda state: state.name)
def test_every_request_in_every_state(state: Circuits) -> None:
    for request, ask in REQUEST_CALLS.items():
        watch = Watch(arrive(state))
        out = watch.step(lambda tup=watch.tup, ask=ask: ask(tup))  # type: ignore[misc]
        is_refused = REQUESTS[state, request] is refused
        assert is_refused == any(isinstance(action, act.Refused) for action in out)
        if is_refused:
            assert out == [act.Refused(CIC, request.name.lower(), state)]
            assert watch.tup.state.circuits[CIC].state is state


@pytest.mark.parametrize("state", Circuits, ids=lambda state: state.name)
def test_clf_is_answered_in_any_state_and_blo_too(state: Circuits) -> None:
    """CLF by RLG, BLO by BLA, UBL by UBA, RSC by RLG or CLF (clauses 1.14 to 1.16)."""
    answers = {MessageType.CLF: ("RLG",), MessageType.BLO: ("BLA",), MessageType.UBL: ("UBA",),
               MessageType.RSC: ("RLG", "CLF")}  # fmt: skip
    for kind, wanted in answers.items():
        tup = arrive(state)
        sent = [decode(action.sls, 0, action.data) for action in give(tup, Message(CIC, kind))
                if isinstance(action, act.SendMsu)]  # fmt: skip
        assert [read.name for read in sent if isinstance(read, Message) and read.name in wanted]


@pytest.mark.parametrize("state", Circuits, ids=lambda state: state.name)
def test_every_timer_that_runs_in_a_state(state: Circuits) -> None:
    tup = arrive(state)
    running = [name for name in TIMERS if tup.state.circuits[CIC].timers & BIT[name]]
    resting = {Circuits.IDLE, Circuits.OUT_TALK, Circuits.OUT_STUCK, Circuits.IN_RINGING, Circuits.IN_TALK,
               Circuits.IN_CLEARED_BACK, Circuits.IN_ENDED, Circuits.IN_STUCK, Circuits.IN_RECHECK,
               Circuits.GROUP_RESET}  # fmt: skip
    assert bool(running) == (state not in resting), "who waits has a timer, or waits for people or for the other side"
    for name in running:
        Watch(arrive(state)).timer(f"{name}/{CIC}")


def test_a_call_is_tried_again_only_before_its_first_answer() -> None:
    for state in sorted(OUT_CALL):
        out = give(arrive(state), Message(CIC, MessageType.RSC))
        again = [action for action in out if isinstance(action, act.SetupFailed)]
        assert bool(again) == (state in BEFORE_BACKWARD)
    assert MessageType.GRQ in BACKWARD


STEPS = st.one_of(
    st.tuples(st.just("octets"), st.binary(min_size=2, max_size=12)),
    st.tuples(st.just("message"), st.sampled_from(list(MessageType))),
    st.tuples(st.just("request"), st.sampled_from(list(Request))),
    st.tuples(st.just("timer"), st.sampled_from([*TIMERS, "tg/MGB", "tx/MGB", "tg/GRS", "tx/GRS"])),
    st.tuples(st.just("setup"), st.booleans()),
    st.tuples(st.just("group"), st.sampled_from(["block", "unblock", "hardware", "reset"])),
    st.tuples(st.just("mtp"), st.sampled_from(["pause", "resume", "status"])),
)


def take(watch: Watch, what: str, value: object) -> None:
    tup = watch.tup
    if isinstance(value, bytes):
        watch.step(lambda: tup.receive(bytes((CIC >> 4,)) + value[1:], CIC))
    elif isinstance(value, MessageType):
        sls, spare, data = encode(Message(CIC, value, {"digits": "12", "category": 10, "range": 1, "status": b"\x03"}))
        watch.step(lambda: tup.receive(data, sls, spare))
    elif isinstance(value, Request):
        watch.step(lambda: REQUEST_CALLS[value](tup))
    elif what == "timer":
        watch.timer(f"{value}/{CIC}")
    elif isinstance(value, bool):
        watch.setup(value)
    elif value == "reset":
        watch.step(lambda: tup.reset_group((CIC, CIC + 1)))
    elif what == "group":
        watch.step(lambda: tup.block_group((CIC, CIC + 1), value != "unblock", hardware=value == "hardware"))
    else:
        watch.step({"pause": tup.pause, "resume": tup.resume, "status": lambda: tup.status("user_unknown")}[str(value)])


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.sampled_from(list(Circuits)), st.lists(STEPS, max_size=25))
def test_anything_in_any_order(state: Circuits, steps: list[tuple[str, object]]) -> None:
    watch = Watch(arrive(state))
    for what, value in steps:
        take(watch, what, value)
