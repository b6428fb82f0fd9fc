"""Both styles of a session: StartApplicationSession (ECMA-354), and SystemStatus first, then SystemRegister."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from switchsim.callcentre.csta.state import (
    BEAT_CYCLES,
    BEATS_LOST,
    HELLO_CYCLES,
    LOGIN_CYCLES,
    LONGEST_SESSION,
    SESSION_SECONDS,
    SHORTEST_SESSION,
    Client,
    Login,
    Pending,
)
from switchsim.callcentre.tampering import HEARTBEAT
from switchsim.model.outside import PLAIN, Verify, pack_verify
from switchsim.model.platform_events import ApplicationChanged, RequestTaken
from switchsim.proto.csta import Content, write
from switchsim.proto.csta.requests import (
    ResetApplicationSessionTimer,
    StartApplicationSession,
    StopApplicationSession,
    SystemRegister,
    SystemRegisterCancel,
)
from switchsim.proto.csta.vocabulary import CSTA_NAMESPACE, SESSION_ERRORS, SESSION_NAMESPACE, edition
from switchsim.units import seconds

if TYPE_CHECKING:
    from switchsim.callcentre.csta.server import Csta

DEFAULT_VERSION: Final = f"{CSTA_NAMESPACE}ed3"


class Sessions:
    """Who is let in, for how long, and how it is told that the switch lives."""

    def __init__(self, csta: Csta) -> None:
        self.csta = csta

    def attached(self, client: Client) -> None:
        """A client of the first style speaks at once; who waits is of the second one."""
        client.namespace = DEFAULT_VERSION
        client.allowed = not self.csta.config.auth
        self.csta.start_timer(f"csta/hello/{client.number}", HELLO_CYCLES)
        if self.csta.config.auth:
            self.csta.start_timer(f"csta/login/{client.number}", LOGIN_CYCLES)

    def hello(self, client: Client) -> None:
        if not client.heard:
            self.tell_status(client)

    def tell_status(self, client: Client) -> None:
        """SystemStatus, as a request of the switch."""
        register = (("sysStatRegisterID", client.register),) if client.register else ()
        content: Content = (*register, ("systemStatus", self.csta.system_status()))
        self.csta.send_request(client.number, write("SystemStatus", client.namespace, content), HEARTBEAT)

    def beat(self, client: Client) -> None:
        """The heartbeat of a registered client."""
        if client.unanswered >= BEATS_LOST:
            self.csta.cut_off(client, "no answer to SystemStatus")
            return
        client.unanswered += 1
        self.tell_status(client)
        self.csta.start_timer(f"csta/beat/{client.number}", BEAT_CYCLES)

    def login_late(self, client: Client) -> None:
        if not (client.session or client.register):
            self.csta.cut_off(client, "no session in time")

    # -- the first style -----------------------------------------------------------------------------------------

    def begin(self, client: Client, asked: Pending, body: StartApplicationSession) -> None:
        version = next((said for said in body.versions if edition(said)), "" if body.versions else DEFAULT_VERSION)
        if not version or client.session:
            wrong = "invalidApplicationInfo" if version else "requestedProtocolVersionNotSupported"
            self._refuse(asked, "StartApplicationSessionNegResponse", wrong, body.user)
            return
        wanted = body.duration if body.duration >= 0 else SESSION_SECONDS
        login = Login(client.number, asked.invoke, asked.name, asked.namespace, body.user, version)
        login.seconds = min(max(wanted, SHORTEST_SESSION), LONGEST_SESSION)
        self._judge(client, login, body.secret)

    def reset(self, client: Client, asked: Pending, body: ResetApplicationSessionTimer) -> None:
        if not client.session or body.session != client.session:
            self._refuse(asked, "ResetApplicationSessionTimerNegResponse", "invalidSessionID", body.session)
            return
        if body.duration >= 0:
            client.session_cycles = seconds(min(max(body.duration, SHORTEST_SESSION), LONGEST_SESSION))
        self.csta.start_timer(f"csta/session/{client.number}", client.session_cycles)
        granted: Content = (("actualSessionDuration", str(client.session_cycles // seconds(1))),)
        self._answer(asked, "ResetApplicationSessionTimerPosResponse", granted, client.session)

    def end(self, client: Client, asked: Pending, body: StopApplicationSession) -> None:
        if not client.session or body.session != client.session:
            self._refuse(asked, "StopApplicationSessionNegResponse", "invalidSessionID", body.session)
            return
        self._answer(asked, "StopApplicationSessionPosResponse", (), client.session)
        self.csta.cut_off(client, "the application ended its session")

    def expired(self, client: Client) -> None:
        content: Content = (
            ("sessionID", client.session),
            ("sessionTermReason", (("definedTermReason", "sessionTimerExpired"),)),
        )
        self.csta.send_request(client.number, write("ApplicationSessionTerminated", SESSION_NAMESPACE, content))
        self.csta.cut_off(client, "session timer expired")

    # -- the second style ----------------------------------------------------------------------------------------

    def register(self, client: Client, asked: Pending, body: SystemRegister) -> None:
        login = Login(client.number, asked.invoke, asked.name, asked.namespace, body.user)
        if client.session or not self.csta.config.auth:
            self.let_in(client, login)
        else:
            self._judge(client, login, body.secret)

    def cancel(self, client: Client, asked: Pending, body: SystemRegisterCancel) -> None:
        if not client.register or body.register != client.register:
            self.csta.refuse(asked, "operation", "sysStatRegIDNotSupported")
            return
        client.register = ""
        self.csta.stop_timer(f"csta/beat/{client.number}")
        self.csta.answer(asked, {})

    # -- log-in --------------------------------------------------------------------------------------------------

    def _judge(self, client: Client, login: Login, secret: int) -> None:
        """The adaptor knows the secrets; which one was sent is all that is known here."""
        if not self.csta.config.auth:
            self.let_in(client, login)
        elif not login.user or not secret or self._is_judged(client):
            self.turn_away(client, login)
        else:
            state = self.csta.state
            state.last_login += 1
            state.logins[state.last_login] = login
            which = str(client.secrets + secret)
            asked = Verify(request=state.last_login, user=login.user, kind=PLAIN, key=which)
            state.outbox.append(pack_verify(client.number, asked))

    def _is_judged(self, client: Client) -> bool:
        """One log-in at a time."""
        return any(login.client == client.number for login in self.csta.state.logins.values())

    def verified(self, request: int, good: bool) -> None:
        login = self.csta.state.logins.pop(request, None)
        client = self.csta.state.clients.get(login.client) if login is not None else None
        if login is None or client is None:
            return
        if good and not (login.version and client.session):
            self.let_in(client, login)
        else:
            self.turn_away(client, login)

    def let_in(self, client: Client, login: Login) -> None:
        if not (client.session or client.register):
            self.csta.emit(ApplicationChanged(client.number, "logged_in", login.user))
        client.allowed, client.user = True, client.user or login.user
        self.csta.stop_timer(f"csta/login/{client.number}")
        asked = Pending(client.number, login.invoke, login.name, login.namespace)
        if login.name == "SystemRegister":
            client.register = client.register or f"R{client.number}"
            client.namespace = edition(login.namespace) or ("" if not login.namespace else client.namespace)
            self.csta.answer(asked, {"sysStatRegisterID": client.register})
            self.csta.start_timer(f"csta/beat/{client.number}", BEAT_CYCLES)
            return
        client.session, client.session_cycles = f"S{client.number}", seconds(login.seconds)
        client.namespace = edition(login.version)
        self.csta.start_timer(f"csta/session/{client.number}", client.session_cycles)
        content: Content = (
            ("sessionID", client.session),
            ("actualProtocolVersion", login.version),
            ("actualSessionDuration", str(login.seconds)),
        )
        self._answer(asked, "StartApplicationSessionPosResponse", content, login.user)

    def turn_away(self, client: Client, login: Login) -> None:
        """A wrong password, or none: told, counted, closed."""
        self.csta.emit(ApplicationChanged(client.number, "refused", login.user))
        asked = Pending(client.number, login.invoke, login.name, login.namespace)
        if login.name == "SystemRegister":
            self.csta.refuse(asked, "operation", "securityViolation")
        else:
            self._refuse(asked, "StartApplicationSessionNegResponse", "invalidApplicationInfo", login.user)
        self.csta.cut_off(client, "log-in refused")

    def _answer(self, asked: Pending, name: str, content: Content, about: str) -> None:
        """Sessions have a namespace of their own."""
        self.csta.send_document(asked.client, asked.invoke, write(name, asked.namespace or SESSION_NAMESPACE, content))
        self.csta.emit(RequestTaken(asked.client, asked.name, about, "ok", 0))

    def _refuse(self, asked: Pending, name: str, value: str, about: str) -> None:
        assert value in SESSION_ERRORS, f"ECMA-354 has no {value}"
        error: Content = (("errorCode", (("definedError", value),)),)
        self.csta.send_document(asked.client, asked.invoke, write(name, asked.namespace or SESSION_NAMESPACE, error))
        self.csta.emit(RequestTaken(asked.client, asked.name, about, value, 0))
