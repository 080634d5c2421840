#!/usr/bin/env bash
# Builds the k3s stand-in and puts it beside its air-gap images, in the form of a k3s release: build.sh <out-folder>
# Needs ARTIFACT_CONTAINERD, ARTIFACT_IMAGE_TRAEFIK (for its CRDs) and ARTIFACT_AIRGAP_IMAGES.
set -euo pipefail

out=$1
export CGO_ENABLED=0
cd "$(dirname "$0")"

kubernetes=$(go list -m -f '{{.Version}}' k8s.io/kubernetes)
version=$kubernetes+k3s1
minor=${kubernetes#v1.}
minor=${minor%%.*}
arch=$(go env GOARCH)
base=k8s.io/component-base/version
stamp="-X onprem-blog/lab/k3s/internal/version.Version=$version -X $base.gitVersion=$version -X $base.gitMajor=1
    -X $base.gitMinor=$minor -X $base.gitTreeState=clean -X $base.buildDate=1970-01-01T00:00:00Z"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
payload=$work/payload
mkdir -p "$out" "$payload/bin" "$payload/manifests"

compile() {
    go build -trimpath -buildvcs=false -tags "netgo osusergo" -ldflags "-s -w ${stamp//$'\n'/ }" -o "$@"
}
compile "$payload/bin/k3s" ./cmd/k3s
# Of one version for every Kubernetes: it speaks to containerd, which is of one version too.
GOFLAGS='' compile "$payload/bin/crictl" sigs.k8s.io/cri-tools/cmd/crictl
compile "$work/launcher" ./cmd/launcher
compile "$work/bundle" ./cmd/bundle

cp "$ARTIFACT_CONTAINERD"/{containerd,containerd-shim-runc-v2,ctr} "$payload/bin/"
cp /usr/sbin/runc /usr/lib/cni/{bridge,host-local,loopback,portmap,ptp} "$payload/bin/"
cp manifests/*.yaml "$payload/manifests/"
# In one file: to disable Traefik takes its CRDs away too.
printf -- '---\n' | cat "$ARTIFACT_IMAGE_TRAEFIK/traefik-crd.yaml" - manifests/traefik.yaml >"$payload/manifests/traefik.yaml"

"$work/bundle" "$work/launcher" "$payload" "$out/k3s"
chmod 755 "$out/k3s"
images=k3s-airgap-images-$arch.tar.zst
# A link, where the cache's file system can: the archive is the largest file of all.
cp --link "$ARTIFACT_AIRGAP_IMAGES/$images" "$out/" || cp "$ARTIFACT_AIRGAP_IMAGES/$images" "$out/"
printf '%s\n' "$version" >"$out/version"
(cd "$out" && sha256sum k3s "$images" >"sha256sum-$arch.txt")
