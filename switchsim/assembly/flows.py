"""Flow files of the folder SERVICE: what they may say, and how they become what an IVR loads.

A flow file is YAML: `format: 1`, its name `flow`, the block at which it starts, and its blocks by name. Each block is
told by one key: answer, play, menu, collect, branch, set, queue, transfer, record, lookup, hangup.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag

from switchsim.assembly.kinds import Prompt, Word
from switchsim.assembly.yamltypes import Duration, Many, Strict, duration_in, wrong
from switchsim.callcentre.ivr import flow as compiled
from switchsim.callcentre.ivr.blocks import ANY_DIGIT
from switchsim.units import ms, seconds

Key = Annotated[str, Field(pattern=r"^[0-9A-D*#]$")]
Keys = Annotated[str, Field(pattern=r"^[0-9A-D*#]{0,16}$")]
Variable = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,31}(\.[A-Za-z0-9_]{1,32})?$")]
Prefix = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,31}$")]
Sounds = Annotated[Many[Prompt], Field(max_length=64)]


def _text(value: str) -> str:
    if "${" in compiled.VARIABLE.sub("", value):
        raise wrong(f"{value!r} has a broken variable", "${NAME}, closed, letters first")
    return value


Text = Annotated[str, Field(max_length=200), AfterValidator(_text)]


class AnswerBlock(Strict):
    """CONNECT to the caller."""

    answer: Literal[True]
    next: Word

    def block(self) -> compiled.AnyBlock:
        return compiled.Answer(self.next)


class PlayBlock(Strict):
    """Play sounds to the end."""

    play: Annotated[Sounds, Field(min_length=1)]
    next: Word

    def block(self) -> compiled.AnyBlock:
        return compiled.Play(self.play, self.next)


class FlowMenuSpec(Strict):
    """Play sounds, take one digit; `choices`: digit -> block."""

    play: Sounds
    choices: Annotated[dict[Key, Word], Field(min_length=1)]
    timeout: Duration = seconds(5)
    attempts: Annotated[int, Field(ge=1, le=10)] = 2
    otherwise: Word


class MenuBlock(Strict):
    menu: FlowMenuSpec

    def block(self) -> compiled.AnyBlock:
        menu = self.menu
        return compiled.Menu(menu.play, menu.choices, menu.timeout, menu.attempts, menu.otherwise)


class CollectSpec(Strict):
    """Play sounds, take several digits into a variable."""

    play: Sounds = ()
    digits: Annotated[int, Field(ge=1, le=32)]
    end: Annotated[str, Field(pattern=r"^[0-9A-D*#]?$")] = "#"
    timeout: Duration = seconds(5)
    attempts: Annotated[int, Field(ge=1, le=10)] = 1
    into: Variable
    next: Word
    otherwise: Word


class CollectBlock(Strict):
    collect: CollectSpec

    def block(self) -> compiled.AnyBlock:
        one = self.collect
        return compiled.Collect(one.play, one.digits, one.end, one.timeout, one.attempts, one.into, one.next,
                                one.otherwise)  # fmt: skip


class BranchSpec(Strict):
    """Go on by the value of a variable."""

    on: Variable
    cases: Annotated[dict[str, Word], Field(min_length=1)]
    otherwise: Word


class BranchBlock(Strict):
    branch: BranchSpec

    def block(self) -> compiled.AnyBlock:
        return compiled.Branch(self.branch.on, self.branch.cases, self.branch.otherwise)


class SetBlock(Strict):
    """Set variables."""

    set: Annotated[dict[Variable, Text], Field(min_length=1)]
    next: Word

    def block(self) -> compiled.AnyBlock:
        return compiled.Set(self.set, self.next)


class QueueBlock(Strict):
    """Let the call wait in a queue. `otherwise`: block, when the switch refuses."""

    queue: Word
    otherwise: Word | None = None

    def block(self) -> compiled.AnyBlock:
        return compiled.Queue(self.queue, self.otherwise or "")


class TransferBlock(Strict):
    """Let the call go to a number."""

    transfer: Annotated[Text, Field(min_length=1)]
    otherwise: Word | None = None

    def block(self) -> compiled.AnyBlock:
        return compiled.Transfer(self.transfer, self.otherwise or "")


class RecordSpec(Strict):
    """Record the caller until a key of `stops`, `silence` or `limit`."""

    name: Annotated[Text, Field(min_length=1)]
    limit: Duration = seconds(30)
    silence: Duration = seconds(3)
    stops: Keys = ANY_DIGIT
    beep: bool = True
    next: Word


class RecordBlock(Strict):
    record: RecordSpec

    def block(self) -> compiled.AnyBlock:
        one = self.record
        return compiled.Record(one.name, one.limit, one.silence, one.stops, one.beep, one.next)


class LookUpSpec(Strict):
    """Ask the database; columns of the first row become variables `INTO.COLUMN`."""

    statement: Word
    parameters: dict[Prefix, Text] = Field(default_factory=dict)
    into: Prefix
    found: Word
    empty: Word
    failed: Word
    wait: Annotated[int, duration_in(ms(1))] = seconds(2)


class LookUpBlock(Strict):
    lookup: LookUpSpec

    def block(self) -> compiled.AnyBlock:
        one = self.lookup
        return compiled.LookUpBlock(one.statement, one.parameters, one.into, one.found, one.empty, one.failed, one.wait)


class HangUpBlock(Strict):
    """Clear the call with this cause (Q.850)."""

    hangup: Annotated[int, Field(ge=1, le=127)]

    def block(self) -> compiled.AnyBlock:
        return compiled.HangUpBlock(self.hangup)


_KEYS = ("answer", "play", "menu", "collect", "branch", "set", "queue", "transfer", "record", "lookup", "hangup")


def _first_key(value: Any) -> str:
    if isinstance(value, dict):
        return next((str(key) for key in value if key in _KEYS), "")
    return next(iter(getattr(value, "model_fields_set", ())), "")


BlockSpec = Annotated[
    Annotated[AnswerBlock, Tag("answer")] | Annotated[PlayBlock, Tag("play")] | Annotated[MenuBlock, Tag("menu")]
    | Annotated[CollectBlock, Tag("collect")] | Annotated[BranchBlock, Tag("branch")] | Annotated[SetBlock, Tag("set")]
    | Annotated[QueueBlock, Tag("queue")] | Annotated[TransferBlock, Tag("transfer")]
    | Annotated[RecordBlock, Tag("record")] | Annotated[LookUpBlock, Tag("lookup")]
    | Annotated[HangUpBlock, Tag("hangup")],
    Discriminator(_first_key),
]  # fmt: skip


class FlowFile(Strict):
    """A whole flow."""

    format: Literal[1]
    flow: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    start: Word
    blocks: Annotated[dict[Word, BlockSpec], Field(min_length=1, max_length=500)]

    def compiled(self) -> compiled.Flow:
        return compiled.Flow(self.flow, self.start, {name: spec.block() for name, spec in self.blocks.items()})
