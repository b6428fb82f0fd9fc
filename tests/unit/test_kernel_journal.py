"""The journal: its lines, the digest, and the chain of whole seconds."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchsim.kernel.journal import Checkpoint, Journal, RunDigest
from switchsim.model.events import DefectSeen, OrderGiven, decode_line
from switchsim.model.phase import Phase

SECOND = 8000


class Kept:
    """A journal and what came out of it."""

    def __init__(self) -> None:
        self.octets = bytearray()
        self.digest = RunDigest()
        self.seconds: list[Checkpoint] = []
        self.journal = Journal(self._take, self.seconds.append)

    def _take(self, octets: bytes) -> None:
        self.octets.extend(octets)
        self.digest(octets)


def written(*events: tuple[int, str]) -> Kept:
    kept = Kept()
    kept.journal.begin()
    for at, text in events:
        kept.journal.write(at, Phase.SIGNAL, "a/b", DefectSeen("los", text))
    return kept


def test_a_line_holds_the_head_in_its_order_then_the_events_fields() -> None:
    kept = written((7, "x"), (7, "y"), (9, "z"))
    assert bytes(kept.octets).splitlines() == [
        b'{"format":1}',
        b'{"at":7,"phase":"signal","place":"a/b","seq":0,"kind":"defect_seen","defect":"los","about":"x"}',
        b'{"at":7,"phase":"signal","place":"a/b","seq":1,"kind":"defect_seen","defect":"los","about":"y"}',
        b'{"at":9,"phase":"signal","place":"a/b","seq":0,"kind":"defect_seen","defect":"los","about":"z"}',
    ]


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_stays_on_one_line_and_is_read_back(order: str, arguments: str) -> None:
    kept = Kept()
    event = OrderGiven(order.encode("utf-8", "replace").decode(), arguments.encode("utf-8", "replace").decode())
    kept.journal.write(0, Phase.ORDER, "p", event)
    assert bytes(kept.octets).count(b"\n") == 1
    assert decode_line(bytes(kept.octets)).event == event
    assert json.loads(bytes(kept.octets))["kind"] == "order_given"


def test_the_digest_is_that_of_the_octets() -> None:
    kept = written((7, "x"), (SECOND + 1, "y"))
    assert kept.digest.hexdigest() == hashlib.blake2b(bytes(kept.octets), digest_size=32).hexdigest()


def test_the_chain_is_that_of_the_octets_between_whole_seconds() -> None:
    kept = written((7, "x"), (SECOND - 1, "y"), (SECOND, "z"), (3 * SECOND + 5, "w"))
    kept.journal.catch_up(4 * SECOND)
    chain, begin = b"\0" * 32, 0
    for number, point in enumerate(kept.seconds, 1):
        chain = hashlib.blake2b(chain + kept.octets[begin : point.offset], digest_size=32).digest()
        assert (point.cycle, point.chain) == (number * SECOND, chain.hex())
        begin = point.offset
    assert [point.offset for point in kept.seconds][1] == [point.offset for point in kept.seconds][2]
    assert len(kept.seconds) == 4
    assert begin == len(kept.octets)


def test_the_second_begins_at_its_own_cycle() -> None:
    """Cycle 7999 belongs to the first second, cycle 8000 to the next."""
    kept = written((SECOND - 1, "x"), (SECOND, "y"))
    assert bytes(kept.octets[: kept.seconds[0].offset]).endswith(b'"about":"x"}\n')


@pytest.mark.parametrize("octet", [0, 20, 60])
def test_every_octet_counts(octet: int) -> None:
    """The comparisons above can fail: one octet flipped changes the digest, and the chain from its second on."""
    kept = written((7, "x"), (SECOND + 1, "y"))
    kept.journal.catch_up(2 * SECOND)
    changed = bytearray(kept.octets)
    changed[octet] ^= 1
    digest = RunDigest()
    digest(bytes(changed))
    first = hashlib.blake2b(b"\0" * 32 + changed[: kept.seconds[0].offset], digest_size=32).hexdigest()
    assert digest.hexdigest() != kept.digest.hexdigest()
    assert first != kept.seconds[0].chain


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 4 * SECOND), max_size=15), st.integers(0, 15))
def test_exported_and_adopted_it_goes_on_as_if_never_stopped(ats: list[int], cut: int) -> None:
    ats = sorted(ats)
    whole = written(*((at, f"e{at}") for at in ats))
    whole.journal.catch_up(5 * SECOND)
    first = written(*((at, f"e{at}") for at in ats[:cut]))
    second = Kept()
    second.journal.adopt(first.journal.export())
    for at in ats[cut:]:
        second.journal.write(at, Phase.SIGNAL, "a/b", DefectSeen("los", f"e{at}"))
    second.journal.catch_up(5 * SECOND)
    assert first.octets + second.octets == whole.octets
    assert first.seconds + second.seconds == whole.seconds
