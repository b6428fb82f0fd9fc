"""Secrets stay here: they are cut out of what clients send before anything is recorded, and judged by the adaptor.

A mask takes the octets of one connection as they come, cut anywhere, and puts `*` in place of each octet of a secret,
so that lengths (and with them frames) stay what they were. The secrets are kept for `Users.good`.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Final, Protocol
from xml.sax.saxutils import unescape

from switchsim.model.outside import MD5, PLAIN, Verify

MOST_SECRET_OCTETS: Final = 256
KEPT_SECRETS: Final = 8
"""Of one connection; older ones are forgotten, a log-in with one fails."""
_NAME_OCTETS: Final = 64
_FRAME_HEAD: Final = 8
_PIECES: Final = re.compile(rb"[\r\n]+|[^\r\n]+")
_TAG_END: Final = re.compile(rb"[<>]")
_ELEMENT: Final = re.compile(rb"(?:[^\s/>:]*:)?([^\s/>:]+)")
_NUMBERED: Final = re.compile(r"&#(?:(\d{1,7})|x([0-9A-Fa-f]{1,6}));")


class Secrets:
    """The secrets that came on one connection, counted from 1."""

    def __init__(self) -> None:
        self.count = 0
        self._kept: dict[int, bytearray] = {}

    def begin(self) -> None:
        self.count += 1
        self._kept[self.count] = bytearray()
        self._kept.pop(self.count - KEPT_SECRETS, None)

    def add(self, octets: bytes) -> None:
        """More of the present one; what is far too long is cut, and matches nothing."""
        kept = self._kept[self.count]
        kept += octets[: max(0, 6 * MOST_SECRET_OCTETS - len(kept))]

    def get(self, number: int) -> bytes | None:
        kept = self._kept.get(number)
        return None if kept is None else bytes(kept)


class Mask(Protocol):
    """What a connection's octets go through."""

    secrets: Secrets

    def push(self, octets: bytes) -> bytes:
        """What may be recorded of these octets; at most a few are kept back until more come."""

    def said(self, number: int) -> bytes | None:
        """The secret with this number, as the client meant it; None when there is none."""


class NoMask:
    """Of interfaces on which no secret is said."""

    def __init__(self) -> None:
        self.secrets = Secrets()

    def push(self, octets: bytes) -> bytes:
        return octets

    def said(self, number: int) -> bytes | None:
        return None


class AmiMask:
    """AMI: the value of every line `Secret:`, in any case."""

    def __init__(self) -> None:
        self.secrets = Secrets()
        self._name = b""
        self._in_name = True
        self._in_secret = False

    def push(self, octets: bytes) -> bytes:
        return b"".join(self._piece(piece) for piece in _PIECES.findall(octets))

    def said(self, number: int) -> bytes | None:
        kept = self.secrets.get(number)
        return None if kept is None else kept.strip()

    def _piece(self, piece: bytes) -> bytes:
        if piece[0] in b"\r\n":
            self._name, self._in_name, self._in_secret = b"", True, False
            return piece
        if not self._in_name:
            return self._masked(piece) if self._in_secret else piece
        head, colon, value = piece.partition(b":")
        self._name = (self._name + head).lstrip()[:_NAME_OCTETS]
        if not colon:
            return piece
        self._in_name = False
        if self._name.rstrip().lower() != b"secret":
            return piece
        self._in_secret = True
        self.secrets.begin()
        return head + colon + self._masked(value)

    def _masked(self, value: bytes) -> bytes:
        self.secrets.add(value)
        return re.sub(rb"[^ \t]", b"*", value)


