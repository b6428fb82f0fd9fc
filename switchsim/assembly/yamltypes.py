"""Types for the models of YAML files, and what a person is told when a value does not fit one.

Every model of a file is a `Strict`: unknown keys refused, nothing converted, unchangeable. Lists are `Many[T]`, times
`Duration`, numbers with a point `Scaled` integers.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Context, Decimal
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from switchsim.units import duration_text, parse_duration

KNOWN_KEYS: Final = "known_keys"
"""Context entry: which keys are known for the mapping with this id (a mapping lives as long as its document)."""
MAX_CYCLES: Final = 1 << 53
MAX_TEXT: Final = 40
_EXACT: Final = Context(prec=100)

T = TypeVar("T")


class Strict(BaseModel):
    """Base of all models of YAML files."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True, validate_default=False)

    @model_validator(mode="before")
    @classmethod
    def _note_known_keys(cls, data: Any, info: ValidationInfo) -> Any:
        if isinstance(data, dict) and isinstance(info.context, dict):
            keys = {item.alias or name for name, item in cls.model_fields.items()}
            info.context[KNOWN_KEYS].setdefault(id(data), set()).update(keys)
        return data


Many = Annotated[tuple[T, ...], Field(strict=False)]
"""A list of the file as a tuple."""


def wrong(what: str, expected: str = "", advice: str = "", *, where: tuple[str | int, ...] = ()) -> PydanticCustomError:
    """An error to raise in a validator of a model; `where` leads from the model to the value that is wrong."""
    # Braces would be taken for placeholders of the template.
    context = {"what": what, "expected": expected, "advice": advice, "where": where}
    return PydanticCustomError("wrong", "{what}", context)


def _duration(value: Any, least: int = 0, most: int = MAX_CYCLES) -> int:
    if not isinstance(value, str):
        number = isinstance(value, int | Decimal) and not isinstance(value, bool) and value >= 0
        unit = f", as in {_shown(value)}s" if number else ""
        raise wrong(f"{_shown(value)} is no duration", "a number with one of us, ms, s, min, h, cyc" + unit)
    if len(value) > MAX_TEXT:
        raise wrong("a duration that is too long a text", f"at most {MAX_TEXT} characters")
    below = value.strip().startswith("-")
    try:
        cycles = parse_duration(value.strip().removeprefix("-"))
    except ValueError as error:
        what, _, expected = str(error).partition("; expected ")
        raise wrong(what, expected or "a multiple of 125us") from None
    if below or not least <= cycles <= most:
        upper = f" to {duration_text(most)}" if most < MAX_CYCLES or cycles > most else " or more"
        raise wrong(f"{value!r} is out of range", duration_text(least) + upper)
    return cycles


_DURATION_SCHEMA: Final = {
    "type": "string", "pattern": r"^\s*\d+(\.\d+)?(us|ms|s|min|h|cyc)\s*$", "examples": ["12.5s", "300ms", "400cyc"]}
Duration = Annotated[int, BeforeValidator(_duration), WithJsonSchema(_DURATION_SCHEMA)]
"""`12.5s`, `300ms`, `400cyc` -> cycles, 0 and up."""


def duration_in(least: int, most: int = MAX_CYCLES) -> BeforeValidator:
    """As `Duration`, least..most cycles."""
    return BeforeValidator(lambda value: _duration(value, least, most), json_schema_input_type=Duration)


def duration_or(word: str, cycles: int, least: int = 0) -> BeforeValidator:
    """Makes an int of a duration, for which `word` may stand for the number `cycles`, as `never` for -1."""

    def validate(value: Any) -> int:
        return cycles if value == word else _duration(value, least)

    return BeforeValidator(validate, json_schema_input_type=Duration | Literal[word])


