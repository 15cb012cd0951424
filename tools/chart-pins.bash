#!/usr/bin/env bash
# Fetch Zero-to-JupyterHub's chart, and print the settings that pin it and its images, for inventories/classroom/group_vars.
# usage: tools/chart-pins.bash [FOLDER=.]        needs helm and skopeo
set -euo pipefail
for program in helm skopeo; do
  command -v "$program" >/dev/null || { echo "chart-pins.bash: needs $program; install it and run this again" >&2 && exit 1; }
done
cd "${1:-.}"
version=4.4.0
file=$PWD/jupyterhub-$version.tgz

helm pull jupyterhub --repo https://hub.jupyter.org/helm-chart/ --version "$version"
rendered=$(helm template classroom "$file")
# pin SETTING NAME: the image that the chart starts, by its digest.
pin() {
  local image
  image=$(grep -om1 "[a-z0-9./-]*/$2:[a-zA-Z0-9._-]*" <<<"$rendered") ||
    { echo "chart-pins.bash: the chart $version starts no image $2; this checkout does not know it" >&2 && exit 1; }
  echo "$1: $(skopeo inspect --format '{{.Name}}@{{.Digest}}' "docker://$image")"
}
echo "hub_kubernetes_chart: $file"
echo "hub_kubernetes_chart_sha256: $(sha256sum "$file" | cut --delimiter=' ' --fields=1)"
pin hub_kubernetes_hub_image k8s-hub
pin hub_kubernetes_proxy_image configurable-http-proxy
