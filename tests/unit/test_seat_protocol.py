"""The messages of a seat's D channel: octets by Q.931 clause 4.5 and Q.932 clause 8.2, and what is refused."""

from __future__ import annotations

import random

import pytest

from switchsim.proto import seats
from switchsim.proto.seats import Display, Key, Register, Violation

ROWS = [
    ("register", Register("1001"), "08 00 64 6c 05 81 31303031"),
    ("key", Key("sign_in"), "08 00 7b 38 01 81"),
    ("last key", Key("drop"), "08 00 7b 38 01 8e"),
    ("key with digits", Key("dial", "13800"), "08 00 7b 2c 05 3133383030 38 01 89"),
    ("dark", Display("signed_out", False, 0, ""), "08 00 7b 28 0a 7369676e65645f6f7574 34 01 4f 39 02 c1 81"),
    ("rings", Display("ringing", True, 258, "138"),
     "08 00 7b 10 04 00000102 28 0b 72696e67696e6720313338 34 01 40 39 02 c3 81 6c 04 81 313338"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "octets"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_coding_q931_4_5(body: seats.Body, octets: str) -> None:
    assert seats.encode(body).hex() == octets.replace(" ", "")
    assert seats.decode(bytes.fromhex(octets)) == body


def test_every_key_and_state_has_its_own_identifier() -> None:
    bodies = [Key(key) for key in seats.KEYS] + [Display(state, False, 0, "") for state in seats.STATES]
    octets = [seats.encode(body) for body in bodies]
    assert len(set(octets)) == len(bodies)
    assert [seats.decode(one) for one in octets] == bodies


REFUSED = [
    ("5.8.2 too short", "08 00", "5.8.2"),
    ("5.8.1 protocol discriminator", "09 00 7b 38 01 81", "5.8.1"),
    ("5.8.3.1 call reference", "08 01 05 7b 38 01 81", "5.8.3.1"),
    ("5.8.4 message type", "08 00 05 38 01 81", "5.8.4"),
    ("5.8.6.1 nothing in it", "08 00 7b", "5.8.6.1"),
    ("5.8.6.1 REGISTER of nobody", "08 00 64", "5.8.6.1"),
    ("5.8.6.2 over the end", "08 00 7b 38 02 81", "5.8.6.2"),
    ("5.8.7.1 must be understood", "08 00 7b 08 01 81 38 01 81", "5.8.7.1"),
    ("no key 0", "08 00 7b 38 01 80", "5.8.6.2"),
    ("no key 15", "08 00 7b 38 01 8f", "5.8.6.2"),
    ("identifier of two octets", "08 00 7b 38 02 01 81", "5.8.6.2"),
    ("empty activation", "08 00 7b 38 00", "5.8.6.2"),
    ("no such state", "08 00 7b 39 02 ff 81", "5.8.6.2"),
    ("no status indicator", "08 00 7b 39 01 c1", "5.8.6.2"),
    ("call identity of 2 octets", "08 00 7b 10 02 0001 39 02 c1 81", "5.8.7.2"),
    ("keypad not IA5", "08 00 7b 2c 01 ff 38 01 89", "5.8.7.2"),
    ("keypad too long", "08 00 7b 2c 21" + "31" * 33 + "38 01 89", "5.8.7.2"),
    ("number without octets", "08 00 7b 39 02 c1 81 6c 00", "5.8.7.2"),
]


@pytest.mark.parametrize(("octets", "clause"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_refused(octets: str, clause: str) -> None:
    found = seats.decode(bytes.fromhex(octets))
    assert isinstance(found, Violation)
    assert found.clause == clause


def test_unknown_elements_are_passed_over_5_8_7_1() -> None:
    assert seats.decode(bytes.fromhex("08007b 1e028088 a1 380183 7e0100")) == Key("busy")


def test_of_an_element_that_comes_twice_the_first_counts_5_8_5_2() -> None:
    assert seats.decode(bytes.fromhex("08007b 380183 380184")) == Key("busy")


def test_a_number_too_long_for_the_display_is_cut() -> None:
    shown = seats.decode(seats.encode(Display("talk", False, 1, "1" * 40)))
    assert isinstance(shown, Display)
    assert shown.calling == "1" * 20


def test_any_octets_are_read_without_raising_and_what_is_read_is_written_alike() -> None:
    rng = random.Random(4)
    good = [seats.encode(body) for _, body, _ in ROWS]
    read = 0
    for _ in range(4_000):
        octets = bytearray(rng.choice(good))
        octets[rng.randrange(len(octets))] = rng.randrange(256)
        body = seats.decode(bytes(octets[: rng.choice((len(octets), rng.randrange(len(octets))))]))
        if not isinstance(body, Violation):
            read += 1
            assert seats.decode(seats.encode(body)) == body
    assert read > 100
