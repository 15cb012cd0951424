"""Widgets that leave something behind where there is no browser."""

from __future__ import annotations

from typing import Any

import anywidget


class StillWidget(anywidget.AnyWidget):
    """A widget that also offers something to whatever cannot show it."""

    def still(self) -> dict[str, str]:
        """Return what stands for the widget, by its MIME type."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Offer the live widget, and what stands for it."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        return {**data, **self.still()}, metadata
