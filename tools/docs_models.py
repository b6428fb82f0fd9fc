"""Tables of the keys of YAML files, from their pydantic models and the texts of docs/reference/keys.yaml.

`tools/make_docs.py` uses it. What the models can not say in words - what a key is for - stands in keys.yaml; a key
without a text, or a text without a key, is an error here.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any, Final, get_args

import yaml
from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo

DURATION: Final = r"^\s*\d+(\.\d+)?(us|ms|s|min|h|cyc)\s*$"
PATTERNS: Final = {
    DURATION: "duration",
    r"^\s*\d{1,9}(\.\d{1,6})?\s*/\s*(s|min|h)\s*$": "rate",
    r"^[0-9A-D*#]{1,32}$": "digits",
    r"^[0-9*#]{1,20}$": "digits",
    r"^[0-9*#]{0,20}$": "digits, or empty",
    r"^[0-9]{0,20}$": "digits, or empty",
    r"^[0-9A-D*#]$": "one digit",
    r"^[a-z][a-z0-9_]{0,31}$": "name",
    r"^[a-z][a-z0-9_]{0,63}$": "name",
    r"^[a-z][a-z0-9-]{0,31}$": "name",
    r"^[a-z][a-z0-9_-]{0,31}$": "name",
    r"^[A-Z][A-Z0-9_]{0,31}$": "NAME",
    r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$": "name",
    r"^T3\d\d$": "`T3xx`",
    r"^(agent|caller) \S{1,64}$": "`agent SEAT` or `caller LINE:TIMESLOT`",
    r"^(agent|caller|exchange|load) \S{1,64}$": "`agent`, `caller`, `exchange` or `load`, and a name",
    r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$": "`module:Class`",
    r"^[A-Za-z0-9_][\w.-]*(/[A-Za-z0-9_][\w.-]*)*$": "file",
    r"^[0-9A-D*#]?$": "one digit, or nothing",
    r"^[0-9A-D*#]{0,16}$": "digits, or nothing",
    r"^[A-Za-z][A-Za-z0-9_]{0,31}(\.[A-Za-z0-9_]{1,32})?$": "variable",
    r"^[A-Za-z][A-Za-z0-9_]{0,31}$": "variable",
}
"""Patterns of texts in words."""
Schema = dict[str, Any]


class Keys:
    """The texts of keys.yaml; remembers which were used."""

    def __init__(self, text: str) -> None:
        self._texts: dict[str, dict[str, str]] = yaml.safe_load(text)
        self._used: set[tuple[str, str]] = set()
        self.missing: list[str] = []

    def text(self, model: str, key: str, root: str) -> str:
        """What the key of this model says; `root` tells models of the same name apart."""
        for name in (f"{model} of {ROOT_WORDS[root]}", model, "any"):
            if key in self._texts.get(name, {}):
                self._used.add((name, key))
                return self._texts[name][key]
        self.missing.append(f"{model}.{key}")
        return ""

    def unused(self) -> list[str]:
        """Texts whose key is gone; models that begin with `_` only lend theirs."""
        return [
            f"{model}.{key}" for model, texts in self._texts.items() if not model.startswith("_")
            for key in texts if (model, key) not in self._used
        ]


ROOT_WORDS: Final = {
    "Scenario": "scenario", "MachineFile": "machine", "PlantFile": "plant", "BoardKindFile": "board",
    "FlowFile": "flow",
}  # fmt: skip


def model_sections(root: type[BaseModel], keys: Keys) -> Iterator[str]:
    """A section for the file itself, then one for each model that it uses, in the order in which they are named."""
    schema = root.model_json_schema(by_alias=True)
    models = {model.__name__: model for model in _models(root)}
    for name in _order(schema):
        part = schema if name == root.__name__ else schema["$defs"][name]
        yield _section(name, part, models[name], keys, root.__name__)


def _models(root: type[BaseModel]) -> list[type[BaseModel]]:
    """The file's model and every one that it is made of."""
    found = [root]
    for model in found:
        for field in model.model_fields.values():
            found += [one for one in _inside(field.annotation) if one not in found]
    return found


