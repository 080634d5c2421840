#!/usr/bin/env bash
# Builds the Traefik image from Go modules: build.sh <out-folder>
set -euo pipefail

out=$1
export CGO_ENABLED=0
cd "$(dirname "$0")"
mkdir -p "$out/rootfs"
go build -trimpath -buildvcs=false -ldflags "-s -w -X github.com/traefik/traefik/v3/pkg/version.Version=3.7.13" -o "$out/rootfs/traefik" github.com/traefik/traefik/v3/cmd/traefik
cp image.json "$out/"

# The CRDs are part of the module's documentation.
module=$(go list -m -f '{{.Dir}}' github.com/traefik/traefik/v3)
install -m 644 "$module/docs/content/reference/dynamic-configuration/kubernetes-crd-definition-v1.yml" "$out/traefik-crd.yaml"
