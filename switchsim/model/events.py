"""The catalogue of journal events, in the order of the way through: kernel, rack, lines, links, calls, people, faults.

Numbers: `call` is the machine's call number (1 and up, once a run); `party` a far-end party's watermark id (1..2047);
`slot` a timeslot of the switching network (0 = quiet). Causes are Q.850 values.
"""

from __future__ import annotations

import functools
from typing import Annotated, Literal, Union, get_args

import msgspec

from switchsim.model.call_events import (
    CallAnswered as CallAnswered,
    CallCleared as CallCleared,
    CallLeg as CallLeg,
    CallOffered as CallOffered,
    CallQueued as CallQueued,
    CallRecord as CallRecord,
    CallRefused as CallRefused,
    CallState as CallState,
    CallTranslated as CallTranslated,
    CallUnqueued as CallUnqueued,
    CircuitState as CircuitState,
    DigitHeard as DigitHeard,
    ResourceFreed as ResourceFreed,
    ResourceSeized as ResourceSeized,
    ResourceShort as ResourceShort,
    SeatState as SeatState,
)
from switchsim.model.clock_events import (
    ClockActive as ClockActive,
    ClockDisturbed as ClockDisturbed,
    ClockMode as ClockMode,
    ClockReference as ClockReference,
)
from switchsim.model.event import Event, Record, words
from switchsim.model.line_events import (
    CasReceived as CasReceived,
    LineCounted as LineCounted,
    LineLooped as LineLooped,
    LineMeasured as LineMeasured,
    LineSlip as LineSlip,
    LineStatus as LineStatus,
    LineThreshold as LineThreshold,
    LineUnavailable as LineUnavailable,
)
from switchsim.model.link_events import (
    TAMPERINGS as TAMPERINGS,
    Changeback as Changeback,
    Changeover as Changeover,
    CircuitBlocked as CircuitBlocked,
    ContinuityCheck as ContinuityCheck,
    Destination as Destination,
    FrameBad as FrameBad,
    FrameReceived as FrameReceived,
    FrameSent as FrameSent,
    LinkDown as LinkDown,
    LinkMeasured as LinkMeasured,
    LinkUp as LinkUp,
    MessageDelivered as MessageDelivered,
    MessageSent as MessageSent,
    OctetCounting as OctetCounting,
    SeatKeyLost as SeatKeyLost,
    SignallingLink as SignallingLink,
    TrunkGroup as TrunkGroup,
    UnitCrafted as UnitCrafted,
    UnitReceived as UnitReceived,
    UnitSent as UnitSent,
    UnitTampered as UnitTampered,
    Violated as Violated,
)
from switchsim.model.platform_events import (
    AgentRefused as AgentRefused,
    AgentsKnown as AgentsKnown,
    ApplicationChanged as ApplicationChanged,
    CallRanked as CallRanked,
    ConfigurationRead as ConfigurationRead,
    DataShown as DataShown,
    EventTold as EventTold,
    FlowChanged as FlowChanged,
    InputRefused as InputRefused,
    InterfaceTampered as InterfaceTampered,
    LampShown as LampShown,
    LookUpDone as LookUpDone,
    MemberSet as MemberSet,
    ProgramActed as ProgramActed,
    RequestTaken as RequestTaken,
    Resynchronised as Resynchronised,
    RoleChanged as RoleChanged,
    RouteDecided as RouteDecided,
    SeatOffered as SeatOffered,
    SoundRecorded as SoundRecorded,
    VoiceChannel as VoiceChannel,
)
from switchsim.model.r2_events import (
    R2Line as R2Line,
    R2Register as R2Register,
)
from switchsim.model.rack_events import (
    AlarmCleared as AlarmCleared,
    AlarmRaised as AlarmRaised,
    BoardState as BoardState,
    ConferenceLeg as ConferenceLeg,
    DefectGone as DefectGone,
    DefectSeen as DefectSeen,
    LedChanged as LedChanged,
    MailboxCounted as MailboxCounted,
    ProcessorActive as ProcessorActive,
    ProcessorLoad as ProcessorLoad,
    ProcessorStandby as ProcessorStandby,
    RegisterShown as RegisterShown,
    SlotsConnected as SlotsConnected,
)
from switchsim.model.tone_events import (
    DigitMeasured as DigitMeasured,
    SignalRecognised as SignalRecognised,
    ToneMeasured as ToneMeasured,
)

