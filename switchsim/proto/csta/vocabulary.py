"""The words of ECMA-323 that are used here, each in one table; elements stand in the order of the schemas.

Two of them are spelled as the schemas spell them: `TransferedEvent`, `systemResourceAvailibility`.
"""

from __future__ import annotations

from typing import Final

CSTA_NAMESPACE: Final = "http://www.ecma-international.org/standards/ecma-323/csta/"
"""An edition follows: ed2 .. ed6."""
EDITIONS: Final = ("ed2", "ed3", "ed4", "ed5", "ed6")
SESSION_NAMESPACE: Final = "http://www.ecma-international.org/standards/ecma-354/appl_session"

LOCAL_STATES: Final = ("initiated", "alerting", "connected", "hold", "queued", "fail")
"""LocalConnectionState; `null` (no connection) has no word in XML: the element is left out."""

_PARTIES: Final = ("callingDevice", "calledDevice", "lastRedirectionDevice")
_END: Final = ("localConnectionInfo", "cause")

EVENTS: Final[dict[str, tuple[str, ...]]] = {
    "ServiceInitiatedEvent": ("initiatedConnection", "initiatingDevice", *_END),
    "OriginatedEvent": ("originatedConnection", "callingDevice", "calledDevice", *_END),
    "DeliveredEvent": ("connection", "alertingDevice", *_PARTIES, *_END),
    "EstablishedEvent": ("establishedConnection", "answeringDevice", *_PARTIES, *_END),
    "QueuedEvent": ("queuedConnection", "queue", *_PARTIES, "numberQueued", "callsInFront", *_END),
    "HeldEvent": ("heldConnection", "holdingDevice", *_END),
    "RetrievedEvent": ("retrievedConnection", "retrievingDevice", *_END),
    "DivertedEvent": ("connection", "divertingDevice", "newDestination", *_PARTIES, *_END),
    "ConferencedEvent": (
        "primaryOldCall", "secondaryOldCall", "conferencingDevice", "addedParty", "conferenceConnections", *_END),
    "TransferedEvent": (
        "primaryOldCall", "secondaryOldCall", "transferringDevice", "transferredToDevice", "transferredConnections",
        *_END),
    "FailedEvent": ("failedConnection", "failingDevice", *_PARTIES, *_END),
    "NetworkReachedEvent": ("outboundConnection", "networkInterfaceUsed", *_PARTIES, *_END),
    "ConnectionClearedEvent": ("droppedConnection", "releasingDevice", *_END),
    "CallClearedEvent": ("clearedCall", "cause"),
    "DigitsGeneratedEvent": ("connection", "digitGeneratedList"),
    "OutOfServiceEvent": ("device", "cause"),
    "BackInServiceEvent": ("device", "cause"),
    "AgentLoggedOnEvent": ("agentDevice", "agentID", "acdGroup", "cause"),
    "AgentLoggedOffEvent": ("agentDevice", "agentID", "acdGroup", "cause"),
    "AgentReadyEvent": ("agentDevice", "agentID", "acdGroup", "cause"),
    "AgentNotReadyEvent": ("agentDevice", "agentID", "acdGroup", "cause"),
    "AgentBusyEvent": ("agentDevice", "agentID", "acdGroup", "pendingAgentState", "cause"),
    "AgentWorkingAfterCallEvent": ("agentDevice", "agentID", "acdGroup", "pendingAgentState", "cause"),
}  # fmt: skip
"""Name -> elements that are written after `monitorCrossRefID`."""

FILTERS: Final[dict[str, tuple[str, str]]] = {
    "ServiceInitiatedEvent": ("callcontrol", "serviceInitiated"),
    "OriginatedEvent": ("callcontrol", "originated"),
    "DeliveredEvent": ("callcontrol", "delivered"),
    "EstablishedEvent": ("callcontrol", "established"),
    "QueuedEvent": ("callcontrol", "queued"),
    "HeldEvent": ("callcontrol", "held"),
    "RetrievedEvent": ("callcontrol", "retrieved"),
    "DivertedEvent": ("callcontrol", "diverted"),
    "ConferencedEvent": ("callcontrol", "conferenced"),
    "TransferedEvent": ("callcontrol", "transferred"),
    "FailedEvent": ("callcontrol", "failed"),
    "NetworkReachedEvent": ("callcontrol", "networkReached"),
    "ConnectionClearedEvent": ("callcontrol", "connectionCleared"),
    "CallClearedEvent": ("callcontrol", "callCleared"),
    "DigitsGeneratedEvent": ("callAssociated", "digitsGenerated"),
    "OutOfServiceEvent": ("maintenance", "outOfService"),
    "BackInServiceEvent": ("maintenance", "backInService"),
    "AgentLoggedOnEvent": ("logicalDeviceFeature", "agentLoggedOn"),
    "AgentLoggedOffEvent": ("logicalDeviceFeature", "agentLoggedOff"),
    "AgentReadyEvent": ("logicalDeviceFeature", "agentReady"),
    "AgentNotReadyEvent": ("logicalDeviceFeature", "agentNotReady"),
    "AgentBusyEvent": ("logicalDeviceFeature", "agentBusy"),
    "AgentWorkingAfterCallEvent": ("logicalDeviceFeature", "agentWorkingAfterCall"),
}
"""Event -> its group and name in a MonitorFilter; true there means that the event is not wanted (ECMA-269 15.1.2)."""

