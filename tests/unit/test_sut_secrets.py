"""Secrets are masked however the octets are cut, and judged without a look at the text."""

from __future__ import annotations

import hashlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchsim.model.outside import Verify
from switchsim.sut.secrets import KEPT_SECRETS, MOST_SECRET_OCTETS, AmiMask, CstaMask, Mask, Users

AMI = [
    (b"Action: Login\r\nSecret: abc\r\n", b"Action: Login\r\nSecret: ***\r\n"),
    (b"sEcReT :abc\n", b"sEcReT :***\n"),
    (b"  Secret:\tab c\r\nX: 1\r\n", b"  Secret:\t** *\r\nX: 1\r\n"),
    (b"Secret:\r\nSecret: b\r\n", b"Secret:\r\nSecret: *\r\n"),
    (b"Secrets: abc\r\nXSecret: d\r\nSecret\r\n: e\r\n", b"Secrets: abc\r\nXSecret: d\r\nSecret\r\n: e\r\n"),
    (b"Variable: Secret: abc\r\n", b"Variable: Secret: abc\r\n"),
    (b"Secret: a:b\r\n\r\nSecret: c", b"Secret: ***\r\n\r\nSecret: *"),
]


def frame(xml: bytes, head: bytes = b"0001") -> bytes:
    return (len(xml) + 8).to_bytes(4, "big") + head + xml


CSTA = [
    (b"<a><password>abc</password><x>y</x></a>", b"<a><password>***</password><x>y</x></a>"),
    (b'<q:agentPassWord id="1>abc</q:agentPassWord>', b'<q:agentPassWord id="1>***</q:agentPassWord>'),
    (b"<password/><x/>y<password >z</password >", b"<password/><x/>y<password >*</password >"),
    (b'<password a="/">ab</password>', b'<password a="/">**</password>'),
    (b"<passwords>abc</passwords><!-- <x> -->", b"<passwords>abc</passwords><!-- <x> -->"),
    (b"<password><![CDATA[a</b>]]></password>c", b"<password>" + b"*" * 17 + b"</password>c"),
    (b"<password>a<b>c</password>", b"<password>****</password>".replace(b"****", b"*****")),
    (b"<<password>a</password>", b"<<password>*</password>"),
    ("<password>ab</password>".encode("utf-16-le"), "<password>**</password>".encode("utf-16-le")),
]


def said(mask: Mask) -> list[bytes | None]:
    return [mask.said(number) for number in range(1, mask.secrets.count + 1)]


@pytest.mark.parametrize(("text", "masked"), AMI)
def test_ami_values_of_secret_are_masked_octet_for_octet(text: bytes, masked: bytes) -> None:
    assert AmiMask().push(text) == masked


@pytest.mark.parametrize(("text", "masked"), CSTA)
def test_csta_contents_of_passwords_are_masked_and_frames_keep_their_length(text: bytes, masked: bytes) -> None:
    mask = CstaMask()
    assert mask.push(frame(text) + frame(text)) == frame(masked) + frame(masked)


@given(st.sampled_from(AMI), st.lists(st.integers(0, 60)))
def test_ami_cut_anywhere_is_the_same(row: tuple[bytes, bytes], cuts: list[int]) -> None:
    whole, cut = AmiMask(), AmiMask()
    assert pushed(cut, row[0], cuts) == whole.push(row[0])
    assert said(cut) == said(whole)


@given(st.sampled_from(CSTA), st.lists(st.integers(0, 120)))
def test_csta_cut_anywhere_is_the_same(row: tuple[bytes, bytes], cuts: list[int]) -> None:
    octets = frame(row[0]) + frame(row[0])
    whole, cut = CstaMask(), CstaMask()
    assert pushed(cut, octets, cuts) == whole.push(octets)
    assert said(cut) == said(whole)


@given(st.binary(max_size=300), st.lists(st.integers(0, 300)))
def test_whatever_comes_keeps_its_length(octets: bytes, cuts: list[int]) -> None:
    assert len(pushed(AmiMask(), octets, cuts)) == len(octets)
    held = len(octets) - len(pushed(CstaMask(), b"\0\0\xff\xff0001<password>" + octets, cuts)) + 18
    assert 0 <= held <= len(octets)
    assert len(pushed(CstaMask(), octets, cuts)) <= len(octets)


def pushed(mask: Mask, octets: bytes, cuts: list[int]) -> bytes:
    places = [0, *sorted(cuts), len(octets)]
    return b"".join(mask.push(octets[a:b]) for a, b in pairwise(places))


def test_what_is_no_frame_is_masked_all_the_same() -> None:
    mask = CstaMask()
    assert mask.push(b"garbage!!<password>abc</password><password>d") == b"garbage!!<password>***</password><password>*"


def test_an_open_password_ends_with_its_frame() -> None:
    mask = CstaMask()
    assert mask.push(frame(b"<password>abc<") + frame(b"<ok/>")) == frame(b"<password>****") + frame(b"<ok/>")


def test_the_secrets_of_a_connection_are_counted_from_one() -> None:
    mask = CstaMask()
    mask.push(frame(b"<password/><a><password>x&amp;&#65;&#x42;</password></a><password><![CDATA[<&]]></password>"))
    assert said(mask) == [b"", b"x&AB", b"<&"]
    assert mask.said(0) is mask.said(4) is None


def test_only_the_last_ones_are_kept_and_none_grows_without_bound() -> None:
    mask = AmiMask()
    mask.push(b"Secret: x\n" * (KEPT_SECRETS + 2) + b"Secret:" + b"y" * 100_000)
    assert mask.secrets.count == KEPT_SECRETS + 3
    assert [mask.said(3), mask.said(4)] == [None, b"x"]
    assert MOST_SECRET_OCTETS < len(mask.said(mask.secrets.count) or b"") < 10 * MOST_SECRET_OCTETS


def verify(**fields: str) -> Verify:
    return Verify(request=1, **{"user": "anna", "kind": "plain", "key": "1"} | fields)


def test_users_are_judged_by_the_secret_that_they_said() -> None:
    users, mask = Users({"anna": "gehe:im", "li": "密码"}), AmiMask()
    mask.push("Secret: gehe:im\r\nSecret:密码\r\nSecret:\r\n".encode())
    assert users.good(verify(), mask)
    assert users.good(verify(user="li", key="2"), mask)
    for wrong in ({"user": "li"}, {"user": "nobody"}, {"user": ""}, {"key": "2"}, {"key": "3"}, {"key": "4"},
                  {"key": ""}, {"key": "-1"}, {"key": "٣"}, {"kind": "odd"}):
        assert not users.good(verify(**wrong), mask)
    assert "geheim" not in repr(users)


def test_users_are_judged_by_md5_of_challenge_and_secret() -> None:
    users, mask = Users({"anna": "abc"}), AmiMask()
    key = hashlib.md5(b"840415273abc").hexdigest()
    assert users.good(verify(kind="md5", challenge="840415273", key=key), mask)
    assert users.good(verify(kind="md5", challenge="840415273", key=key.upper()), mask)
    for wrong in ({"key": key[:-1]}, {"challenge": "840415274"}, {"user": "x"}, {"key": ""}, {"key": "é" * 32}):
        assert not users.good(verify(**{"kind": "md5", "challenge": "840415273", "key": key} | wrong), mask)
    bare = hashlib.md5(b"abc").hexdigest()
    assert not users.good(verify(kind="md5", challenge="", key=bare), mask)  # a challenge must have been given
