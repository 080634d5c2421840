#!/usr/bin/env bash
# Builds the CoreDNS image from Go modules: build.sh <out-folder>
set -euo pipefail

out=$1
export CGO_ENABLED=0
cd "$(dirname "$0")"
mkdir -p "$out/rootfs"
go build -trimpath -buildvcs=false -ldflags "-s -w" -o "$out/rootfs/coredns" github.com/coredns/coredns
cp image.json "$out/"
