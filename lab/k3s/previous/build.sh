#!/usr/bin/env bash
# Builds the k3s stand-in from the same sources with the Kubernetes version before, so that an upgrade can be tried:
# build.sh <out-folder>
set -euo pipefail

# An alternate go.mod, relative to the module's root: every other file is shared, and so is what Go has compiled of the
# modules that both name in one version.
export GOFLAGS=-modfile=previous/go.mod
exec "$(dirname "$0")/../build.sh" "$1"
