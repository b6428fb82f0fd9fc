"""Connections to servers: dialled host by host, read, and judged when they end.

A server that closes its connection while a command is under way or before its first one, that resets it without having
said where the call goes, or that sends no command for `command_cycles`, counts as died: its call is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from switchsim.callcentre.agi import channels, session
from switchsim.callcentre.agi.state import WAITING_LINES, Session
from switchsim.model.order import Outside
from switchsim.model.outside import Out, pack_out, unpack_in
from switchsim.model.platform_events import ApplicationChanged, InputRefused
from switchsim.proto.agi import push

if TYPE_CHECKING:
    from switchsim.callcentre.agi.client import AgiClient


def dial(agi: AgiClient, one: Session) -> None:
    """Try the next host of the list; without any left the call is refused."""
    hosts = agi.config.targets[one.target].hosts
    if one.host >= len(hosts):
        agi.refuse(one)
        return
    host, port = hosts[one.host]
    agi.state.next_connection += 1
    one.connection = agi.state.next_connection
    agi.state.owners[one.connection] = one.number
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    agi.state.outbox.append(pack_out(Out.CONNECT, one.connection, address.encode()))
    agi.run_timer(one, "connect", agi.config.connect_cycles)


def failed(agi: AgiClient, one: Session, why: str) -> None:
    """This host can not be reached; the next one may."""
    agi.state.failed += 1
    disconnected(agi, one, "failed", why)
    if one.stage == "connecting" and one.mine:
        one.host += 1
        dial(agi, one)


def close(agi: AgiClient, one: Session, what: str, why: str) -> None:
    """Close the connection from here, after what was said has gone."""
    if one.connection:
        agi.shut(one.connection)
        disconnected(agi, one, what, why)


def disconnected(agi: AgiClient, one: Session, what: str, why: str) -> None:
    """The connection is no more; what: closed, failed."""
    agi.emit(ApplicationChanged(one.connection, what, why))
    agi.state.owners.pop(one.connection, None)
    one.connection, one.command, one.waiting = 0, "", []
    for timer in ("connect", "command", "dead", "audio"):
        agi.end_timer(one, timer)
    agi.maybe_over(one)


def die(agi: AgiClient, one: Session, why: str) -> None:
    """The server can not be relied on any more: it is closed, and its call goes on without it."""
    agi.state.died += 1
    close(agi, one, "failed", why)
    if one.mine and one.stage == "running" and not one.moving:
        agi.refuse(one)


def outside(agi: AgiClient, order: Outside) -> None:
    """What the adaptor tells; of a connection that was closed from here it is passed over."""
    connection, payload = unpack_in(order.octets)
    one = agi.state.sessions.get(agi.state.owners.get(connection, 0))
    if one is None:
        return
    match order.what:
        case "attached" if one.stage == "connecting":
            agi.end_timer(one, "connect")
            target = agi.config.targets[one.target]  # hosts and ports are never in the journal
            agi.emit(ApplicationChanged(connection, "connected", f"{target.script} at host {one.host + 1}"))
            channels.seize(agi, one)
        case "connect_failed":
            failed(agi, one, payload.decode("utf-8", "replace"))
        case "detached":
            _gone(agi, one, payload.decode("utf-8", "replace"))
        case "data":
            _data(agi, one, payload)


def _data(agi: AgiClient, one: Session, payload: bytes) -> None:
    for line in push(one.lines, payload):
        if len(one.waiting) >= WAITING_LINES:
            agi.emit(InputRefused(one.connection, f"more than {WAITING_LINES} commands wait"))
            die(agi, one, "too many commands wait")
            return
        one.waiting.append(session.TOO_LONG if line is None else line)
        session.next_command(agi, one)
        if not one.connection:
            return


def _gone(agi: AgiClient, one: Session, why: str) -> None:
    """The server has closed, or the connection broke."""
    if one.stage == "running" and one.mine and not one.moving:
        idle = not one.command and not one.waiting
        by_script = one.commands > 0 and idle and (why == "closed" or (why == "reset" and bool(one.extension)))
        disconnected(agi, one, "closed" if by_script else "failed", why)
        if by_script:
            _script_ended(agi, one)
        else:
            agi.state.died += 1
            agi.refuse(one)
        return
    early = one.stage in ("seizing", "attaching")
    disconnected(agi, one, "failed" if early else "closed", why)
    if early and one.mine:
        agi.state.died += 1
        agi.refuse(one)


def _script_ended(agi: AgiClient, one: Session) -> None:
    """The service goes on where the script said, else the call is cleared."""
    one.stage = "ending"
    agi.give_back(one, "extension" if one.extension else "hangup")
