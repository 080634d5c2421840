#!/usr/bin/env bash
# Builds containerd, its runc shim and its client from Go modules: build.sh <out-folder>
set -euo pipefail

out=$1
export CGO_ENABLED=0
cd "$(dirname "$0")"
mkdir -p "$out"
module=github.com/containerd/containerd/v2
version=$(go list -m -f '{{.Version}}' "$module")
go build -trimpath -buildvcs=false -tags "netgo osusergo" \
    -ldflags "-s -w -X $module/version.Version=$version" -o "$out/" \
    "$module/cmd/containerd" "$module/cmd/containerd-shim-runc-v2" "$module/cmd/ctr"
