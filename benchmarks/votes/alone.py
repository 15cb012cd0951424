"""The page for phones without a deck, its one question open; usage: ``alone FILE PORT``. Ends when killed."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from benchmarks.votes.bench import HOST, NAME, QUESTION
from workshop.ports import bind
from workshop.settings import find_checkout
from workshop.site.votes.ballots import Ballots
from workshop.site.votes.room import Page, Room


def main(file: Path, port: int) -> None:
    """Listen until the process is killed."""
    page = Page(find_checkout("presentation/slides/vote.html").joinpath("presentation", "slides"))
    questions = {NAME: QUESTION}
    sockets = bind(HOST, port)
    ballots = Ballots(file, questions, per_address=250)
    ballots.show(NAME)
    Room(ballots, questions, page, HOST, sockets, 250).start()
    threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
