#!/usr/bin/env bash
# What Zero-to-JupyterHub's chart starts as a seat where nobody names an image, made here, for no registry of images can be
# reached: sample-image.bash FOLDER. Puts the root of it into FOLDER/sample.tar, once: a small Debian with Python, and what
# the chart's own recipe installs (JupyterHub, JupyterLab, Notebook's classic page, nbgitpuller). The chart's has Debian's
# base, too, but Python from source.
set -euo pipefail
# shellcheck source=tools/testbed/lib.bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.bash"

folder=${1:?usage: sample-image.bash FOLDER}
wanted=(jupyterhub==6.1.1 jupyterlab==4.6.6 nbclassic nbgitpuller==1.3.0)
mkdir -p "$folder"
if [ -f "$folder/sample.tar" ]; then exit 0; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
options=()
while read -r line; do options+=(--aptopt="$line"); done < <(host_apt_options)
sources=$(host_sources trixie)
mmdebstrap --quiet --mode=root --variant=minbase --format=directory --include=python3 \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
  --aptopt='Acquire::Languages "none"' "${options[@]}" trixie "$work/root" ${sources:+"$sources"}
site=$(find "$work/root/usr/lib" -maxdepth 1 -name 'python3.*' -printf '%f\n' | sort -V | tail -n 1)
"${UV:-uv}" pip install --quiet --python-version "${site#python}" --python-platform linux --only-binary :all: \
  --target "$work/root/usr/local/lib/$site/dist-packages" "${wanted[@]}"
chroot "$work/root" python3 -P -m compileall -q "/usr/local/lib/$site/dist-packages" || true
mkdir -p "$work/root/home/jovyan"
chown 1000:100 "$work/root/home/jovyan"
tar -C "$work/root" -cf "$folder/sample.tar.new" .
mv "$folder/sample.tar.new" "$folder/sample.tar"
