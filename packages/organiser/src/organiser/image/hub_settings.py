"""What a seat's server is told in the image, as the classroom's is by the role hub-service."""

from pathlib import Path

from jupyter_core.paths import jupyter_data_dir

c = get_config()  # type: ignore[name-defined]  # noqa: F821

# Nothing goes online: no search for updates, no catalogue of extensions.
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.news_url = None
c.LabApp.extension_manager = "readonly"
# A page that is open in a browser stays logged in when the server is started anew.
COOKIE_SECRET = Path(jupyter_data_dir()) / "cookie-secret"
COOKIE_SECRET.parent.mkdir(parents=True, exist_ok=True)
c.ServerApp.cookie_secret_file = str(COOKIE_SECRET)
# A page that opens a notebook while another one saves it gets it whole.
c.ServerApp.contents_manager_class = "workshop.jupyter.contents.WholeFiles"
# Kernels talk over sockets in the seat's own folder.
c.MultiKernelManager.kernel_manager_class = "workshop.jupyter.serverkernel.OwnServerKernel"
c.KernelProvisionerFactory.default_provisioner_name = "workshop-provisioner"
c.ServerApp.kernel_websocket_connection_class = "workshop.jupyter.channels.TellingChannels"
