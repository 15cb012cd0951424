"""``tools/chart-pins.bash`` with programs in the place of helm, skopeo, podman and uv."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = {
    "helm": """
case $1 in
  pull) printf chart >jupyterhub-4.4.0.tgz ;;
  template)
    printf '  image: "quay.io/jupyterhub/k8s-hub:4.4.0"\\n'
    printf '  image: quay.io/jupyterhub/configurable-http-proxy:5.1\\n'
    ;;
esac
""",
    "skopeo": """
for address; do :; done
name=${address#docker://}
echo "${name%:*}@sha256:of-${name##*:}"
""",
    "uv": """
for project; do :; done
while [ "$1" != --out-dir ]; do shift; done
touch "$2/${project##*/}-1-py3-none-any.whl"
""",
    "podman": """
for last; do :; done
echo "$1 $last" >>"$LOG"
[ "$1" != build ] || { ls "$last"; printf '%s\\n' "$@"; } >>"$LOG"
""",
}


def test_it_builds_the_hub_s_image_and_prints_the_four_settings_that_pin_chart_and_images(
    tmp_path: Path,
) -> None:
    for name, text in PROGRAMS.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}")
        (tmp_path / name).chmod(0o755)
    words = [ROOT / "tools/chart-pins.bash", "registry.example.org/hub", tmp_path]
    log = tmp_path / "log"
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "LOG": str(log)}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    assert yaml.safe_load(done.stdout) == {
        "hub_kubernetes_chart": str(tmp_path / "jupyterhub-4.4.0.tgz"),
        "hub_kubernetes_chart_sha256": hashlib.sha256(b"chart").hexdigest(),
        "hub_kubernetes_hub_image": "registry.example.org/hub@sha256:of-4.4.0",
        "hub_kubernetes_proxy_image": "quay.io/jupyterhub/configurable-http-proxy@sha256:of-5.1",
    }
    said = log.read_text().splitlines()
    assert {"workshop-1-py3-none-any.whl", "organiser-1-py3-none-any.whl"} <= set(said)
    assert "CHART_HUB=quay.io/jupyterhub/k8s-hub@sha256:of-4.4.0" in said
    assert said[-1] == "push registry.example.org/hub:4.4.0"
