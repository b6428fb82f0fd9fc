"""Files of sections and keys, as `ccs.ini` and `icd.ini` are: `[section]`, `key = value`. Comments: lines that
begin with `;` or `#`, and what follows ` ;`.

Strict: nothing stands twice, nothing stands outside a section, and what is wrong is named with its line.
"""

from __future__ import annotations

from typing import Final

MOST_OCTETS: Final = 1_000_000
MOST_LINE: Final = 500
COMMENTS: Final = (";", "#")
TRAILING: Final = " ;"

Sections = dict[str, dict[str, str]]


class Damaged(ValueError):
    """A file cannot be used; the text names file and line. Caught by `configuration.read`."""


def text_of(octets: bytes, name: str, most: int = MOST_OCTETS) -> list[str]:
    """The lines of a UTF-8 text, a byte order mark passed over; raises Damaged."""
    if not octets:
        raise Damaged(f"{name}: not there, or empty")
    if len(octets) > most:
        raise Damaged(f"{name}: {len(octets)} octets; at most {most}")
    try:
        text = octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = octets[: error.start].count(b"\n") + 1
        raise Damaged(f"{name} line {number}: no UTF-8 text") from error
    lines = text.replace("\r\n", "\n").split("\n")
    for at, line in enumerate(lines, 1):
        if len(line) > MOST_LINE:
            raise Damaged(f"{name} line {at}: {len(line)} characters; at most {MOST_LINE}")
        if not line.replace("\t", " ").isprintable():
            raise Damaged(f"{name} line {at}: a control character")
    return lines


def read_ini(octets: bytes, name: str) -> Sections:
    """Section -> key -> value, in the order of the file, all stripped of blanks; raises Damaged."""
    sections: Sections = {}
    inside: dict[str, str] | None = None
    for number, raw in enumerate(text_of(octets, name), 1):
        line = raw.partition(TRAILING)[0].strip()
        if not line or line.startswith(COMMENTS):
            continue
        if line.startswith("["):
            inside = _section(sections, line, f"{name} line {number}")
        elif inside is None:
            raise Damaged(f"{name} line {number}: {line[:40]!r} stands before the first [section]")
        else:
            _key(inside, line, f"{name} line {number}")
    return sections


def _section(sections: Sections, line: str, where: str) -> dict[str, str]:
    title = " ".join(line[1:-1].split())
    if not line.endswith("]") or not title:
        raise Damaged(f"{where}: {line[:40]!r} is no [section]")
    if title in sections:
        raise Damaged(f"{where}: [{title}] stands twice")
    return sections.setdefault(title, {})


def _key(inside: dict[str, str], line: str, where: str) -> None:
    key, sign, value = line.partition("=")
    key = key.strip()
    if not sign or not key:
        raise Damaged(f"{where}: {line[:40]!r} is no key = value")
    if key in inside:
        raise Damaged(f"{where}: {key!r} stands twice")
    inside[key] = value.strip()