# -- kernel ------------------------------------------------------------------------------------------------------


class OrderGiven(Event, frozen=True):
    """An act from outside was applied at this cycle."""

    order: str
    arguments: str


class PortLost(Event, frozen=True):
    """A message could not leave."""

    port: str
    message: str
    why: Annotated[str, words("full", "cut")]


class RunEnded(Event, frozen=True):
    """The last line."""

    why: Annotated[str, words("done", "interrupted", "terminated", "output", "invalid", "crashed")]


# -- far end and people ------------------------------------------------------------------------------------------


class PartyPlaced(Event, frozen=True):
    """A person's ear and mouth are on this circuit, or at this seat set (then `timeslot` is 0).

    Both names empty: nowhere any more. A caller is placed when its circuit is known, an agent once, at his seat.
    """

    party: int
    line: str
    timeslot: int
    seat: str


class PartyCalls(Event, frozen=True):
    """A far-end party places a call."""

    party: int
    calling: str
    called: str


class PartyState(Event, frozen=True):
    """talking: it hears a person. refused: party 0, there is no channel."""

    party: int
    state: Annotated[str, words("ringing", "connected", "talking", "abandons", "hangs_up", "released", "refused")]
    cause: int


Heard = Literal["quiet", "party", "tone", "prompt", "sound", "mix", "dead"]


class PartyHears(Event, frozen=True):
    """What a person hears changed, at `since` (exact cycle)."""

    party: int
    what: Annotated[str, words(*get_args(Heard))]
    which: str
    since: int


class PartySpeaks(Event, frozen=True):
    """A party begins (on 1) or ends (on 0) to speak its watermark; dialling only interrupts it."""

    party: int
    on: int


class PartyDials(Event, frozen=True):
    """DTMF, as audio."""

    party: int
    digits: str


class PartySays(Event, frozen=True):
    """A party begins to say a prompt, once; what it speaks otherwise goes on after it."""

    party: int
    prompt: str


# -- call centre -------------------------------------------------------------------------------------------------


class ProcessState(Event, frozen=True):
    """A platform process; started: it runs from now on, running: it does as it should again."""

    state: Annotated[str, words("starting", "started", "running", "slow", "hung", "crashed", "stopping", "stopped")]


class PlatformLink(Event, frozen=True):
    """The main processor's view of CTI-SERVER."""

    state: Annotated[str, words("up", "down")]


class Routed(Event, frozen=True):
    """Who chose where a call goes."""

    call: int
    by: Annotated[str, words("platform", "switch")]
    queue: str


# -- faults ------------------------------------------------------------------------------------------------------


class FaultArmed(Event, frozen=True):
    fault: str
    name: str
    where: str


class FaultFired(Event, frozen=True):
    fault: str
    effect: str


class FaultUndone(Event, frozen=True):
    fault: str


# -- outside -----------------------------------------------------------------------------------------------------


class ProgramAttached(Event, frozen=True):
    source: str


class ProgramDetached(Event, frozen=True):
    source: str


class BlocksTaken(Event, frozen=True):
    """Blocks of an attachment in mode `raw` or `cas` have gone on its timeslot since the line before.

    Told when the signalling bits change, after 50 blocks, when the program goes and at the end of the run; the blocks
    themselves stand in `inputs.bin`. abcd: bits of the last of them, a is bit 3; those before it had those of the line
    before; -1 in mode `raw`. digest, block after block: BLAKE2b-128 of the digest before (at first nothing), the cycle
    (u64, little-endian) and the datagram.
    """

    source: str
    blocks: int
    abcd: int
    digest: str


@functools.cache
def event_types() -> tuple[type[Event], ...]:
    """Every event of the catalogue, in order of name."""
    return tuple(sorted(Event.__subclasses__(), key=lambda struct: struct.__name__))


class _Head(msgspec.Struct):
    at: int
    phase: str
    place: str
    seq: int


@functools.cache
def _decoders() -> tuple[msgspec.json.Decoder[_Head], msgspec.json.Decoder[Event]]:
    return msgspec.json.Decoder(_Head), msgspec.json.Decoder(Union[event_types()])  # noqa: UP007


def decode_line(line: bytes) -> Record:
    """One journal line (not the first) as a Record; raises msgspec.DecodeError when it is none."""
    heads, events = _decoders()
    head = heads.decode(line)
    return Record(head.at, head.phase, head.place, head.seq, events.decode(line))
