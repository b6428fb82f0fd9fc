"""How fast ISUP messages are read and written: IAM, ACM, ANM, REL and RLC in equal parts.

One message is one decode and one encode. `framing` leaves the contents of parameters as octets; `values` also reads and
writes every mandatory and optional value of them. All of it is Python.

Run: python benches/bench_isup_codec.py
"""

from __future__ import annotations

import time
from collections.abc import Callable

from switchsim.proto.isup import parameters as p
from switchsim.proto.isup.codec import Message, decode, encode
from switchsim.proto.isup.messages import MessageType
from switchsim.proto.isup.parameters import PARAMETERS
from switchsim.proto.isup.values import BackwardCall, ForwardCall, NatureOfConnection
from switchsim.proto.isup.values_more import Cause, UserService
from switchsim.proto.isup.values_numbers import Number

ROUNDS_COUNT = 4000


def basic_call() -> list[bytes]:
    """The five messages as an exchange sends them."""
    iam = Message(5, MessageType.IAM)
    iam.add(p.NATURE_OF_CONNECTION, NatureOfConnection())
    iam.add(p.FORWARD_CALL, ForwardCall())
    iam.add(p.CALLING_CATEGORY, 10)
    iam.add(p.TRANSMISSION_MEDIUM, 3)
    iam.add(p.CALLED_PARTY_NUMBER, Number("10000F"))
    iam.add(p.CALLING_PARTY_NUMBER, Number("13800138000", screening=3))
    iam.add(p.USER_SERVICE, UserService())
    acm, anm, rel = (Message(5, kind) for kind in (MessageType.ACM, MessageType.ANM, MessageType.REL))
    acm.add(p.BACKWARD_CALL, BackwardCall(called_status=1))
    rel.add(p.CAUSE, Cause(16, 2))
    return [encode(message) for message in (iam, acm, anm, rel, Message(5, MessageType.RLC))]


def framing(octets: bytes) -> None:
    message = decode(octets)
    assert type(message) is Message
    encode(message)


def with_values(octets: bytes) -> None:
    message = decode(octets)
    assert type(message) is Message
    rows = [(PARAMETERS[code], contents) for code, contents in message.parameters]
    values = [(row, row.read(contents)) for row, contents in rows]
    encode(Message(message.cic, message.type, [(row.code, row.write(value)) for row, value in values]))


def messages_a_second(act: Callable[[bytes], None], octets: list[bytes], rounds_count: int = ROUNDS_COUNT) -> int:
    """Of one core, the best of five goes."""
    best = 1e9
    for _ in range(5):
        began = time.process_time()
        for _ in range(rounds_count):
            for one in octets:
                act(one)
        best = min(best, time.process_time() - began)
    return int(rounds_count * len(octets) / best)


def main() -> None:
    octets = basic_call()
    for title, act in (("framing", framing), ("values", with_values)):
        rate = messages_a_second(act, octets)
        print(f"ISUP decode + encode, {title:8} {rate:8,} messages a second; all Python")
        each = {MessageType(one[2]).name: messages_a_second(act, [one], ROUNDS_COUNT // 2) for one in octets}
        print("    " + "  ".join(f"{name} {count:,}" for name, count in each.items()))


if __name__ == "__main__":
    main()
