"""Commands that speak to the caller or listen to him, by a channel of a voice processor.

Digits count as in Asterisk: pressed while no command waits for them they are lost; the one that cuts a sound short
counts. `endpos` is in samples (8000 a second) that have left, or were recorded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from switchsim.callcentre.agi.state import Operation, Session
from switchsim.model.platform import VoiceDigit, VoicePlay, VoiceRecord, VoiceStop
from switchsim.proto.agi import leading_integer, success
from switchsim.units import CYCLES_PER_SECOND, ms, seconds

if TYPE_CHECKING:
    from switchsim.callcentre.agi.client import AgiClient

DIGITS: Final = "0123456789*#ABCD"
OPTION_CYCLES: Final = seconds(5)
"""GET OPTION without a time of its own."""
MOST_DIGITS: Final = 1024
"""Of GET DATA."""
FORMATS: Final = ("wav",)
"""What a voice processor can write."""


def play(agi: AgiClient, one: Session, sounds: Sequence[str], operation: Operation, stops: str) -> bool:
    """Begin to play; False when a sound is not there, or there is no channel."""
    if one.channel < 0 or any(name not in agi.sounds for name in sounds):
        return False
    operation.playing, operation.began, operation.escape = True, agi.now, stops
    one.operation = operation
    agi.write(one.voice, VoicePlay(one.channel, tuple(sounds), stops))
    return True


def hush(agi: AgiClient, one: Session) -> None:
    """Stop what plays or records; nothing waits for it any more."""
    if one.operation.playing and one.channel >= 0:
        agi.write(one.voice, VoiceStop(one.channel))
    one.operation = Operation()


# -- commands ----------------------------------------------------------------------------------------------------


def stream_file(agi: AgiClient, one: Session, arguments: list[str]) -> str | None:
    """STREAM FILE, CONTROL STREAM FILE: a sound that is not there, or an offset in it, can not be opened."""
    offset = (leading_integer(arguments[2]) or 0) if one.command == "STREAM FILE" and len(arguments) > 2 else 0
    operation = Operation(kind="play")
    if offset or not play(agi, one, [arguments[0]], operation, arguments[1]):
        return success(-1, endpos=max(offset, 0))
    return None


def get_option(agi: AgiClient, one: Session, arguments: list[str]) -> str | None:
    cycles = ms(leading_integer(arguments[2]) or 0) if len(arguments) > 2 else OPTION_CYCLES
    operation = Operation(kind="option", next_cycles=max(cycles, 0))
    return None if play(agi, one, [arguments[0]], operation, arguments[1]) else success(-1, endpos=0)


def get_data(agi: AgiClient, one: Session, arguments: list[str]) -> str | None:
    """timeout: ms before the first and between digits, 0: the usual ones, below 0: none."""
    timeout, most = ((leading_integer(text) or 0) for text in [*arguments[1:3], "", ""][:2])
    operation = Operation(
        kind="data", most=most if 0 < most < MOST_DIGITS else MOST_DIGITS,
        first_cycles=ms(timeout) if timeout else agi.config.first_digit_cycles,
        next_cycles=ms(timeout) if timeout else agi.config.next_digit_cycles,
    )  # fmt: skip
    if not arguments[0]:
        one.operation = operation
        _wait(agi, one, operation.first_cycles)
        return None
    return None if play(agi, one, [arguments[0]], operation, DIGITS) else success(-1)


def wait_for_digit(agi: AgiClient, one: Session, arguments: list[str]) -> str | None:
    timeout = leading_integer(arguments[0]) or 0
    if not timeout:
        return success(0)
    one.operation = Operation(kind="digit")
    _wait(agi, one, ms(timeout))
    return None


def say(agi: AgiClient, one: Session, sounds: Sequence[str] | None, escape: str) -> str | None:
    """SAY ...: None for what can not be said."""
    if sounds is None:
        return success(-1)
    if not sounds:
        return success(0)
    return None if play(agi, one, sounds, Operation(kind="say"), escape) else success(-1)


def record_file(agi: AgiClient, one: Session, arguments: list[str]) -> str | None:
    """Filename, format, escape digits, timeout, then offset (0), BEEP and s=SECONDS in any order."""
    name, kind, escape, timeout = arguments[0], arguments[1], arguments[2], leading_integer(arguments[3]) or 0
    more = arguments[4:]
    silence = next((leading_integer(text[2:]) or 0 for text in more if text.startswith("s=")), 0)
    beep = any("=" not in text and leading_integer(text) is None for text in more)
    if kind.lower() not in FORMATS or not name or one.channel < 0:
        return success(-1, "writefile")
    if not timeout:
        return success(0, "timeout", 0)
    one.operation = Operation(kind="record", playing=True, began=agi.now, escape=escape)
    limit = ms(timeout) if timeout > 0 else 0
    agi.write(one.voice, VoiceRecord(one.channel, name, limit, max(silence, 0) * CYCLES_PER_SECOND, escape, beep))
    return None


# -- what comes of them ------------------------------------------------------------------------------------------


def heard(agi: AgiClient, one: Session, body: Any) -> None:
    """VoiceDone or VoiceDigit of the session's channel."""
    operation = one.operation
    if not isinstance(body, VoiceDigit):
        if operation.playing and (body.what == "record") == (operation.kind == "record"):
            operation.playing, operation.octets = False, body.octets
            _done(agi, one, body.why, body.text)
    elif not operation.playing and operation.kind in ("data", "option", "digit"):
        _pressed(agi, one, body.digit)
    elif not (operation.playing and body.digit in operation.escape):  # else VoiceDone tells of it
        agi.state.dropped += 1


