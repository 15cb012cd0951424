"""``tools/chart-pins.bash`` with programs in the place of helm and skopeo."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
HELM = """#!/bin/sh
case $1 in
  pull) printf chart >jupyterhub-4.4.0.tgz ;;
  template)
    printf '  image: "quay.io/jupyterhub/k8s-hub:4.4.0"\\n'
    printf '  image: quay.io/jupyterhub/configurable-http-proxy:5.1\\n'
    ;;
esac
"""
SKOPEO = """#!/bin/sh
for address; do :; done
name=${address#docker://}
echo "${name%:*}@sha256:of-${name##*:}"
"""


def test_it_prints_the_four_settings_that_pin_the_chart_and_its_images(tmp_path: Path) -> None:
    for name, text in (("helm", HELM), ("skopeo", SKOPEO)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    words = [ROOT / "tools/chart-pins.bash", tmp_path]
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    assert yaml.safe_load(done.stdout) == {
        "hub_kubernetes_chart": str(tmp_path / "jupyterhub-4.4.0.tgz"),
        "hub_kubernetes_chart_sha256": hashlib.sha256(b"chart").hexdigest(),
        "hub_kubernetes_hub_image": "quay.io/jupyterhub/k8s-hub@sha256:of-4.4.0",
        "hub_kubernetes_proxy_image": "quay.io/jupyterhub/configurable-http-proxy@sha256:of-5.1",
    }
