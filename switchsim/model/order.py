"""Orders: every act from outside (scenario, panel, exam, test) is one of these, journalled, applied between cycles."""

from __future__ import annotations

from typing import Union

import msgspec

Value = Union[int, str]  # noqa: UP007 - msgspec reads it at run time


class Order(msgspec.Struct, frozen=True, tag=True):
    """Base of all orders."""


class Inject(Order, frozen=True):
    """Make a fault act at a fault point of the part."""

    fault: str  # the fault's number in the run, as "1"
    point: str
    values: dict[str, Value]


class Heal(Order, frozen=True):
    """Undo it."""

    fault: str
    point: str
    values: dict[str, Value]


class Act(Order, frozen=True):
    """A person does something: a caller, an agent, somebody at the rack."""

    act: str
    values: dict[str, Value]


class Begin(Order, frozen=True):
    """Start a load shape, an exchange's dialling, a program."""

    values: dict[str, Value]


class Outside(Order, frozen=True):
    """Octets, a connection or a close from an outside program (inputs.bin)."""

    source: str
    what: str  # data, attached, detached
    octets: bytes


AnyOrder = Union[Inject, Heal, Act, Begin, Outside]  # noqa: UP007


def describe(order: Order) -> tuple[str, str]:
    """(name, arguments as text) for the journal."""
    name = type(order).__name__.lower()
    if isinstance(order, Outside):
        return name, f"{order.source} {order.what} {order.octets.hex()}".rstrip()
    head = [order.point] if isinstance(order, Inject | Heal) else [order.act] if isinstance(order, Act) else []
    values: dict[str, Value] = getattr(order, "values", {})
    return name, " ".join([*head, *(f"{key}={value}" for key, value in values.items())])
