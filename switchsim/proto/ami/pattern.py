"""Extended regular expressions, as far as `Hangup` needs them, matched in steps that their lengths bound.

Known: `.`, `[...]` with ranges and `^`, `(...)`, `|`, `*`, `+`, `?`, `^`, `$`, and `\\` before any of them. A client's
expression is matched by walking all its states at once, so none can take long: at most states x characters.
"""

from __future__ import annotations

from typing import Final

import msgspec

MOST_CHARACTERS: Final = 256

_CHAR, _SPLIT, _BEGIN, _END, _MATCH = range(5)


class _State(msgspec.Struct):
    """kind; allowed: the characters of _CHAR (empty and negated: any); out: states that follow."""

    kind: int
    allowed: str
    negated: bool
    out: list[int]


class _Bad(Exception):
    """The expression is none."""


class Pattern:
    """A compiled expression. `search` says whether a text holds it anywhere."""

    def __init__(self, states: list[_State], start: int) -> None:
        self._states = states
        self._start = start

    def search(self, text: str) -> bool:
        """Whether some part of the text matches."""
        now: dict[int, None] = {}
        for place in range(len(text) + 1):
            now = self._closure([*now, self._start], place, len(text))
            if any(self._states[one].kind == _MATCH for one in now):
                return True
            if place < len(text):
                now = self._step(now, text[place])
        return False

    def _step(self, now: dict[int, None], character: str) -> dict[int, None]:
        after: dict[int, None] = {}
        for one in now:
            state = self._states[one]
            if state.kind == _CHAR and (character in state.allowed) != state.negated:
                after[state.out[0]] = None
        return after

    def _closure(self, begin: list[int], place: int, length: int) -> dict[int, None]:
        found: dict[int, None] = {}
        todo = begin
        while todo:
            one = todo.pop()
            if one in found:
                continue
            found[one] = None
            state = self._states[one]
            at_edge = (state.kind == _BEGIN and place == 0) or (state.kind == _END and place == length)
            if at_edge or state.kind == _SPLIT:
                todo.extend(state.out)
        return found


class _Compiler:
    """Recursive descent; a fragment is (first state, states whose way out is open)."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.states: list[_State] = []
        self.depth = 0

    def whole(self) -> Pattern:
        first, open_ends = self._either()
        if self.at < len(self.text):
            raise _Bad
        self._join(open_ends, self._new(_MATCH))
        return Pattern(self.states, first)

    def _new(self, kind: int, allowed: str = "", negated: bool = False) -> int:
        self.states.append(_State(kind, allowed, negated, []))
        return len(self.states) - 1

    def _join(self, ends: list[int], to: int) -> None:
        for one in ends:
            self.states[one].out.append(to)

    def _peek(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else ""

    def _either(self) -> tuple[int, list[int]]:
        self.depth += 1
        if self.depth > MOST_CHARACTERS // 8:
            raise _Bad
        first, ends = self._sequence()
        while self._peek() == "|":
            self.at += 1
            other, more = self._sequence()
            split = self._new(_SPLIT)
            self.states[split].out = [first, other]
            first, ends = split, ends + more
        self.depth -= 1
        return first, ends

    def _sequence(self) -> tuple[int, list[int]]:
        first = self._new(_SPLIT)
        ends = [first]
        while self._peek() not in ("", "|", ")"):
            begin, more = self._repeated()
            self._join(ends, begin)
            ends = more
        return first, ends

    def _repeated(self) -> tuple[int, list[int]]:
        first, ends = self._atom()
        while self._peek() in ("*", "+", "?") and self._peek():
            sign = self.text[self.at]
            self.at += 1
            split = self._new(_SPLIT)
            self.states[split].out.append(first)
            if sign == "?":
                first, ends = split, [*ends, split]
            else:
                self._join(ends, split)
                first, ends = split if sign == "*" else first, [split]
        return first, ends

    def _atom(self) -> tuple[int, list[int]]:
        character = self.text[self.at]
        self.at += 1
        match character:
            case "(":
                return self._group()
            case "[":
                made = self._set()
            case ".":
                made = self._new(_CHAR, "", True)
            case "^":
                made = self._new(_BEGIN)
            case "$":
                made = self._new(_END)
            case "*" | "+" | "?":
                raise _Bad
            case "\\":
                if not self._peek():
                    raise _Bad
                made = self._new(_CHAR, self._peek())
                self.at += 1
            case _:
                made = self._new(_CHAR, character)
        return made, [made]

    def _group(self) -> tuple[int, list[int]]:
        found = self._either()
        if self._peek() != ")":
            raise _Bad
        self.at += 1
        return found

    def _set(self) -> int:
        negated = self._peek() == "^"
        self.at += negated
        end = self.text.find("]", self.at + 1)
        if end < 0:
            raise _Bad
        inside, self.at = self.text[self.at : end], end + 1
        allowed = ""
        place = 0
        while place < len(inside):
            if inside[place + 1 : place + 2] == "-" and place + 2 < len(inside):
                low, high = ord(inside[place]), ord(inside[place + 2])
                if low > high or high > 0x7F:
                    raise _Bad
                allowed += "".join(map(chr, range(low, high + 1)))
                place += 3
            else:
                allowed += inside[place]
                place += 1
        return self._new(_CHAR, allowed, negated)


def compiled(text: str) -> Pattern | None:
    """The expression, at most MOST_CHARACTERS long; None when it is none. Never raises."""
    if len(text) > MOST_CHARACTERS:
        return None
    try:
        return _Compiler(text).whole()
    except _Bad:
        return None
