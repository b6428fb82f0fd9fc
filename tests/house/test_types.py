"""States, events, messages and orders: plain values without floats, and each comes back from its octets unchanged."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import msgspec
import msgspec.inspect as mi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import switchsim
from switchsim.model.event import Event
from switchsim.model.events import decode_line, event_types
from switchsim.model.message import Message, decode_message
from switchsim.model.order import AnyOrder, Order
from switchsim.model.part import State

for module in pkgutil.walk_packages(switchsim.__path__, "switchsim."):
    if "shipped" not in module.name:
        importlib.import_module(module.name)


def below(base: type) -> Iterator[type]:
    """Every class below, of switchsim's own modules."""
    for sub in base.__subclasses__():
        yield from below(sub)
        if sub.__module__.startswith("switchsim."):
            yield sub


def own(base: type) -> list[Any]:
    return sorted(set(below(base)), key=lambda kind: f"{kind.__module__}.{kind.__name__}")


def parts_of(node: mi.Type, seen: set[type]) -> Iterator[mi.Type]:
    """A type and every type inside it."""
    yield node
    if isinstance(node, mi.StructType):
        if node.cls not in seen:
            seen.add(node.cls)
            for field in node.fields:
                yield from parts_of(field.type, seen)
        return
    inner = [getattr(node, key, None) for key in ("item_type", "key_type", "value_type", "type")]
    for one in [*inner, *getattr(node, "types", ()), *getattr(node, "item_types", ())]:
        if isinstance(one, mi.Type):
            yield from parts_of(one, seen)


def unfit(kind: type) -> list[str]:
    """Names of the types inside that no journal and no snapshot may hold."""
    bad = (mi.FloatType, mi.AnyType, mi.SetType, mi.FrozenSetType, mi.DateTimeType, mi.DecimalType, mi.CustomType)
    return [type(node).__name__ for node in parts_of(mi.type_info(kind), set()) if isinstance(node, bad)]


@pytest.mark.parametrize("base", [State, Event, Message, Order])
def test_no_state_event_message_or_order_holds_a_float_or_a_set(base: type) -> None:
    kinds = own(base)
    assert len(kinds) > 3
    assert {kind.__name__: unfit(kind) for kind in kinds if unfit(kind)} == {}


def test_events_hold_integers_and_texts_only() -> None:
    for kind in event_types():
        for field in mi.type_info(kind).fields:  # type: ignore[attr-defined]
            plain = field.type.type if isinstance(field.type, mi.Metadata) else field.type
            assert isinstance(plain, mi.IntType | mi.StrType), f"{kind.__name__}.{field.name}"


def test_names_on_the_wire_are_unique() -> None:
    for kinds in (own(Event), own(Message), own(Order)):
        tags = [mi.type_info(kind).tag for kind in kinds]  # type: ignore[attr-defined]
        assert len(tags) == len(set(tags))
    assert set(event_types()) >= set(own(Event))


def values(node: mi.Type) -> st.SearchStrategy[Any]:
    """Any value of a type; integers as a snapshot holds them, 64 bits."""
    match node:
        case mi.BoolType():
            return st.booleans()
        case mi.IntType():
            return st.integers(-(2**63), 2**64 - 1)
        case mi.StrType():
            return st.text(st.characters(codec="utf-8"), max_size=8)
        case mi.Metadata(extra={"words": words}):
            return st.sampled_from(words)
        case mi.BytesType():
            return st.binary(max_size=8)
        case mi.NoneType():
            return st.none()
        case mi.EnumType():
            return st.sampled_from(list(node.cls))
        case mi.LiteralType():
            return st.sampled_from(list(node.values))
        case mi.UnionType():
            return st.one_of([values(one) for one in node.types])
        case mi.ListType():
            return st.lists(values(node.item_type), max_size=2)
        case mi.VarTupleType():
            return st.lists(values(node.item_type), max_size=2).map(tuple)
        case mi.TupleType():
            return st.tuples(*map(values, node.item_types))
        case mi.DictType():
            return st.dictionaries(values(node.key_type), values(node.value_type), max_size=2)
        case mi.StructType():
            return st.builds(node.cls, **{field.name: values(field.type) for field in node.fields})
    raise AssertionError(f"no values for {node}")


@pytest.mark.parametrize("kind", own(State), ids=lambda kind: kind.__name__)
def test_a_state_comes_back_from_a_snapshot(kind: type[State]) -> None:
    @settings(max_examples=15, deadline=None)
    @given(values(mi.type_info(kind)))
    def check(state: State) -> None:
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=kind) == state

    check()


@pytest.mark.parametrize("kind", own(Message), ids=lambda kind: kind.__name__)
def test_a_message_comes_back_from_a_snapshot(kind: type[Message]) -> None:
    @settings(max_examples=15, deadline=None)
    @given(values(mi.type_info(kind)))
    def check(message: Message) -> None:
        assert decode_message(msgspec.msgpack.encode(message)) == message

    check()


@pytest.mark.parametrize("kind", own(Order), ids=lambda kind: kind.__name__)
def test_an_order_comes_back_from_a_snapshot(kind: type[Order]) -> None:
    @settings(max_examples=15, deadline=None)
    @given(values(mi.type_info(kind)))
    def check(order: Order) -> None:
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(order), type=AnyOrder) == order

    check()


@pytest.mark.parametrize("kind", event_types(), ids=lambda kind: kind.__name__)
def test_an_event_comes_back_from_the_journal(kind: type[Event]) -> None:
    @settings(max_examples=15, deadline=None)
    @given(values(mi.type_info(kind)))
    def check(event: Event) -> None:
        head = b'{"at":1,"phase":"signal","place":"p","seq":0,'
        assert decode_line(head + msgspec.json.encode(event)[1:]).event == event

    check()


class Inner(msgspec.Struct):
    level: float


class Outer(State):
    rows: dict[str, list[Inner]] = {}
    names: set[str] = set()


def test_the_search_can_fail() -> None:
    assert sorted(unfit(Outer)) == ["FloatType", "SetType"]