ANSWERS: Final[dict[str, tuple[str, ...]]] = {
    "StartApplicationSessionPosResponse": ("sessionID", "actualProtocolVersion", "actualSessionDuration"),
    "StartApplicationSessionNegResponse": ("errorCode",),
    "ResetApplicationSessionTimerPosResponse": ("actualSessionDuration",),
    "ResetApplicationSessionTimerNegResponse": ("errorCode",),
    "StopApplicationSessionPosResponse": (),
    "StopApplicationSessionNegResponse": ("errorCode",),
    "ApplicationSessionTerminated": ("sessionID", "sessionTermReason"),
    "SystemStatus": ("sysStatRegisterID", "systemStatus"),
    "SystemStatusResponse": (),
    "SystemRegisterResponse": ("sysStatRegisterID",),
    "SystemRegisterCancelResponse": (),
    "RequestSystemStatusResponse": ("systemStatus",),
    "MonitorStartResponse": ("monitorCrossRefID",),
    "MonitorStop": ("monitorCrossRefID",),
    "MonitorStopResponse": (),
    "SnapshotDeviceResponse": ("crossRefIDorSnapshotData",),
    "SnapshotDeviceData": ("serviceCrossRefID", "segmentID", "lastSegment", "snapshotData"),
    "SnapshotCallResponse": ("crossRefIDorSnapshotData", "callingDevice", "calledDevice"),
    "GetSwitchingFunctionDevicesResponse": ("serviceCrossRefID",),
    "SwitchingFunctionDevices": ("serviceCrossRefID", "segmentID", "lastSegment", "deviceList"),
    "GetCSTAFeaturesResponse": ("supportedServices", "supportedEvents"),
    "MakeCallResponse": ("callingDevice",),
    "AnswerCallResponse": (),
    "ClearConnectionResponse": (),
    "ClearCallResponse": (),
    "HoldCallResponse": (),
    "RetrieveCallResponse": (),
    "ConsultationCallResponse": ("initiatedCall",),
    "ReconnectCallResponse": (),
    "TransferCallResponse": ("transferredCall",),
    "SingleStepTransferCallResponse": ("transferredCall",),
    "ConferenceCallResponse": ("conferenceCall",),
    "DeflectCallResponse": (),
    "GetAgentStateResponse": ("agentStateList",),
    "SetAgentStateResponse": ("pendingAgentState",),
    "RouteRegisterResponse": ("routeRegisterReqID",),
    "RouteRegisterCancelResponse": (),
    "RouteRequest": (
        "crossRefIdentifier", "routeRegisterReqID", "currentRoute", "callingDevice", "routeingDevice", "routedCall",
        "routeSelAlgorithm"),
    "RouteUsed": ("crossRefIdentifier", "routeRegisterReqID", "routeUsed", "callingDevice"),
    "RouteEnd": ("crossRefIdentifier", "routeRegisterReqID", "errorValue"),
}  # fmt: skip
"""What is sent besides events -> its elements."""

CAUSES: Final = (
    "busy", "callCancelled", "callForwardNoAnswer", "callNotAnswered", "conference", "destNotObtainable",
    "destOutOfOrder", "distributed", "enteringDistribution", "makeCall", "networkCongestion", "networkOutOfOrder",
    "newCall", "noAvailableAgents", "normal", "normalClearing", "numberChanged", "numberUnallocated",
    "overflow", "redirected", "singleStepTransfer", "transfer", "trunksBusy",
)  # fmt: skip
"""EventCause (ECMA-269 12.2.15): those that are told here, all of them since the third edition."""

