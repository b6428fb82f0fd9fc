"""What commands and applications alike do with a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from switchsim.callcentre.agi.state import ENTRIES, Operation, Session
from switchsim.callcentre.agi.values import named_leg
from switchsim.model.cti import AnswerCaller, HangUp
from switchsim.proto.agi import success

if TYPE_CHECKING:
    from switchsim.callcentre.agi.client import AgiClient

NORMAL_CLEARING: Final = 16  # Q.850


def answer_caller(agi: AgiClient, one: Session, arguments: list[str]) -> str | None:
    """ANSWER and EXEC Answer: once, then it is 0 at once."""
    leg = agi.state.switch.legs.get(one.leg)
    if one.answered or (leg is not None and leg.answered):
        return success(0)
    one.operation = Operation(kind="answer")
    agi.order_switch(AnswerCaller(one.call), f"{one.number}/answer")
    return None


def hang_up(agi: AgiClient, one: Session, arguments: list[str]) -> str | None:
    """HANGUP: the own call, or the leg of another channel's name."""
    if arguments:
        leg = named_leg(agi, arguments[0])
        if leg is None:
            return success(-1)
        if leg.leg != one.leg:
            agi.order_switch(HangUp(leg.call, leg.leg, NORMAL_CLEARING), f"{one.number}/other")
            return success(1)
    if one.mine:
        one.stage = "ending"
        agi.give_back(one, "hangup")
    return success(1)


def set_variable(one: Session, name: str, value: str) -> None:
    """Nothing when there is no room for another one."""
    if name in one.variables or len(one.variables) < ENTRIES:
        one.variables[name] = value
