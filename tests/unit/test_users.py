"""What ISUP and TUP have in common for whoever handles calls."""

from __future__ import annotations

from typing import Any

import pytest

from switchsim.proto import isup, tup
from switchsim.terminals import users
from switchsim.terminals.users import User


def isup_side(own: int, other: int) -> User:
    return isup.Isup(isup.IsupState(), isup.IsupConfig(own_pc=own, dpc=other, circuits=(1, 2)))


def tup_side(own: int, other: int) -> User:
    return tup.Tup(tup.TupState(), tup.TupConfig(own_pc=own, dpc=other, circuits=(1, 2)))


def heard(user: User, action: Any) -> list[Any]:
    """What the other exchange makes of a message."""
    if isinstance(user, isup.Isup):
        return user.receive(action.data)
    return user.receive(action.data, action.sls, action.spare)


@pytest.mark.parametrize("side", [isup_side, tup_side])
@pytest.mark.parametrize("called", ["10000", "*12#", "12*4#34567890123456789", "#"])
def test_every_key_of_a_telephone_can_be_dialled(side: Any, called: str) -> None:
    """* and # are codes 11 and 12 on the line; they come out as what they were (Q.763 3.9)."""
    ours, theirs = side(1, 2), side(2, 1)
    _, actions = users.set_up(ours, 1, called, "*3800138000")
    sent = [one for one in actions if isinstance(one, isup.SendMsu | tup.SendMsu)]
    told = [one for message in sent for one in heard(theirs, message)]
    digits = [one.called if isinstance(one, isup.SetupInd | tup.SetupInd) else one.digits for one in told
              if isinstance(one, isup.SetupInd | tup.SetupInd | isup.DigitsInd | tup.DigitsInd)]  # fmt: skip
    assert users.keyed("".join(digits)) == called
    assert "*" not in "".join(digits)
