#!/usr/bin/env bash
# Makes the busybox image of Debian's busybox-static: build.sh <out-folder>
set -euo pipefail

out=$1
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$out"/rootfs/{bin,etc,home,root,tmp,usr,var/tmp}
install -m 755 /bin/busybox "$out/rootfs/bin/busybox"
while read -r applet; do
    [ "$applet" = busybox ] || ln -s busybox "$out/rootfs/bin/$applet"
done < <(/bin/busybox --list)
ln -s ../bin "$out/rootfs/usr/bin"
printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n' >"$out/rootfs/etc/passwd"
printf 'root:x:0:\nnogroup:x:65534:\n' >"$out/rootfs/etc/group"
cp "$here/image.json" "$out/"