def _inside(annotation: Any) -> Iterator[type[BaseModel]]:
    """Models that an annotation names, however deep."""
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _inside(inner)


def _order(schema: Schema) -> list[str]:
    """Names of the models, each after the one that names it first."""
    found = [schema["title"]]
    for name in found:
        part = schema if name == schema["title"] else schema["$defs"][name]
        found += [used for used in dict.fromkeys(_named(part["properties"])) if used not in found]
    return found


def _named(node: Any) -> Iterator[str]:
    """Models that a schema refers to, in its order."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].rpartition("/")[2]
        for key, value in node.items():
            if key != "discriminator":
                yield from _named(value)
    elif isinstance(node, list):
        for value in node:
            yield from _named(value)


def _section(name: str, part: Schema, model: type[BaseModel], keys: Keys, root: str) -> str:
    fields = {field.alias or key: field for key, field in model.model_fields.items()}
    rows = []
    for key, schema in part["properties"].items():
        needed = key in part.get("required", ())
        default = "**required**" if needed else _default(fields[key], schema)
        text = keys.text(name, key, root) + _examples(schema)
        holds = "duration" if _is_of_cycles(fields[key]) else _type(schema)
        rows.append(f"| `{key}` | {holds} | {default} | {cell(text)} |")
    head = [f"## {name}", "", *([cell_free(part["description"]), ""] if part.get("description") else [])]
    return "\n".join([*head, "| key | holds | default | says |", "|---|---|---|---|", *rows, ""])


def cell(text: str) -> str:
    """A text that fits into a table's cell."""
    return " ".join(text.split()).replace("|", "\\|")


def cell_free(text: str) -> str:
    """A docstring's first paragraph, then the rest, as plain paragraphs."""
    return "\n\n".join(" ".join(one.split()) for one in text.split("\n\n"))


# -- types -----------------------------------------------------------------------------------------------------------


def _type(schema: Schema) -> str:
    """What may stand there, in words."""
    for key, told in _TYPES.items():
        if key in schema:
            return told(schema)
    return _SIMPLE[schema["type"]](schema)


def _one_of(schema: Schema) -> str:
    kinds = [_type(one) for one in schema.get("anyOf") or schema["oneOf"] if one.get("type") != "null"]
    told = " or ".join(dict.fromkeys(kinds))
    return told.replace(_DISTRIBUTIONS, "[distribution](#constanttime)")


_DISTRIBUTIONS: Final = " or ".join(
    f"[{name}](#{name.lower()})" for name in ("ConstantTime", "UniformTime", "ExponentialTime", "ErlangTime"))


def _reference(schema: Schema) -> str:
    name = schema["$ref"].rpartition("/")[2]
    return f"[{name}](#{name.lower()})"


def _text(schema: Schema) -> str:
    pattern = schema.get("pattern")
    return "text" if pattern is None else _like(pattern)


def _like(pattern: str) -> str:
    return PATTERNS.get(pattern) or f"text like `{cell(pattern)}`"


def _whole(schema: Schema) -> str:
    return "whole number" + _bounds(schema.get("minimum"), schema.get("maximum"))


def _bounds(low: int | None, high: int | None) -> str:
    if low is None and high is None:
        return ""
    if high is None:
        return f", {low} and up"
    return f" {low}..{'2^64-1' if high == 2**64 - 1 else high}"


def _list(schema: Schema) -> str:
    inside = _type(schema["items"]) if "items" in schema else " and ".join(map(_type, schema.get("prefixItems", ())))
    low, high = schema.get("minItems"), schema.get("maxItems")
    count = f" ({low})" if low is not None and low == high else f" ({low}..{high})" if low and high else ""
    return f"list{count} of {inside}"