def _value(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise wrong(f"{_shown(value)} does not fit", "text or a whole number")
    return value


Value = Annotated[int | str, BeforeValidator(_value)]
"""Text or a whole number."""


def scaled(digits: int, *, minimum: int | None = None, maximum: int | None = None, unit: str = "") \
        -> Callable[[Any], int]:
    """A validator: a number with at most `digits` decimals -> integer times 10^digits, within minimum..maximum."""

    def validate(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise wrong(f"{_shown(value)} is no number", "a number, as in 2.5")
        exact = _EXACT.scaleb(Decimal(value), digits)
        if exact != int(exact):
            raise wrong(f"{value} has too many decimals", f"at most {digits}")
        if (minimum is not None and exact < minimum) or (maximum is not None and exact > maximum):
            low, high = (f"{Decimal(end).scaleb(-digits).normalize():f}" if end is not None else ""
                         for end in (minimum, maximum))
            raise wrong(f"{value} is out of range", f"a number {low}..{high} {unit}".rstrip())
        return int(exact)

    return validate


_WORDS: Final[dict[str, str]] = {
    "int_type": "a whole number",
    "int_parsing_size": "a smaller number",
    "string_type": "text",
    "bool_type": "true or false",
    "dict_type": "a mapping (key: value)",
    "model_type": "a mapping (key: value)",
    "model_attributes_type": "a mapping (key: value)",
    "list_type": "a list",
    "tuple_type": "a list",
    "none_required": "nothing",
    "decimal_type": "a number",
}


_LENGTHS: Final[dict[str, tuple[str, str]]] = {
    "too_short": ("min_length", "at least"),
    "too_long": ("max_length", "at most"),
    "string_too_short": ("min_length", "at least"),
    "string_too_long": ("max_length", "at most"),
}


def explain(error: dict[str, Any]) -> tuple[str, str, str]:
    """(what, expected, advice) of one error of pydantic's list."""
    sort, value, ctx = error["type"], error.get("input"), error.get("ctx") or {}
    if sort == "wrong":
        return ctx["what"], ctx["expected"], ctx["advice"]
    if sort == "missing":
        return f"{str(error['loc'][-1])!r} is missing", "it here", "add it"
    if sort == "extra_forbidden":
        return f"unknown key {str(error['loc'][-1])!r}", "", ""
    if sort in _WORDS:
        quote = sort == "string_type" and isinstance(value, int | Decimal)
        return f"{_shown(value)} does not fit", _WORDS[sort], "put it in quotes" if quote else ""
    if sort in _LENGTHS:
        limit, words = _LENGTHS[sort]
        return f"{_shown(value)} does not fit", f"{words} {ctx[limit]}" + _counted(sort, ctx), ""
    if sort == "string_pattern_mismatch":
        return f"{_shown(value)} does not fit", f"text of the form {ctx['pattern']}", ""
    if sort == "literal_error":
        return f"{_shown(value)} does not fit", str(ctx["expected"]), ""
    if sort in ("union_tag_not_found", "union_tag_invalid"):
        return _tag_error(sort, ctx, value)
    message = str(error["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    if sort in ("value_error", "assertion_error") or sort.startswith("wrong_"):
        what, _, expected = message.partition("; expected ")
        return what, expected, ""
    return f"{_shown(value)} does not fit", message[:1].lower() + message[1:], ""


def _counted(sort: str, ctx: dict[str, Any]) -> str:
    return " characters" if sort.startswith("string_") else f", not {ctx['actual_length']}"


def _tag_error(sort: str, ctx: dict[str, Any], value: Any) -> tuple[str, str, str]:
    name = str(ctx["discriminator"]).strip("'")
    if name.endswith("()"):  # told by its keys, not by one named key
        expected = f"one of the keys {ctx['expected_tags']}" if "expected_tags" in ctx else "another key"
        return f"{_shown(value)} does not fit", expected, ""
    if sort == "union_tag_not_found":
        return f"{name!r} is missing", "it here, to say of which sort this is", "add it"
    return f"{name}: {ctx['tag']!r} does not fit", str(ctx["expected_tags"]), ""


def _shown(value: Any) -> str:
    if value is None:
        return "an empty value"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 3] + "..."
