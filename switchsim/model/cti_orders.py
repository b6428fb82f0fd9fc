"""What applications may order from the switch over the CTI link; told on by `model.cti`, which has the answers.

Targets: `queue:NAME`, `seat:NUMBER`, `service:NAME`, `number:DIGITS` (through the office's numbers, then outside).
"""

from __future__ import annotations

from typing import Union

from switchsim.model.message import Message


class CtiOrder(Message, frozen=True):
    """Base of what an application orders."""


class PressKey(CtiOrder, frozen=True):
    """As if the person at the seat pressed a key of its set: sign_in, sign_out, busy, ready, answer, release, hold,
    retrieve, dial, transfer (blind), complete, conference, drop. One that means nothing now: wrong_state."""

    seat: str
    key: str
    argument: str = ""  # number of dial and transfer; reason of busy


class HangUp(CtiOrder, frozen=True):
    """Clear the call (leg 0), or let one leg leave it."""

    call: int
    leg: int
    cause: int


class AnswerCaller(CtiOrder, frozen=True):
    """CONNECT to the caller of a call in a service, once."""

    call: int


class Redirect(CtiOrder, frozen=True):
    """Take the call out of what it does; its caller goes to `target` (see targets). Also a ringing one (deflection)."""

    call: int
    target: str


class Originate(CtiOrder, frozen=True):
    """Ring `device`, and when it answers send it to `target`.

    device: `SEAT/<number>`, or `E1/<line>/<number to dial>`; line `*`: any that has room. timeout: cycles, 0 = 30 s.
    Ordered comes when it answered (ok), or did not (busy, no_answer, no_circuit, ...).
    """

    device: str
    target: str
    calling: str
    timeout: int


class ChooseRoute(CtiOrder, frozen=True):
    """The platform's one decision to a `RouteAsked`: where the call goes. Refused with too_late once the call went.

    target: as Redirect; `queue:NAME`: it waits there. own: the switch distributes it to the seats of the queue;
    else it waits for `Offer`. priority: higher before lower, 0 plain.
    """

    call: int
    entry: int
    target: str
    own: bool
    priority: int


class Offer(CtiOrder, frozen=True):
    """Ring this idle seat for a call that waits in a queue; too_late when it does not wait any more, busy when the seat
    is not idle."""

    call: int
    seat: str
    ring: int  # cycles, 0 = as the queue says


class SetMember(CtiOrder, frozen=True):
    """Add a seat to a queue or take it out; penalty -1: unchanged. already_there, not_there."""

    queue: str
    seat: str
    present: bool
    penalty: int


class Routing(CtiOrder, frozen=True):
    """Whether the platform wants to be asked where calls go; off: the switch distributes what waits for `Offer`."""

    on: bool


class AttachChannel(CtiOrder, frozen=True):
    """Answerer of `FlowAsked`: speech both ways between the caller and a voice channel (timeslot of a VP line)."""

    call: int
    line: str
    timeslot: int


class DetachChannel(CtiOrder, frozen=True):
    """The voice channel is not needed any more; the caller hears nothing until it is redirected or cleared."""

    call: int


class RefuseFlow(CtiOrder, frozen=True):
    """Nobody can serve the call, or go on serving it: the service goes on with its `otherwise`. Also after
    `AttachChannel`."""

    call: int


class TellAll(CtiOrder, frozen=True):
    """Tell everything that there is; from now on also what changes."""


class TellNothing(CtiOrder, frozen=True):
    """Nobody listens any more."""


AnyCtiOrder = Union[  # noqa: UP007 - msgspec reads it at run time
    PressKey, HangUp, AnswerCaller, Redirect, Originate, ChooseRoute, Offer, SetMember, Routing, AttachChannel,
    DetachChannel, RefuseFlow, TellAll, TellNothing,
]  # fmt: skip
