"""JupyterHub's side of the door: the form, the cookie, and the page by which the organiser frees a seat."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Template
from jupyterhub.auth import Authenticator
from jupyterhub.utils import get_browser_protocol
from tornado import web
from traitlets import Instance, Integer, Unicode, default

from organiser.hub import peers, seatsapi, speakerdoor
from organiser.hub.accounts import handlers, make_accounts
from organiser.hub.door import COOKIE, Admitted, Door
from organiser.hub.limits import address_from
from organiser.hub.seats import account
from organiser.hub.speaker import Speaker

FORM = Path(__file__).with_name("form.html")
ACCOUNT = Path(__file__).with_name("account.html")
COOKIE_DAYS = 30


class SeatAuthenticator(Authenticator):  # type: ignore[misc]
    """Lets in anyone who has the code of a seat, and keeps the seat for their browser."""

    private = Unicode(config=True, help="Folder with the key and the seats, which root writes.")
    state = Unicode(config=True, help="Folder of the hub's own, for who sits where.")
    proxies = Integer(
        1, config=True, help="Proxies between people and hub, each of which appends to X-Forwarded-For."
    )
    speaker_code = Unicode(
        config=True,
        help="File for the hash of the speaker's code, where the hub itself makes codes: on a cluster.",
    )
    speaker_port = Integer(
        config=True, help="The speaker's view has this port to itself; 0: there is no view."
    )
    speaker_address = Unicode("127.0.0.1", config=True, help="Where the speaker's view listens.")
    speaker_certificate = Unicode(config=True, help="Its certificate in PEM; empty: without TLS.")
    speaker_certificate_key = Unicode(config=True, help="The key of that certificate in PEM.")
    institution = Unicode(
        config=True, help="An authenticator of JupyterHub for accounts, next to cards; empty: cards alone."
    )
    door = Instance(Door)

    @default("door")
    def _make_door(self) -> Door:
        private = Path(self.private)
        key = bytes.fromhex((private / "key").read_text(encoding="ascii").strip())
        return Door(key, private / "seats.json", Path(self.state) / "bindings.json")

    speaker = Instance(Speaker)

    @default("speaker")
    def _make_speaker(self) -> Speaker:
        code = Path(self.speaker_code or Path(self.private) / "speaker")
        return Speaker(self.door.key, code, Path(self.state) / "message.json")

    accounts = Instance(Authenticator, allow_none=True)

    @default("accounts")
    def _make_accounts(self) -> Authenticator | None:
        settings = Path(self.private) / "authenticator.json"
        return make_accounts(self.institution, settings, self.door, self) if self.institution else None

    @default("allow_all")
    def _allow_all(self) -> bool:
        # Anyone who has a seat's code is allowed; nobody else gets that far.
        return True

    def get_custom_html(self, base_url: str) -> str:
        """Return the form that asks for seat and code, with the way to the institution's own."""
        form = FORM.read_text(encoding="utf-8")
        if self.accounts is None:
            return form
        words = {
            "url": self.accounts.login_url(base_url),
            "service": self.accounts.login_service or "your institution",
        }
        way: str = Template(ACCOUNT.read_text(encoding="utf-8")).render(words)
        return form + way

    async def authenticate(self, handler: Any, data: dict[str, str]) -> str:
        """Return the seat's user.

        Each page of the hub's that takes a code asks here. Raises HTTPError 403, whose words the form shows,
        for everybody else, and for a connection that is not the proxy's, such as one of a seat's kernel: its
        X-Forwarded-For would be made up.
        """
        if not peers.is_proxy(peers.account_of(handler.request)):
            raise web.HTTPError(403, "come in by the classroom's address, which is on your card")
        header = handler.request.headers.get("X-Forwarded-For", "")
        address = address_from(header, handler.request.remote_ip, self.proxies)
        answer = self.door.admit(
            data.get("username", ""),
            data.get("password", ""),
            lambda name: handler.get_cookie(name),
            address,
            handler.get_cookie("_xsrf") or "",
        )
        if not isinstance(answer, Admitted):
            raise web.HTTPError(403, answer.why)
        if answer.newly:
            seatsapi.end_sessions(handler, account(answer.seat))
        handler.set_cookie(
            COOKIE + answer.seat,
            answer.cookie,
            path=handler.hub.base_url,
            expires_days=COOKIE_DAYS,
            httponly=True,
            secure=get_browser_protocol(handler.request) == "https",
            samesite="Lax",
        )
        return account(answer.seat)

    def get_handlers(self, app: Any) -> list[tuple[str, type]]:
        """Add the pages of the seats to the hub's API, and open the speaker's own door beside the hub's."""
        if self.speaker_port:
            speakerdoor.open_door(
                app,
                self.speaker_address,
                self.speaker_port,
                self.speaker_certificate,
                self.speaker_certificate_key,
            )
        return [
            *super().get_handlers(app),
            *seatsapi.handlers(),
            *(handlers(self.accounts, app) if self.accounts else []),
        ]
