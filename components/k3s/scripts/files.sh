#!/bin/bash
# Where k3s's files are on a laptop, and which of a release's sums and addresses are this processor's.
# shellcheck disable=SC2034 # the steps behind it use what it sets

readonly binary=/usr/local/bin/k3s
# Verified, and put in place by rename once it is this laptop's turn.
readonly staged_binary=/usr/local/bin/k3s-staged
# The binary of before an upgrade, until the new one is ready.
readonly previous_binary=/usr/local/bin/k3s-previous
readonly data=/var/lib/rancher/k3s
# Ours, inside the data folder: what must stay with the data, or be put in place beside it by rename.
readonly kept=$data/onprem-blog
readonly images_file=$data/agent/images/k3s-airgap-images.tar.zst
readonly staged_images=$kept/k3s-airgap-images-staged.tar.zst
readonly snapshots=$kept/snapshots

case $(uname -m) in
    x86_64) architecture=amd64 ;;
    aarch64) architecture=arm64 ;;
    *) fail "the processor is $(uname -m); k3s is published for x86_64 and aarch64" ;;
esac
for_architecture() {
    local name=$1_$architecture
    printf '%s' "${!name}"
}

sum_of() { sha256sum "$1" 2>/dev/null | cut -d ' ' -f 1; }

# version_of BINARY: what it calls itself, e.g. v1.36.5+k3s1; empty when it can't be run.
version_of() { "$1" --version 2>/dev/null | awk 'NR == 1 { print $3 }'; }
