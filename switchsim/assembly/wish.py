"""What a run wants of a machine, besides its file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from switchsim.assembly.bit_tests import BitTestWanted
from switchsim.assembly.draft import Attachment
from switchsim.assembly.loads import LoadWanted
from switchsim.assembly.people import AgentWanted
from switchsim.kernel.journal import Checkpoint, Journal
from switchsim.kernel.scheduler import DEFAULT_BATCH
from switchsim.model.outside import NO_LISTENERS, Listeners


@dataclass(frozen=True, kw_only=True)
class Wish:
    """listeners: interfaces to outside programs. record: people and timeslots whose audio is kept (`agent 1001`,
    `caller e1-0:5`, `line e1-0:5 sent`). listen: the same, where digits and tones are measured. capture: timeslots
    whose HDLC frames are kept (`e1-0:16 both`). tests: bit error rate tests that can be started. kinds: folders with
    further board kinds. bits: E1 lines at bit level, always (the journal is the same). Sinks: of the journal's octets,
    and of its checkpoints."""

    seed: int
    journal_sink: Callable[[bytes], object]
    second_sink: Callable[[Checkpoint], object] = lambda _: None
    load: tuple[LoadWanted, ...] = ()
    agents: tuple[AgentWanted, ...] = ()
    record: tuple[str, ...] = ()
    listen: tuple[str, ...] = ()
    capture: tuple[str, ...] = ()
    tests: tuple[BitTestWanted, ...] = ()
    attached: tuple[Attachment, ...] = ()
    kinds: tuple[Path, ...] = ()
    listeners: Listeners = NO_LISTENERS
    batch: int = DEFAULT_BATCH
    bits: bool = False

    def journal(self) -> Journal:
        return Journal(self.journal_sink, self.second_sink)
