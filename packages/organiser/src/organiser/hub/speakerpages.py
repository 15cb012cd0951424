"""The hub's own addresses about the speaker's view: a new code on a cluster, and what seats tell.

The view itself is at another port (:mod:`organiser.hub.speakerdoor`).
"""

from __future__ import annotations

import json
import os

from jupyterhub.apihandlers.base import APIHandler
from jupyterhub.scopes import needs_scope
from tornado.web import HTTPError

from organiser.hub.codes import printed
from organiser.hub.seats import account, numbered
from organiser.hub.speaker import Speaker, new_speaker_code


class SpeakerCode(APIHandler):  # type: ignore[misc]
    """``/hub/api/speaker/code``: a new code, for the organiser's command; on a cluster alone."""

    @needs_scope("admin:users")  # type: ignore[untyped-decorator]
    def post(self) -> None:
        """Answer with the code, which nothing else holds."""
        if not self.authenticator.speaker_code:
            raise HTTPError(404, "'workshop hub speaker' makes the code on this server")
        speaker: Speaker = self.authenticator.speaker
        code = new_speaker_code(speaker.key, speaker.code_file, os.getegid())
        self.finish({"code": printed(code)})


class SeatReport(APIHandler):  # type: ignore[misc]
    """``/hub/api/seats/N/report``: a seat's own server tells how far it is, and hears the message to all."""

    def post(self, number: str) -> None:
        """Take the report of the seat whose token it is."""
        seat = numbered(int(number))
        user = self.get_current_user_token()
        if user is None or user.name != account(seat):
            raise HTTPError(403)
        speaker: Speaker = self.authenticator.speaker
        try:
            speaker.hear(seat, json.loads(self.request.body))
        except ValueError as error:
            raise HTTPError(400) from error
        self.finish({"message": speaker.message()})


def handlers() -> list[tuple[str, type]]:
    """Return the addresses, below the hub's."""
    return [
        (r"/api/speaker/code", SpeakerCode),
        (r"/api/seats/(\d{1,4})/report", SeatReport),
    ]
