#!/usr/bin/env bash
# Fetch Zero-to-JupyterHub's chart, build its hub's image with our packages, push it, and print the settings that pin
# chart and images, for inventories/classroom/group_vars.
# usage: tools/chart-pins.bash IMAGE [FOLDER=.]        needs helm, skopeo, podman and uv
# IMAGE is where the hub's image goes, such as registry.example.org/workshop-hub; log in there first (podman login).
set -euo pipefail
for program in helm skopeo podman uv; do
  command -v "$program" >/dev/null || { echo "chart-pins.bash: needs $program; install it and run this again" >&2 && exit 1; }
done
checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
ours=${1:?usage: tools/chart-pins.bash IMAGE [FOLDER]}
cd "${2:-.}"
version=4.4.0
file=$PWD/jupyterhub-$version.tgz
wheels=$(mktemp -d)
trap 'rm -rf "$wheels"' EXIT

helm pull jupyterhub --repo https://hub.jupyter.org/helm-chart/ --version "$version"
rendered=$(helm template classroom "$file")
# by_digest IMAGE: its name with its digest.
by_digest() { skopeo inspect --format '{{.Name}}@{{.Digest}}' "docker://$1"; }
# started NAME: the image of this name that the chart starts, by its digest.
started() {
  local image
  image=$(grep -om1 "[a-z0-9./-]*/$1:[a-zA-Z0-9._-]*" <<<"$rendered") ||
    { echo "chart-pins.bash: the chart $version starts no image $1; this checkout does not know it" >&2 && exit 1; }
  by_digest "$image"
}
hub=$(started k8s-hub)
proxy=$(started configurable-http-proxy)

for package in workshop organiser; do
  uv build --quiet --wheel --require-hashes --build-constraints "$checkout/locks/build.txt" --out-dir "$wheels" \
    "$checkout/packages/$package"
done
podman build --quiet --build-arg "CHART_HUB=$hub" --tag "$ours:$version" \
  --file "$checkout/packages/organiser/src/organiser/hub/cluster/Containerfile" "$wheels" >&2
podman push --quiet "$ours:$version" >&2

echo "hub_kubernetes_chart: $file"
echo "hub_kubernetes_chart_sha256: $(sha256sum "$file" | cut --delimiter=' ' --fields=1)"
echo "hub_kubernetes_hub_image: $(by_digest "$ours:$version")"
echo "hub_kubernetes_proxy_image: $proxy"
