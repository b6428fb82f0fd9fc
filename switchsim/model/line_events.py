"""Journal events of E1 lines: what their ends receive, slips, quality, and what happens to the clocks behind them.

end: machine, or far.
"""

from __future__ import annotations

from typing import Annotated

from switchsim.model.event import End, Event, words

Side = Annotated[str, words("near", "far")]
Period = Annotated[str, words("15min", "24h")]

# -- E1 lines ----------------------------------------------------------------------------------------------------------


class LineStatus(Event, frozen=True):
    """What the receiver of a line's end finds, changed: words of los, ais, lof, rai, lomf (CRC-4 multiframe),
    no_crc (the other end has no CRC-4), cas_lomf, remote_mf (Y bit), ts16_ais, e_bits (all 0), eber; `` nothing wrong.

    Each as its circuit has it (G.706, G.775, O.162), before any persistence or ranking. found: the cycle with whose
    last bit it was so; the board acts at the next control tick.
    """

    line: str
    end: End
    status: str
    found: int


class LineSlip(Event, frozen=True):
    """A controlled slip at an end: its elastic store repeated one frame (the reader is faster), or lost one (the
    writer is faster). count: slips at this end so far."""

    line: str
    end: End
    how: Annotated[str, words("repeated", "lost")]
    why: Annotated[str, words("clocks", "fault")]
    count: int


class LineLooped(Event, frozen=True):
    """A loopback at an end began (1) or ended (0)."""

    line: str
    end: End
    loop: Annotated[str, words("local", "line", "payload", "timeslots")]
    on: int


class LineUnavailable(Event, frozen=True):
    """The path became unavailable (1) or available (0) at cycle `since` (G.826 annex A: ten seconds decide).

    side: near (what this end receives), far (what its E bits and RAI say of the other direction).
    """

    line: str
    end: End
    side: Side
    on: int
    since: int


class LineThreshold(Event, frozen=True):
    """A threshold crossing alert: a count of a running 15-minute or 24-hour period reached its threshold (M.2120)."""

    line: str
    end: End
    side: Side
    period: Period
    what: Annotated[str, words("es", "ses", "bbe", "uas", "slips")]
    value: int
    threshold: int


class LineMeasured(Event, frozen=True):
    """G.826 of a line's end over a period that was not free of errors, or what there is of it at the end of a run.

    seconds: available ones. blocks: CRC-4 sub-multiframes, 1000 a second; side as LineUnavailable.
    """

    line: str
    end: End
    side: Side
    period: Period
    since: int
    seconds: int
    es: int
    ses: int
    bbe: int
    uas: int
    slips: int


class LineCounted(Event, frozen=True):
    """What a line's end counted in a whole run, at its end, if anything was wrong: errored CRC-4 blocks, errored
    alignment words, E bits that were 0, violations of the line code, losses of frame, CRC-4 and CAS multiframe
    alignment, and how often 915 errored blocks of a second made it search anew."""

    line: str
    end: End
    crc_errors: int
    fas_errors: int
    e_errors: int
    code_violations: int
    frame_losses: int
    crc_losses: int
    cas_losses: int
    false_alignments: int


class CasReceived(Event, frozen=True):
    """Signalling bits of a channel (G.704 5.1.3.2) that an end receives changed; abcd: a is bit 3."""

    line: str
    end: End
    timeslot: int
    abcd: int


class PatternSync(Event, frozen=True):
    """The test set at a line's end is in sync with the test pattern that it receives (O.150).

    timeslots: as 1-15,17. pattern: 2^9-1, 2^11-1, 2^15-1, 2^20-1, qrss, 2^23-1, ones, zeros, alternating.
    """

    line: str
    end: End
    timeslots: str
    pattern: str


class PatternLost(Event, frozen=True):
    """It lost the sync (O.150 4.2). why: ratio (a fifth of a second's bits wrong), phase (the sequence slipped)."""

    line: str
    end: End
    timeslots: str
    pattern: str
    why: Annotated[str, words("ratio", "phase")]


class PatternErrors(Event, frozen=True):
    """A second of a measurement held bit errors. second: counted from 0 at its start; bits: compared in it."""

    line: str
    end: End
    second: int
    bits: int
    errors: int


class PatternResult(Event, frozen=True):
    """What a measurement of whole seconds found (G.821); bits and errors also of what was left of the last one.

    slips: those of the sync losses in which the sequence was there, but out of phase.
    """

    line: str
    end: End
    timeslots: str
    pattern: str
    seconds: int
    bits: int
    errors: int
    errored_seconds: int
    severely_errored_seconds: int
    unavailable_seconds: int
    sync_losses: int
    slips: int
