"""What the tests of the Jupyter server's additions share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .serving import Jupyter, jupyter


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    """A Jupyter server with the workshop's settings, started once."""
    folder = tmp_path_factory.mktemp("jupyter")
    (folder / "notebooks").mkdir()
    with jupyter(folder / "own", folder / "notebooks") as running:
        yield running


@pytest.fixture
def kernel(server: Jupyter) -> Iterator[str]:
    """The identity of a kernel of this test's own."""
    identity = server.start()
    yield identity
    with server.page(identity) as page:  # Jupyter cannot end a kernel that is starting anew
        page.run("1")
    server.ask("DELETE", f"kernels/{identity}")
