#!/usr/bin/env bash
# Writes every image into one archive in the form of k3s' air-gap images: build.sh <out-folder>
# Needs ARTIFACT_IMAGE_<NAME> of each image. The writer itself (archive-images) is left beside it for further images.
set -euo pipefail

out=$1
export CGO_ENABLED=0
cd "$(dirname "$0")"
mkdir -p "$out"
go build -trimpath -buildvcs=false -ldflags "-s -w" -o "$out/archive-images" .
"$out/archive-images" "$out/k3s-airgap-images-$(go env GOARCH).tar.zst" \
    "$ARTIFACT_IMAGE_PAUSE" "$ARTIFACT_IMAGE_BUSYBOX" "$ARTIFACT_IMAGE_COREDNS" \
    "$ARTIFACT_IMAGE_LOCAL_PATH_PROVISIONER" "$ARTIFACT_IMAGE_TRAEFIK"