class CstaMask:
    """CSTA XML in frames: the contents of every element whose local name ends in `password`, in any case.

    Octets 0 are passed over when names are read, so that UTF-16 hides nothing. Each frame begins anew; octets that are
    no frames are read as one endless frame.
    """

    def __init__(self) -> None:
        self.secrets = Secrets()
        self._head = b""
        self._left: int | None = 0
        """Octets of this frame that are still to come; None: no frames."""
        self._step: _Step = self._text
        self._tag = b""
        """What a tag begins with."""
        self._tail = b""
        """Its last octet so far."""
        self._held = b""

    def push(self, octets: bytes) -> bytes:
        out, at = [], 0
        while at < len(octets):
            if self._left == 0:
                piece = octets[at : at + _FRAME_HEAD - len(self._head)]
                out.append(self._take_head(piece))
            else:
                piece = octets[at:] if self._left is None else octets[at : at + self._left]
                self._left = None if self._left is None else self._left - len(piece)
                out.append(self._body(piece))
                if self._left == 0:
                    out.append(self._frame_end())
            at += len(piece)
        return b"".join(out)

    def said(self, number: int) -> bytes | None:
        kept = self.secrets.get(number)
        if kept is None:
            return None
        kept = kept.replace(b"\0", b"").strip()
        if kept.startswith(b"<![CDATA[") and kept.endswith(b"]]>"):
            return kept[9:-3]
        text = _NUMBERED.sub(_character, kept.decode("utf-8", "replace"))
        return unescape(text, {"&quot;": '"', "&apos;": "'"}).encode("utf-8", "replace")

    def _take_head(self, piece: bytes) -> bytes:
        self._head += piece
        if len(self._head) == _FRAME_HEAD:
            length = int.from_bytes(self._head[2:4], "big")
            good = self._head[0] == 0 and length >= _FRAME_HEAD
            self._left = length - _FRAME_HEAD if good else None
            self._head = b""
        return piece

    def _frame_end(self) -> bytes:
        held, self._held, self._step = self._held, b"", self._text
        return b"*" * len(held)

    def _body(self, octets: bytes) -> bytes:
        out, at = [], 0
        while at < len(octets):
            taken, said = self._step(octets, at)
            out.append(said)
            at += taken
        return b"".join(out)

    # -- steps: (octets, from) -> (octets taken, what is passed on)

    def _text(self, octets: bytes, at: int) -> tuple[int, bytes]:
        begin = octets.find(b"<", at)
        if begin < 0:
            return len(octets) - at, octets[at:]
        self._tag, self._tail, self._step = b"", b"", self._in_tag
        return begin + 1 - at, octets[at : begin + 1]

    def _in_tag(self, octets: bytes, at: int) -> tuple[int, bytes]:
        end = _TAG_END.search(octets, at)
        to = end.start() if end else len(octets)
        piece = octets[at:to].replace(b"\0", b"")
        self._tag = (self._tag + piece)[: 4 * _NAME_OCTETS]
        self._tail = piece[-1:] or self._tail
        if end is None:
            return len(octets) - at, octets[at:]
        if end[0] == b"<":
            self._tag = b""
        else:
            self._step = self._after_tag(empty=self._tail == b"/")
        return to + 1 - at, octets[at : to + 1]

    def _after_tag(self, empty: bool) -> _Step:
        name = _ELEMENT.match(self._tag)
        if self._tag[:1] in (b"/", b"!", b"?") or name is None or not name[1].lower().endswith(b"password"):
            return self._text
        self.secrets.begin()
        return self._text if empty else self._content

    def _content(self, octets: bytes, at: int) -> tuple[int, bytes]:
        """Masked up to `</`; what may be its beginning is kept back."""
        octet = octets[at : at + 1]
        if not self._held:
            if octet == b"<":
                self._held = octet
                return 1, b""
            to = octets.find(b"<", at)
            to = len(octets) if to < 0 else to
            return to - at, self._hide(octets[at:to])
        if octet == b"\0":
            self._held += octet
            return 1, b""
        held, self._held = self._held + octet, b""
        if octet == b"/":
            self._tag, self._step = b"/", self._in_tag
            return 1, held
        if octet == b"!":
            self._step = self._marked
        return 1, self._hide(held)

    def _marked(self, octets: bytes, at: int) -> tuple[int, bytes]:
        """A CDATA section, up to its end."""
        octet = octets[at : at + 1]
        self._tag = (self._tag + octet.replace(b"\0", b""))[-3:]
        if self._tag == b"]]>":
            self._step = self._content
        return 1, self._hide(octet)

    def _hide(self, octets: bytes) -> bytes:
        self.secrets.add(octets)
        return bytes(octet and 0x2A for octet in octets)


class _Step(Protocol):
    def __call__(self, octets: bytes, at: int) -> tuple[int, bytes]: ...


def _character(match: re.Match[str]) -> str:
    code = int(match[1]) if match[1] else int(match[2], 16)
    return chr(code) if 0 < code < 0xD800 or 0xDFFF < code <= 0x10FFFF else "\ufffd"


class Users:
    """Names and their secrets. Nothing of it is shown, not even by `repr`."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._secrets = {name: secret.encode() for name, secret in secrets.items()}

    def good(self, asked: Verify, mask: Mask) -> bool:
        """Whether the secret that a client showed is this user's; takes as long for unknown users."""
        known = self._secrets.get(asked.user)
        expected = known if known is not None else b"\0nobody"
        if asked.kind == MD5:
            digest = hashlib.md5(asked.challenge.encode() + expected, usedforsecurity=False).hexdigest()
            equal = hmac.compare_digest(digest.encode(), asked.key.lower().encode("utf-8", "replace"))
            return equal and known is not None and bool(asked.challenge)
        said = mask.said(int(asked.key)) if asked.kind == PLAIN and re.fullmatch(r"\d{1,9}", asked.key, re.A) else None
        return hmac.compare_digest(expected, said or b"") and known is not None
