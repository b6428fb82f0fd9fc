"""Scapy layers for signal units of MTP2, messages of MTP3, ISUP and TUP, made of the tables of `switchsim.proto`.

    from switchsim.scapy_layers import IAM, ISUP, MTP2, MTP3
    unit = bytes(MTP2(fsn=3) / MTP3(opc=1, dpc=2, sls=4) / ISUP(cic=5) / IAM(called_party_number="10000"))

Every message of ISUP is a class by its name (IAM, REL, ...), of TUP with a prefix (TUP_IAM, ...), of signalling network
management by its name (COO, TFP, SLTM, ...). A whole layer can be replaced by octets: `IAM(raw=b"...")`. Octets that a
table cannot read end in a Raw. Importing this package imports scapy; nothing else of switchsim does.
"""

from typing import TYPE_CHECKING, Any

from scapy.packet import Raw

from switchsim.scapy_layers import isup, mtp2, mtp3, tup
from switchsim.scapy_layers.isup import ISUP
from switchsim.scapy_layers.mtp2 import LSSU, MTP2, MTP2China
from switchsim.scapy_layers.mtp3 import MTP3, MTP3China
from switchsim.scapy_layers.tup import TUP

MESSAGES = {**isup.BY_NAME, **tup.BY_NAME, **{kind.name: made for kind, made in mtp3.MANAGEMENT.items()}}
"""Every class of a message by its name."""

if TYPE_CHECKING:

    def __getattr__(name: str) -> Any: ...
else:
    globals().update(MESSAGES)

__all__ = [
    "ISUP", "LSSU", "MESSAGES", "MTP2", "MTP3", "TUP", "MTP2China", "MTP3China", "Raw", "isup", "mtp2", "mtp3", "tup",
]  # fmt: skip
