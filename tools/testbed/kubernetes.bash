#!/usr/bin/env bash
# A real Kubernetes for tests, from Debian's packages alone: kubernetes.bash FOLDER
# Puts programs into FOLDER/bin and FOLDER/cni, once, FOLDER/bin/pause among them, which holds a pod's network: Kubernetes 1.20 (the last whose sources Debian has whole), built here
# with bullseye's Go, and trixie's etcd, containerd, runc and network plug-ins. About ten minutes of processor time.
# It is older than the chart of Zero-to-JupyterHub wants: pods, claims and limits are as in any Kubernetes, the chart is not.
set -euo pipefail

folder=${1:?usage: kubernetes.bash FOLDER}
version=1.20.2
mkdir -p "$folder"
folder=$(realpath "$folder")
if [ -f "$folder/made-$version" ]; then exit 0; fi
work=$folder/work
mkdir -p "$work"/apt/{lists/partial,archives/partial,none} "$work/source" "$folder/bin" "$folder/cni"

# private_apt COMMAND WORD…: an apt that neither reads nor changes what this machine has.
private_apt() {
  "$1" -o "Dir::Etc::sourcelist=$work/apt/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::Etc::preferencesparts=$work/apt/none" \
    -o "Dir::State=$work/apt" -o "Dir::State::lists=$work/apt/lists" -o "Dir::State::status=$work/apt/status" \
    -o "Dir::Cache=$work/apt" -o APT::Sandbox::User= -o Debug::NoLocking=true --quiet=2 "${@:2}"
}

# fetch_debs PACKAGE…: unpack them, without what they depend on; the test machine has libraries.
fetch_debs() {
  (cd "$work/apt" && rm -f ./*.deb && private_apt apt-get download "$@")
  for deb in "$work"/apt/*.deb; do dpkg-deb --extract "$deb" "$work/unpacked"; done
}

fetch() {
  local key=/usr/share/keyrings/debian-archive-keyring.gpg mirror
  # shellcheck disable=SC2016
  mirror=$(apt-get indextargets --format '$(SITE) $(REPO_URI)' 'Created-By: Packages' | awk '$2 ~ "/debian/$" { print $2; exit }')
  [ -n "$mirror" ] || { echo "kubernetes.bash: this machine's apt knows no mirror of Debian" >&2 && exit 1; }
  {
    echo "deb-src [signed-by=$key] $mirror bookworm main"
    echo "deb [signed-by=$key target=Packages] $mirror bullseye main"
    echo "deb [signed-by=$key target=Packages] $mirror trixie main"
  } >"$work/apt/sources.list"
  : >"$work/apt/status"
  private_apt apt-get update --error-on=any
  fetch_debs golang-1.15-go golang-1.15-src etcd-server containerd runc containernetworking-plugins kubectl
  (cd "$work/source" && private_apt apt-get source --download-only kubernetes)
}

unpack() {
  local root=$work/go/src/k8s.io/kubernetes
  rm -rf "$work/go"
  mkdir -p "$root"
  tar -C "$root" --strip-components=1 -xf "$work"/source/kubernetes_*.orig.tar.gz
}

# What Kubernetes' own Makefile would generate before it builds.
generate() {
  local directories
  cd "$work/go/src/k8s.io/kubernetes"
  export GO111MODULE=off
  go build -o "$work/openapi-gen" ./vendor/k8s.io/kube-openapi/cmd/openapi-gen
  directories=$(grep -rl --include='*.go' '+k8s:openapi-gen=' pkg staging/src/k8s.io cmd |
    grep -v '_examples\|sample-\|/testdata/\|zz_generated\|openapi-gen\|code-generator' |
    xargs -n1 dirname | sort -u | sed 's#^staging/src/#vendor/#; s#^#k8s.io/kubernetes/#' | paste -sd,)
  "$work/openapi-gen" -i "$directories" -p k8s.io/kubernetes/pkg/generated/openapi -O zz_generated.openapi \
    -h hack/boilerplate/boilerplate.generatego.txt -r "$work/violations.txt"
}

build() {
  local name package=k8s.io/component-base/version
  cd "$work/go/src/k8s.io/kubernetes"
  export GO111MODULE=on GOFLAGS=-mod=vendor
  for name in kube-apiserver kube-controller-manager kube-scheduler kubelet; do
    echo "kubernetes.bash: building $name" >&2
    go build -p 2 -trimpath -o "$folder/bin/$name" \
      -ldflags "-s -w -X $package.gitVersion=v$version -X $package.gitMajor=1 -X $package.gitMinor=20" "./cmd/$name"
  done
}

pause() {
  export GO111MODULE=off
  cat >"$work/pause.go" <<'GO'
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGTERM, syscall.SIGINT)
	<-told
}
GO
  go build -ldflags '-s -w' -o "$folder/bin/pause" "$work/pause.go"
}

fetch
unpack
export GOROOT=$work/unpacked/usr/lib/go-1.15 GOPATH=$work/go GOCACHE=$work/go-cache CGO_ENABLED=0 GOPROXY=off
export PATH=$GOROOT/bin:$PATH
(generate)
(build)
(pause)
for name in etcd containerd containerd-shim-runc-v2 ctr runc kubectl; do
  cp "$(find "$work/unpacked/usr" -name "$name" -type f -perm -u+x | head -n 1)" "$folder/bin"
done
cp "$work"/unpacked/usr/lib/cni/* "$folder/cni"
chmod -R u+w "$work"
rm -rf "$work"
touch "$folder/made-$version"
