"""What the blocks of a flow do when they begin, and what they make of what comes meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from switchsim.callcentre.ivr.flow import (
    Answer,
    Block,
    Branch,
    Collect,
    HangUpBlock,
    LookUpBlock,
    Menu,
    Play,
    Queue,
    Record,
    Set,
    Transfer,
    expand,
)
from switchsim.callcentre.ivr.state import FlowCall
from switchsim.model.cti import AnswerCaller, HangUp, Ordered, Redirect
from switchsim.model.platform import LookedUp, VoiceCollect, VoiceDone, VoicePlay, VoiceRecord

if TYPE_CHECKING:
    from switchsim.callcentre.ivr.process import Ivr

ANY_DIGIT: Final = "0123456789*#ABCD"
LONGEST_NUMBER: Final = 20


def digits_only(text: str) -> str:
    """A number that can be dialled, made of what a variable held."""
    return "".join(c for c in text if c in "0123456789*#")[:LONGEST_NUMBER]


def _answer(ivr: Ivr, call: FlowCall, block: Answer) -> None:
    ivr.order_for(call, AnswerCaller(call.call))


def _play(ivr: Ivr, call: FlowCall, block: Play) -> None:
    ivr.voice(call, VoicePlay(call.channel, block.sounds, ""))


def _menu(ivr: Ivr, call: FlowCall, block: Menu) -> None:
    call.attempts = 0
    ivr.voice(call, VoiceCollect(call.channel, True))
    _ask(ivr, call, block)


def _collect(ivr: Ivr, call: FlowCall, block: Collect) -> None:
    call.attempts = 0
    ivr.voice(call, VoiceCollect(call.channel, True))
    _ask(ivr, call, block)


def _ask(ivr: Ivr, call: FlowCall, block: Menu | Collect) -> None:
    call.digits = ""
    ivr.voice(call, VoicePlay(call.channel, block.sounds, ANY_DIGIT))


def _branch(ivr: Ivr, call: FlowCall, block: Branch) -> None:
    ivr.go(call, block.cases.get(call.variables.get(block.on, ""), block.otherwise))


def _set(ivr: Ivr, call: FlowCall, block: Set) -> None:
    for name, text in block.values.items():
        ivr.remember(call, name, expand(text, call.variables))
    ivr.go(call, block.next)


def _queue(ivr: Ivr, call: FlowCall, block: Queue) -> None:
    ivr.leave(call, Redirect(call.call, f"queue:{block.queue}"))


def _transfer(ivr: Ivr, call: FlowCall, block: Transfer) -> None:
    ivr.leave(call, Redirect(call.call, f"number:{digits_only(expand(block.number, call.variables))}"))


def _hang_up(ivr: Ivr, call: FlowCall, block: HangUpBlock) -> None:
    ivr.leave(call, HangUp(call.call, 0, block.cause))


def _record(ivr: Ivr, call: FlowCall, block: Record) -> None:
    name = expand(block.name, call.variables)
    ivr.remember(call, "recorded.name", name)
    ivr.voice(call, VoiceRecord(call.channel, name, block.limit, block.silence, block.stops, block.beep))


def _look_up(ivr: Ivr, call: FlowCall, block: LookUpBlock) -> None:
    ivr.look_up(call, block, {name: expand(text, call.variables) for name, text in block.parameters.items()})


BEGIN: Final[dict[type[Block], Callable[[Ivr, FlowCall, Any], None]]] = {
    Answer: _answer, Play: _play, Menu: _menu, Collect: _collect, Branch: _branch, Set: _set, Queue: _queue,
    Transfer: _transfer, HangUpBlock: _hang_up, Record: _record, LookUpBlock: _look_up,
}  # fmt: skip


# -- meanwhile -------------------------------------------------------------------------------------------------------


def voice_done(ivr: Ivr, call: FlowCall, block: Block, done: VoiceDone) -> None:
    """What the block had ordered from the VP is over."""
    match block:
        case Play():
            ivr.go(call, block.next)
        case Record():
            ivr.remember(call, "recorded.why", done.why)
            ivr.go(call, block.next)
        case Menu() | Collect() if done.why != "digit" and not call.digits:
            ivr.wait(call, block.timeout)


def digit(ivr: Ivr, call: FlowCall, block: Block, key: str) -> None:
    """The caller pressed a key."""
    if isinstance(block, Menu):
        ivr.wait(call, 0)
        if key in block.choices:
            _silence(ivr, call, block.choices[key])
        else:
            _again(ivr, call, block)
    elif isinstance(block, Collect):
        ended = key == block.end
        call.digits += "" if ended else key
        if call.digits and (ended or len(call.digits) >= block.digits):
            ivr.wait(call, 0)
            ivr.remember(call, block.into, call.digits)
            _silence(ivr, call, block.next)
        else:
            ivr.wait(call, block.timeout)


def waited(ivr: Ivr, call: FlowCall, block: Block) -> None:
    """The wait of the block is over."""
    if isinstance(block, Menu | Collect):
        _again(ivr, call, block)
    elif isinstance(block, LookUpBlock):
        ivr.state.queries.pop(call.query, None)
        ivr.remember(call, f"{block.into}.error", "late")
        ivr.go(call, block.failed)


def _again(ivr: Ivr, call: FlowCall, block: Menu | Collect) -> None:
    """A wrong digit, too few or none: ask again, or go the way of those who never choose."""
    call.attempts += 1
    if call.attempts < block.attempts:
        _ask(ivr, call, block)
        return
    if isinstance(block, Collect):
        ivr.remember(call, block.into, call.digits)
    _silence(ivr, call, block.otherwise)


def _silence(ivr: Ivr, call: FlowCall, then: str) -> None:
    """Nobody listens to digits between blocks."""
    ivr.voice(call, VoiceCollect(call.channel, False))
    ivr.go(call, then)


def looked_up(ivr: Ivr, call: FlowCall, block: Block, found: LookedUp) -> None:
    """The database answered."""
    if not isinstance(block, LookUpBlock):
        return
    ivr.wait(call, 0)
    for column, value in found.row.items():
        ivr.remember(call, f"{block.into}.{column}", value)
    if found.result == "found":
        ivr.go(call, block.found)
    elif found.result == "empty":
        ivr.go(call, block.empty)
    else:
        ivr.remember(call, f"{block.into}.error", found.text or found.result)
        ivr.go(call, block.failed)


def ordered(ivr: Ivr, call: FlowCall, block: Block, answer: Ordered) -> None:
    """The switch answered an order of the block."""
    if isinstance(block, Answer):
        ivr.go(call, block.next)
    elif answer.result == "ok":
        ivr.end(call, "ended")
    else:
        call.stage = "running"
        otherwise = getattr(block, "otherwise", "")
        if otherwise:
            ivr.go(call, otherwise)
        else:
            ivr.refuse(call)
