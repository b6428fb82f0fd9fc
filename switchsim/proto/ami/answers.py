"""Answers to actions: header order and list protocol as AMI 13 has them.

`Response`, then `ActionID` when the action had one, then `EventList`, then `Message`. A list is announced with
`EventList: start`; each item echoes the ActionID; `<Name>Complete` ends it with `EventList: Complete`, `ListItems: n`.
"""

from __future__ import annotations

from collections.abc import Sequence

from switchsim.proto.ami.blocks import Block, Fields, written


def action_id(request: Block) -> list[tuple[str, str]]:
    """The ActionID to echo, as a field; none when the action has none."""
    value = request.get("ActionID")
    return [("ActionID", value)] if value else []


def answer(request: Block, response: str, message: str = "", more: Fields = ()) -> str:
    """`Response` with its ActionID, `Message` when there is one, and further fields."""
    told = [("Message", message)] if message else []
    return written([("Response", response), *action_id(request), *told, *more])


def success(request: Block, message: str = "", more: Fields = ()) -> str:
    """The action was carried out."""
    return answer(request, "Success", message, more)


def error(request: Block, message: str) -> str:
    """It was not."""
    return answer(request, "Error", message)


def item(request: Block, event: str, fields: Fields) -> str:
    """An event of a list, which only the client that asked gets; its ActionID comes last."""
    return written([("Event", event), *fields, *action_id(request)])


def listing(
    request: Block, message: str, items: Sequence[str], name: str, count: int | None = None, last: Fields = ()
) -> str:
    """A whole list: announcement, items, `name` as its end. count: as told there, else the number of items."""
    head = written(
        [("Response", "Success"), *action_id(request), ("EventList", "start"), ("Message", message)]
    )
    ends = [("EventList", "Complete"), ("ListItems", str(len(items) if count is None else count)), *last]
    return "".join([head, *items, written([("Event", name), *action_id(request), *ends])])