def _wait(agi: AgiClient, one: Session, cycles: int) -> None:
    """Let time run; 0 and below: as long as it takes."""
    if cycles > 0:
        agi.run_timer(one, "audio", cycles)


def _done(agi: AgiClient, one: Session, why: str, text: str) -> None:
    """A sound or a recording has ended."""
    operation = one.operation
    bad = why in ("lost", "no_sound")
    if operation.kind == "record":
        agi.finish(one, _recorded(why, text, operation.octets))
    elif operation.kind == "data" and not bad:
        if why == "digit":
            _pressed(agi, one, text)
        else:
            _wait(agi, one, operation.first_cycles)
    elif operation.kind == "option" and why == "end" and operation.next_cycles:
        _wait(agi, one, operation.next_cycles)
    else:
        _end(agi, one, -1 if bad else ord(text) if why == "digit" else 0)


def _recorded(why: str, text: str, octets: int) -> str:
    match why:
        case "digit":
            return success(ord(text), "dtmf", octets)
        case "full":
            return success(-1, "writefile")
        case "lost":
            return success(-1, "hangup", octets)
    return success(0, "timeout", octets)


def _pressed(agi: AgiClient, one: Session, digit: str) -> None:
    """A digit that the command wants."""
    operation = one.operation
    if operation.kind != "data":
        _end(agi, one, ord(digit) if operation.kind == "digit" or digit in operation.escape else 0)
        return
    operation.digits += digit if digit != "#" else ""
    if digit == "#" or len(operation.digits) >= operation.most:
        _end(agi, one, 0)
    else:
        agi.end_timer(one, "audio")
        _wait(agi, one, operation.next_cycles)


def _end(agi: AgiClient, one: Session, result: int) -> None:
    agi.end_timer(one, "audio")
    operation = one.operation
    match operation.kind:
        case "play" | "option":
            agi.finish(one, success(result, endpos=operation.octets))
        case "data" if result == 0:
            agi.finish(one, success(operation.digits))
        case _:
            agi.finish(one, success(result))


def time_up(agi: AgiClient, one: Session) -> None:
    """The time of an operation is over."""
    operation = one.operation
    if operation.kind == "data":
        agi.finish(one, success(operation.digits, "timeout"))
    elif operation.kind:
        _end(agi, one, 0)


def broken_off(agi: AgiClient, one: Session) -> str:
    """The answer to the command under way when the caller has gone; endpos: as much as there was time for."""
    operation = one.operation
    octets = agi.now - operation.began if operation.playing else operation.octets
    match operation.kind:
        case "play" | "option":
            return success(-1, endpos=octets)
        case "record":
            return success(-1, "hangup", octets)
    return success(-1)
