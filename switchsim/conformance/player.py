"""What a standard brings along so that its sheets can be read and played."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from switchsim.conformance.language import Vocabulary
from switchsim.conformance.verdict import Result

if TYPE_CHECKING:
    from switchsim.assembly.yamltypes import Strict
    from switchsim.conformance.reader import Sheet, Steps


class Player(Protocol):
    """Plays the sheets of one standard."""

    standard: str
    folder: str
    """The folder of its sheets in scenarios/conformance."""
    vocabulary: Vocabulary
    config_model: type[Strict]
    """What `config` of a sheet may say."""
    benches: Sequence[str]
    usual: Sequence[str]
    """The benches whose verdicts count where none is named."""

    def play(self, sheet: Sheet, bench: str, preambles: Mapping[str, Steps]) -> Result:
        """The verdict of a sheet on one of the benches."""
        ...
