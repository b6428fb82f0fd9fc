"""The transmission buffers of a link: what waits, congestion told to level 3, flushing and retrieval."""

from __future__ import annotations

from switchsim.proto.mtp2.actions import CongestionAbated, CongestionOnset, RetrievalComplete, Retrieved
from switchsim.proto.mtp2.core import Core
from switchsim.proto.mtp2.handing import refill


def queue(link: Core, message: bytes) -> None:
    """A message while none may be sent: it waits, for service or for retrieval."""
    state = link.state
    if _refused(link):
        state.dropped_out_count += 1
        return
    state.tb.append(message)
    if link.config.congestion_onset and not state.congested:
        _check_onset(link)


def _refused(link: Core) -> bool:
    limit = link.config.congestion_discard
    return limit > 0 and len(link.state.tb) + len(link.state.rtb) >= limit


def _check_onset(link: Core) -> None:
    state = link.state
    if len(state.tb) + len(state.rtb) >= link.config.congestion_onset:
        state.congested = True
        link.out.append(CongestionOnset())


def check_abatement(link: Core) -> None:
    state = link.state
    if state.congested and len(state.tb) + len(state.rtb) < link.config.congestion_abate:
        state.congested = False
        link.out.append(CongestionAbated())


def drop(link: Core, _: bytes) -> None:
    link.state.dropped_out_count += 1


def flush_buffers(link: Core, _: None) -> None:
    """All is forgotten; the next message follows the last one that the peer acknowledged (clause 8)."""
    link.stop_timer("T7")
    link.state.tb.clear()
    _renumber(link, link.state.fsnf)
    check_abatement(link)


def _renumber(link: Core, fsnf: int) -> None:
    state = link.state
    state.rtb.clear()
    state.rtb_octets = state.next_index = 0
    state.forced = False
    state.fsnf = fsnf
    state.fsnl = (fsnf - 1) & 127
    refill(link)


def retrieve(link: Core, fsnc: int | None) -> None:
    """Give back what the peer, having accepted up to `fsnc`, never got: see `Link.retrieve`."""
    state = link.state
    out = link.out
    if fsnc is None:
        messages = state.tb[:]
        fsnf = state.fsnf
    else:
        count = (fsnc - state.fsnf + 1) & 127
        if count > len(state.rtb):
            out.append(RetrievalComplete(reasonable=False))
            return
        messages = state.rtb[count:] + state.tb
        fsnf = (fsnc + 1) & 127
    link.stop_timer("T7")
    state.tb.clear()
    _renumber(link, fsnf)
    check_abatement(link)
    out.extend(map(Retrieved, messages))
    out.append(RetrievalComplete())
