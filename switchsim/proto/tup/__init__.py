"""Telephone user part (Q.721 to Q.724), with the messages that China adds (GF 001-9001)."""

from __future__ import annotations

from switchsim.proto.tup.actions import Action as Action
from switchsim.proto.tup.actions import AddressCompleteInd as AddressCompleteInd
from switchsim.proto.tup.actions import AnswerInd as AnswerInd
from switchsim.proto.tup.actions import BlockedInd as BlockedInd
from switchsim.proto.tup.actions import CheckTone as CheckTone
from switchsim.proto.tup.actions import DigitsInd as DigitsInd
from switchsim.proto.tup.actions import IdleInd as IdleInd
from switchsim.proto.tup.actions import MaintenanceAlarm as MaintenanceAlarm
from switchsim.proto.tup.actions import ReleasedInd as ReleasedInd
from switchsim.proto.tup.actions import ResumeInd as ResumeInd
from switchsim.proto.tup.actions import SendMsu as SendMsu
from switchsim.proto.tup.actions import SetupFailed as SetupFailed
from switchsim.proto.tup.actions import SetupInd as SetupInd
from switchsim.proto.tup.actions import StartTimer as StartTimer
from switchsim.proto.tup.actions import StatusInd as StatusInd
from switchsim.proto.tup.actions import StopTimer as StopTimer
from switchsim.proto.tup.actions import SuspendInd as SuspendInd
from switchsim.proto.tup.actions import Violation as Violation
from switchsim.proto.tup.codec import DecodeError as DecodeError
from switchsim.proto.tup.codec import Message as Message
from switchsim.proto.tup.codec import decode as decode
from switchsim.proto.tup.codec import encode as encode
from switchsim.proto.tup.machine import Tup as Tup
from switchsim.proto.tup.messages import MessageType as MessageType
from switchsim.proto.tup.messages import Variant as Variant
from switchsim.proto.tup.state import Block as Block
from switchsim.proto.tup.state import Circuit as Circuit
from switchsim.proto.tup.state import Circuits as Circuits
from switchsim.proto.tup.state import SetupRequest as SetupRequest
from switchsim.proto.tup.state import TupConfig as TupConfig
from switchsim.proto.tup.state import TupState as TupState
