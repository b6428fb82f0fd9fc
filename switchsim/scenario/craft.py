"""Units that an engineer writes down: octets in hexadecimal digits, or layers with their fields, as scapy has them.

    MTP3(opc=2, dpc=1)/ISUP(cic=5)/REL(cause_indicators=16)

Only calls of the layers of `switchsim.scapy_layers` (and Raw) with named literals, joined by `/`: nothing is evaluated.
"""

from __future__ import annotations

import ast
import struct
from typing import Any, Final

from switchsim.assembly.parameters import hex_octets, near, wrong
from switchsim.errors import BadInput

MOST_TEXT: Final = 4000
MOST_LAYERS: Final = 16
HEAD_OCTETS: Final = 3
_PLAIN: Final = ("MTP2", "MTP2China", "MTP3", "MTP3China", "LSSU", "ISUP", "TUP", "Raw")
_REFUSED: Final = (AssertionError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError, struct.error)
"""What codecs and scapy raise for values that have no place in a layer."""


def crafted(text: str, *, in_sequence: bool, china: bool) -> bytes:
    """The octets of a unit: from the BSN on, or when it goes out in sequence from the SIO on. Raises BadInput.

    china: layers without an ending of their own have 24-bit point codes.
    """
    if "(" not in text:
        return hex_octets("unit", text, 3, 273 if in_sequence else 300)
    layers = _layers(text)
    octets, whole = _build(layers, china), layers[0][0].startswith("MTP2")
    if in_sequence and whole:
        octets = octets[HEAD_OCTETS:]
    elif not in_sequence and not whole:
        raise wrong("a unit without its first octets", "MTP2(...)/...", "or in_sequence: true, which adds them")
    low, high = (3, 273) if in_sequence else (3, 300)
    if not low <= len(octets) <= high:
        what = "octets from the SIO on" if in_sequence else "octets"
        raise wrong(f"a unit of {len(octets)} {what}", f"{low}..{high}",
                    "in_sequence: false sends FISUs and LSSUs" if in_sequence else "")
    return octets


def _layers(text: str) -> list[tuple[str, dict[str, Any]]]:
    """(class, fields) of each layer, the lowest first."""
    if len(text) > MOST_TEXT:
        raise wrong(f"a unit of {len(text)} characters", f"at most {MOST_TEXT}")
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        at = f", near character {error.offset}" if isinstance(error, SyntaxError) and error.offset else ""
        raise wrong(f"a unit that cannot be read{at}", "LAYER(field=value, ...)/LAYER(...)") from None
    calls: list[ast.expr] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        calls.insert(0, node.right)
        node = node.left
    if len(calls) >= MOST_LAYERS:
        raise wrong(f"{len(calls) + 1} layers", f"at most {MOST_LAYERS}")
    return [_layer(one) for one in (node, *calls)]


def _layer(node: ast.expr) -> tuple[str, dict[str, Any]]:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        raise wrong(f"{_shown(node)} is no layer", "NAME(field=value, ...)")
    name = node.func.id
    if node.args or any(one.arg is None for one in node.keywords):
        raise wrong(f"{name}: a value without a name", "field=value")
    return name, {str(one.arg): _literal(name, one.value) for one in node.keywords}


def _literal(name: str, node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        what = f"{name}: {_shown(node)} is no plain value"
        raise wrong(what, "a number, text, octets, a list or a mapping of such") from None


def _shown(node: ast.expr) -> str:
    """What stands there, cut short."""
    try:
        return repr(ast.unparse(node)[:40])
    except RecursionError:
        return "something nested too deeply"


def _build(layers: list[tuple[str, dict[str, Any]]], china: bool) -> bytes:
    known = _classes()
    packet: Any = None
    for name, fields in layers:
        kind = known.get(f"{name}China" if china and name in ("MTP2", "MTP3") else name)
        if kind is None:
            raise wrong(f"no layer {name!r}", "a layer of switchsim.scapy_layers", near(name, known))
        names = [field.name for field in kind.fields_desc]
        try:
            layer = kind(**{_field(name, names, field): value for field, value in fields.items()})
            packet = layer if packet is None else packet / layer
        except _REFUSED as error:
            raise _refused(name, error) from None
    try:
        return bytes(packet)
    except _REFUSED as error:
        raise _refused("/".join(name for name, _ in layers), error) from None


def _field(layer: str, names: list[str], field: str) -> str:
    """A field by its name, or by the words it begins with where no other does: cause for cause_indicators."""
    if field in names:
        return field
    longer = [one for one in names if one.startswith(field + "_") and not one.endswith(("_pointer", "_length"))]
    if len(longer) != 1:
        raise wrong(f"{layer} has no field {field!r}", f"one of {', '.join(names) or 'none'}", near(field, names))
    return longer[0]


def _refused(name: str, error: Exception) -> BadInput:
    return wrong(f"{name} cannot be built: {str(error).splitlines()[0][:80] if str(error) else 'a value does not fit'}",
                 "values that fit their fields", "octets fit everywhere: field=b'...', or raw=b'...' for a layer")


def _classes() -> dict[str, Any]:
    """Every layer by name. Scapy is loaded only for a scenario that has layers."""
    try:
        from switchsim import scapy_layers
    except ImportError:
        advice = "pip install 'switchsim[craft]', or give octets"
        raise wrong("a unit of layers needs scapy", "it installed", advice) from None
    plain = {name: getattr(scapy_layers, name) for name in _PLAIN}
    return {**scapy_layers.MESSAGES, **plain}
