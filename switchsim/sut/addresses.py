"""Options of interfaces over TCP as values: `HOST:PORT`, `[NUMBER=]agi://HOST:PORT/SCRIPT`, and the file of users.

Every mistake is a BadInput that names the option, what was found, what was expected and what to do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from switchsim.errors import BadInput, Problem
from switchsim.model.outside import AgiTarget
from switchsim.sut.secrets import MOST_SECRET_OCTETS, Users

LOOPBACK: Final = "127.0.0.1"
AGI_PORT: Final = 4573
MOST_HOSTS: Final = 16
MOST_USERS: Final = 1000

_ADDRESS: Final = re.compile(r"(?:(?P<host>\[[0-9A-Fa-f:.%]+\]|[^\s:\[\]/,@]+)?:)?(?P<port>\d{1,5})", re.ASCII)
_HOST: Final = re.compile(r"(?P<host>\[[0-9A-Fa-f:.%]+\]|[^\s:\[\]/,@]+)(?::(?P<port>\d{1,5}))?", re.ASCII)
_AGI: Final = re.compile(r"(?:(?P<number>[0-9*#]{1,20})=)?(?P<url>agi://(?P<hosts>[^/\s]+)(?:/(?P<script>[!-~]*))?)",
                         re.ASCII)  # fmt: skip
_AGI_SHAPE: Final = "[NUMBER=]agi://HOST[:PORT][,HOST2[:PORT]]/SCRIPT, as in 10086=agi://127.0.0.1:4573/menu"


class Address(msgspec.Struct, frozen=True):
    """Where a listener is to be; port 0: any that is free."""

    host: str
    port: int


def shown(host: str, port: int) -> str:
    """`HOST:PORT`, an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def parse_listen(text: str, option: str) -> Address:
    """`HOST:PORT`, `:PORT` or `PORT`; without a host it is the loopback address. Raises BadInput."""
    match = _ADDRESS.fullmatch(text)
    if match is None or int(match["port"]) > 65_535:
        raise BadInput.one(option, f"{text!r}", "HOST:PORT, as in 127.0.0.1:5038", "port 0 takes one that is free")
    return Address((match["host"] or LOOPBACK).strip("[]"), int(match["port"]))


def parse_agi(text: str, option: str = "--agi") -> AgiTarget:
    """One FastAGI target; raises BadInput."""
    match = _AGI.fullmatch(text)
    if match is None or len(text) > 500:
        raise BadInput.one(option, f"{text[:100]!r}", _AGI_SHAPE)
    hosts = []
    for word in match["hosts"].split(","):
        host = _HOST.fullmatch(word)
        port = int(host["port"] or AGI_PORT) if host is not None else 0
        if host is None or not 1 <= port <= 65_535:
            raise BadInput.one(option, f"host {word!r} in {text!r}", "HOST or HOST:PORT, with a port 1..65535")
        hosts.append((host["host"].strip("[]"), port))
    if len(hosts) > MOST_HOSTS:
        raise BadInput.one(option, f"{len(hosts)} hosts", f"at most {MOST_HOSTS}")
    return AgiTarget(number=match["number"] or "", hosts=tuple(hosts), script=match["script"] or "", url=match["url"])


def check_agi(targets: Sequence[AgiTarget]) -> None:
    """One target a number; raises BadInput."""
    numbers = [target.number for target in targets]
    twice = [number for number in dict.fromkeys(numbers) if numbers.count(number) > 1]
    if twice:
        raise BadInput([Problem("--agi", 0, f"two targets for {f'number {number}' if number else 'every number'}",
                                "one", "name several hosts in one, with commas: agi://a,b/script") for number in twice])


def users_of(data: Any, file: str) -> Users:
    """The users of a YAML file of `name: secret`; raises BadInput, which never shows a secret."""
    if not isinstance(data, dict) or not data:
        raise BadInput.one(file, "no users", "lines `name: secret`", "write at least one")
    if len(data) > MOST_USERS:
        raise BadInput.one(file, f"{len(data)} users", f"at most {MOST_USERS}")
    problems = [problem for name, secret in data.items() for problem in _user_problems(file, name, secret)]
    if problems:
        raise BadInput(problems)
    return Users(data)


def _user_problems(file: str, name: Any, secret: Any) -> list[Problem]:
    if not isinstance(name, str) or not 1 <= len(name) <= 64 or not name.isprintable() or name != name.strip():
        return [Problem(file, 0, f"user {str(name)[:80]!r}", "1..64 printable characters, no blank at an end",
                        "put a name of digits in quotes")]
    if not isinstance(secret, str):
        return [Problem(file, 0, f"the secret of {name!r} is no text", "text", "put it in quotes")]
    good = secret and secret.isprintable() and secret == secret.strip()
    if not good or len(secret.encode("utf-8", "replace")) > MOST_SECRET_OCTETS:
        return [Problem(file, 0, f"the secret of {name!r} can not be used",
                        f"1..{MOST_SECRET_OCTETS} octets, printable, no blank at an end")]
    return []
