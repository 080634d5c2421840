#!/usr/bin/env bash
# Builds the local-path provisioner image from Go modules: build.sh <out-folder>
set -euo pipefail

out=$1
export CGO_ENABLED=0
cd "$(dirname "$0")"
mkdir -p "$out/rootfs"
go build -trimpath -buildvcs=false -ldflags "-s -w -X main.VERSION=v0.0.30" -o "$out/rootfs/local-path-provisioner" github.com/rancher/local-path-provisioner
cp image.json "$out/"