CLEARING_CAUSES: Final[dict[int, str]] = {
    1: "numberUnallocated", 2: "destNotObtainable", 3: "destNotObtainable", 16: "normalClearing", 17: "busy",
    18: "callNotAnswered", 19: "callNotAnswered", 21: "callCancelled", 22: "numberChanged", 27: "destOutOfOrder",
    28: "numberUnallocated", 31: "normal", 34: "trunksBusy", 38: "networkOutOfOrder", 41: "networkCongestion",
    42: "networkCongestion", 44: "trunksBusy",
}  # fmt: skip
"""Cause of Q.850 -> EventCause; others are `normal`."""
FAILING: Final = (1, 2, 3, 17, 22, 27, 28, 34, 38, 41, 42, 44)
"""Causes of Q.850 with which a connection that was never answered has failed."""

ERRORS: Final[dict[str, tuple[str, ...]]] = {
    "operation": (
        "generic", "agentStateNotSupported", "invalidCallID", "invalidCallingDeviceID",
        "invalidConnectionID", "invalidDestination", "invalidDeviceID", "invalidMonitorCrossRefID",
        "invalidMonitorObject", "invalidParameterValue", "invalidRouteRegistrationCrossRefID",
        "invalidRouteingCrossRefID", "requestIncompatibleWithConnection",
        "routeingTimerExpired", "securityViolation", "serviceNotSupported", "sysStatRegIDNotSupported"),
    "stateIncompatibility": (
        "invalidConnectionState", "invalidObjectState", "noActiveCall",
        "noCallToAnswer", "noHeldCall"),
    "systemResourceAvailibility": (
        "networkBusy", "overallMonitorLimitExceeded", "registrationLimitExceeded", "resourceBusy",
        "resourceLimitExceeded", "resourceOutOfService"),
    "performanceManagement": ("performanceLimitExceeded",),
}  # fmt: skip
"""Category -> values of CSTAErrorCode that are told here."""

SESSION_ERRORS: Final = (
    "invalidApplicationInfo", "requestedProtocolVersionNotSupported", "invalidSessionID",
)  # fmt: skip
"""definedError of ECMA-354."""

AGENT_STATES: Final[dict[str, str]] = {
    "agentNull": "AgentLoggedOffEvent",
    "agentNotReady": "AgentNotReadyEvent",
    "agentReady": "AgentReadyEvent",
    "agentBusy": "AgentBusyEvent",
    "agentWorkingAfterCall": "AgentWorkingAfterCallEvent",
}
"""AgentState -> the event that tells it."""
REQUESTED_AGENT_STATES: Final = ("loggedOn", "loggedOff", "notReady", "ready", "workingAfterCall")

SERVICES: Final[dict[str, tuple[str, ...]]] = {
    "capExchangeServList": ("getCSTAFeatures", "getSwitchingFunctionDevices", "switchingFunctionDevices"),
    "systemStatServList": ("systemRegister", "systemStatusRegisterCancel", "requestSystemStatus", "systemStatus"),
    "monitoringServList": ("monitorStart", "monitorStop"),
    "snapshotServList": ("snapshotCall", "snapshotDevice", "snapshotDeviceData"),
    "callControlServList": (
        "answerCall", "clearCall", "clearConnection", "conferenceCall", "consultationCall", "deflectCall", "holdCall",
        "makeCall", "reconnectCall", "retrieveCall", "singleStepTransfer", "transferCall"),
    "routeingServList": (
        "routeRegister", "routeRegisterCancel", "routeEnd", "routeRequest", "routeSelect", "routeUsed"),
    "logicalServList": ("getAgentState", "setAgentState"),
}  # fmt: skip
"""supportedServices of GetCSTAFeaturesResponse."""

EVENT_LISTS: Final[dict[str, str]] = {
    "callcontrol": "callControlEvtsList",
    "callAssociated": "callAssociatedEvtsList",
    "logicalDeviceFeature": "logicalEvtsList",
    "maintenance": "deviceMaintEvtsList",
}
"""Group of a filter -> its list in supportedEvents, in the order of the schema."""
EVENT_LIST_NAMES: Final[dict[str, str]] = {"networkReached": "netwReached"}
"""Names that differ there."""

RESPONSES: Final = ("SystemStatusResponse", "MonitorStopResponse", "CSTAErrorCode")
"""What an application answers to requests of the switch."""


def edition(namespace: str) -> str:
    """The namespace of an edition which a protocol version or a namespace names, without what follows it; else ``."""
    rest = namespace.removeprefix(CSTA_NAMESPACE)
    return CSTA_NAMESPACE + rest[:3] if rest != namespace and rest[:3] in EDITIONS else ""
