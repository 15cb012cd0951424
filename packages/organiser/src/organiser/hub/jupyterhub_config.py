"""JupyterHub's configuration: what set-up decided is in hub.toml, everything else is here."""

from pathlib import Path
from typing import Any

from organiser.hub.limits import limit_bodies
from organiser.hub.settings import load_hub_settings

c: Any = get_config()  # type: ignore[name-defined]  # noqa: F821
hub = load_hub_settings()
scheme = "https" if hub.certificate else "http"

limit_bodies()

# The proxy is a unit of its own, and seats outlive the hub: a hub that dies takes nobody down.
c.JupyterHub.bind_url = f"{scheme}://{hub.bind_address}:{hub.port}"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{hub.hub_port}"
c.ConfigurableHTTPProxy.should_start = False
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{hub.api_port}"
c.ConfigurableHTTPProxy.auth_token = hub.secret("proxy-token")
# A proxy that starts anew knows no seat. The hub gives it its routes again when it asks how active they are,
# by default every five minutes: for so long a page that is open would find neither its files nor its kernels.
c.JupyterHub.last_activity_interval = 4
c.JupyterHub.cleanup_proxy = False
c.JupyterHub.cleanup_servers = False
# A hub that starts anew asks the seats before it answers anybody, by default for ten seconds; a seat that was
# just starting does not answer before the hub does, and asks it more rarely each time.
c.JupyterHub.init_spawners_timeout = 1

c.JupyterHub.template_paths = [str(Path(__file__).with_name("templates"))]
c.JupyterHub.db_url = f"sqlite:///{hub.state / 'hub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(hub.state / "cookie-secret")
c.JupyterHub.tornado_settings = {
    "cookie_options": {"samesite": "Lax", "secure": scheme == "https"},
    # Whoever frees or restarts a seat goes on when its server has ended; systemd kills one after ten seconds.
    "slow_stop_timeout": 60,
}

if hub.subdomains:
    # Each seat is an origin of its own: a script of one can neither ask nor read another one's server. The
    # prefix __Host- keeps it from planting cookies for others.
    c.JupyterHub.subdomain_host = hub.address
    c.JupyterHub.cookie_host_prefix_enabled = scheme == "https"

c.JupyterHub.authenticator_class = "organiser.hub.authenticator.SeatAuthenticator"
c.SeatAuthenticator.private = str(hub.private)
c.SeatAuthenticator.state = str(hub.state)
c.SeatAuthenticator.institution = hub.authenticator
c.SeatAuthenticator.speaker_port = hub.speaker_port
c.SeatAuthenticator.speaker_address = hub.bind_address
if hub.certificate and hub.certificate_key:
    c.SeatAuthenticator.speaker_certificate = str(hub.certificate)
    c.SeatAuthenticator.speaker_certificate_key = str(hub.certificate_key)

c.JupyterHub.spawner_class = "organiser.hub.spawner.SeatSpawner"
# People come to the start page, from which JupyterLab is one click away.
c.Spawner.default_url = "/workshop/"
c.Spawner.start_timeout = 300
c.Spawner.http_timeout = 120
c.Spawner.poll_interval = 10
# The spawner makes seats wait for each other; the hub itself would turn people away with an error 429.
c.JupyterHub.concurrent_spawn_limit = 0
c.JupyterHub.active_server_limit = 0

# `workshop classroom warm`, `free` and `doctor`.
c.JupyterHub.services = [{"name": "workshop", "api_token": hub.secret("cli-token")}]
c.JupyterHub.load_roles = [
    {
        "name": "workshop",
        "scopes": ["admin:users", "admin:servers", "list:users"],
        "services": ["workshop"],
    }
]
