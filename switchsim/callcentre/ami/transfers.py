"""Actions with which a seat hands its call on: BlindTransfer, Atxfer."""

from __future__ import annotations

from switchsim.callcentre.ami.bridges import bridge_fields
from switchsim.callcentre.ami.calls import moving, target_of
from switchsim.callcentre.ami.channels import channel_fields
from switchsim.callcentre.ami.core import AmiCore
from switchsim.callcentre.ami.state import Asked, Channel
from switchsim.callcentre.ami.texts import CONTEXT, failed
from switchsim.model.cti import PressKey, Redirect
from switchsim.proto.ami import Block
from switchsim.proto.ami.answers import error, success


def _wrong(core: AmiCore, block: Block) -> tuple[str, Channel | None]:
    if not block.get("Channel"):
        return "No channel specified", None
    if not block.get("Exten"):
        return "No extension specified", None
    channel = core.named(block.get("Channel"))
    return ("", channel) if channel is not None else ("Channel specified does not exist", None)


def _others(core: AmiCore, channel: Channel) -> list[Channel]:
    return [one for one in core.of_call(channel.call) if one.leg != channel.leg]


def blind(core: AmiCore, client: int, block: Block) -> str | None:
    """The party that speaks with the channel goes to the extension, the channel is let go."""
    wrong, channel = _wrong(core, block)
    if channel is None:
        return error(block, wrong)
    others = _others(core, channel)
    if not channel.bridge or len(others) != 1:
        return error(block, "Transfer invalid")
    other, bridge = others[0], core.state.bridges[channel.call]
    seat = channel.device.removeprefix("SEAT/")
    target = target_of(core, block.get("Context"), block.get("Exten"))
    if moving(core, channel.call) is other:
        order: Redirect | PressKey = Redirect(channel.call, target)
    elif seat != channel.device and target.startswith("number:"):
        order = PressKey(seat, "transfer", block.get("Exten"))
    else:
        return error(block, "Transfer not permitted")
    fields = [
        ("Result", "Success"),
        *channel_fields(channel, "Transferer"),
        *channel_fields(other, "Transferee"),
        *bridge_fields(bridge),
        ("IsExternal", "Yes"),
        ("Context", block.get("Context") or CONTEXT),
        ("Extension", block.get("Exten")),
    ]
    asked = core.ask(client, block, "blind", [order], call=channel.call)
    asked.detail = dict(fields)
    return None


def blindly(core: AmiCore, asked: Asked) -> str:
    """The answer to BlindTransfer; the event of that name when it succeeded."""
    if asked.results != ["ok"]:
        return error(asked.block, failed("Transfer", asked.results[0]))
    detail = f"{asked.detail['TransfererChannel']} {asked.detail['Extension']}"
    core.tell("BlindTransfer", "call", list(asked.detail.items()), asked.call, detail[:80])
    return success(asked.block, "Transfer succeeded")


def attended(core: AmiCore, client: int, block: Block) -> str | None:
    """A seat consults: its call is held, and it dials the extension. Hanging its channel up completes the transfer."""
    wrong, channel = _wrong(core, block)
    if channel is None:
        return error(block, wrong)
    seat = channel.device.removeprefix("SEAT/")
    if seat == channel.device or not channel.bridge:
        return error(block, "No attended transfer feature code found")
    core.ask(client, block, "attended", [PressKey(seat, "dial", block.get("Exten"))], call=channel.call,
             detail={"seat": seat})  # fmt: skip
    return None


def consulting(core: AmiCore, asked: Asked) -> str:
    """The answer to Atxfer."""
    if asked.results != ["ok"]:
        return error(asked.block, "Atxfer failed")
    core.state.consulting[asked.detail["seat"]] = asked.call
    return success(asked.block, "Atxfer successfully queued")
