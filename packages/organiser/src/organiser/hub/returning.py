"""A seat whose server is started anew under a page that is open in a browser.

JupyterHub forgets, with each server that ends, that browsers had logged in to it: an open JupyterLab is
answered 403 until somebody loads the page again. The speaker restarts a seat for people who cannot know that.
"""

from __future__ import annotations

from typing import Any

from jupyterhub import orm
from traitlets import Bool, HasTraits


class Returning(HasTraits):
    """For a spawner: keep the browsers' log-ins from one server of a seat to the next.

    Freeing the seat ends them (``end_sessions``).
    """

    will_resume = Bool(True)
    api_token: str
    db: Any

    def clear_state(self) -> None:
        """Forget the server that ended, and let its own key to the hub open nothing any more."""
        token = orm.APIToken.find(self.db, self.api_token) if self.api_token else None
        if token is not None:
            self.db.delete(token)
            self.db.commit()
        super().clear_state()  # type: ignore[misc]