def _mapping(schema: Schema) -> str:
    keyed: Schema = schema.get("patternProperties", {})
    for pattern, value in keyed.items():
        return f"mapping: {_like(pattern)} to {_type(value)}"
    inside = schema.get("additionalProperties")
    return f"mapping: text to {_type(inside)}" if isinstance(inside, dict) else "mapping"


_TYPES: Final[dict[str, Callable[[Schema], str]]] = {
    "$ref": _reference,
    "anyOf": _one_of,
    "oneOf": _one_of,
    "const": lambda schema: f"`{_plain(schema['const'])}`",
    "enum": lambda schema: "one of the events" if len(schema["enum"]) > 20 else " or ".join(
        f"`{one}`" if one else "nothing" for one in schema["enum"]),
}
_SIMPLE: Final[dict[str, Callable[[Schema], str]]] = {
    "string": _text,
    "integer": _whole,
    "number": lambda schema: "number" + _bounds(schema.get("minimum"), schema.get("maximum")),
    "boolean": lambda _: "`true` or `false`",
    "array": _list,
    "object": _mapping,
}


def _examples(schema: Schema) -> str:
    """Examples that the model gives; a duration's are known from the head of the page."""
    found = [one for one in schema.get("examples", ()) if one not in ("12.5s", "300ms", "400cyc", "2.5/s", "30/min")]
    return f" For example {', '.join(f'`{one}`' for one in found)}." if found else ""


# -- defaults --------------------------------------------------------------------------------------------------------


def _default(field: FieldInfo, schema: Schema) -> str:
    value = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, BaseModel):
        inner = type(value).model_json_schema(by_alias=True)["properties"]
        shown = [f"{key}: {_bare(getattr(value, name), inner[key])}" for key, name in _aliases(type(value))
                 if key in value.model_fields_set or name in value.model_fields_set]
        return f"`{{{', '.join(shown)}}}`" if shown else "-"
    for data in field.metadata:
        if isinstance(data, BeforeValidator) and isinstance(value, int) and (digits := _digits(data)) is not None:
            return f"`{value / 10**digits:g}`"
    text = _bare(value, schema)
    return f"`{text}`" if text else "-"


def _is_of_cycles(field: FieldInfo) -> bool:
    """Whether an expectation's duration stands there, which its schema calls a text."""
    def found(node: Any) -> bool:
        return any(isinstance(one, BeforeValidator) and one.func.__name__ == "_cycles" for one in node)

    return found(field.metadata) or any(found(getattr(one, "__metadata__", ())) for one in get_args(field.annotation))


def _aliases(model: type[BaseModel]) -> list[tuple[str, str]]:
    return [(field.alias or name, name) for name, field in model.model_fields.items()]


def _digits(validator: BeforeValidator) -> int | None:
    """How many decimals a scaled number keeps (`yamltypes.scaled`)."""
    found = inspect.getclosurevars(validator.func).nonlocals.get("digits")
    return found if isinstance(found, int) else None


def _bare(value: Any, schema: Schema) -> str:
    branches = [schema, *schema.get("anyOf", ())]
    words = [one["const"] for one in branches if "const" in one and isinstance(value, int) and value < 0]
    if words:
        return str(words[0])
    if isinstance(value, int) and not isinstance(value, bool) and any(_is_duration(one) for one in branches):
        return duration(value)
    return _plain(value)


def _is_duration(schema: Schema) -> bool:
    return schema.get("pattern") == DURATION or "12.5s" in schema.get("examples", ())


def _plain(value: Any) -> str:
    if value is None or value in ("", (), {}):
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def duration(cycles: int) -> str:
    """Cycles as a file would say it: whole seconds, else milliseconds, else cycles."""
    if cycles % 8000 == 0:
        return f"{cycles // 8000}s"
    return f"{cycles // 8}ms" if cycles % 8 == 0 else f"{cycles}cyc"
