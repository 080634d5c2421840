#!/usr/bin/env bash
# Builds the root file system of a throw-away laptop: build.sh <out-folder> writes <out-folder>/rootfs.tar.
# Debian 12, since its archive is a package registry that can be reached where no container image can be had.
# Needs root (mmdebstrap chroots) and mmdebstrap; takes 30 to 90 seconds, nearly all of it downloading and unpacking.
set -euo pipefail

out=${1:?usage: build.sh <out-folder>}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

suite=bookworm
packages=(
    systemd systemd-sysv systemd-timesyncd libpam-systemd dbus
    openssh-server sudo ca-certificates curl
    iproute2 iputils-ping iptables conntrack ethtool ufw
    kmod procps util-linux less
    unattended-upgrades python3-gi
    openssl
    locales util-linux-locales # for German, below
    tcsh                       # a login shell that understands nothing of sh
)
# What a German laptop speaks: nobody's commands may depend on the English of these.
translated=(Linux-PAM bash coreutils libc sudo sudoers util-linux)
# Units that act on hardware or on mounts which belong to the machine underneath.
masked=(
    systemd-udevd.service systemd-modules-load.service getty.target console-getty.service proc-sys-fs-binfmt_misc.automount
    dev-hugepages.mount sys-kernel-debug.mount sys-kernel-tracing.mount sys-kernel-config.mount sys-fs-fuse-connections.mount
    e2scrub_all.timer fstrim.timer
)

mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/customize" <<'HOOK'
#!/bin/sh
set -eu
root=$1
# A laptop is given its own host key, machine-id and name when it is made; none may come from the image.
rm -f "$root"/etc/ssh/ssh_host_* "$root/etc/hostname" "$root/etc/resolv.conf"
: >"$root/etc/machine-id"
install -d -m 2755 "$root/var/log/journal" # the journal of earlier boots is kept, as on Ubuntu
# The kernel's log is the machine's: it holds what the other laptops' journals said to it.
install -d "$root/usr/lib/systemd/journald.conf.d"
printf '[Journal]\nReadKMsg=no\n' >"$root/usr/lib/systemd/journald.conf.d/10-lab.conf"
rm -f "$root/var/lib/dbus/machine-id"
ln -sf /lib/systemd/system/multi-user.target "$root/etc/systemd/system/default.target"
for unit in $MASKED; do ln -sf /dev/null "$root/etc/systemd/system/$unit"; done
# sysctl of these would be written to the machine underneath, at every boot.
rm -f "$root/usr/lib/sysctl.d/50-pid-max.conf" "$root/etc/sysctl.d/99-sysctl.conf"
# Made from sources that are then no longer needed.
chroot "$root" localedef -i de_DE -f UTF-8 -A /usr/share/locale/locale.alias de_DE.UTF-8
rm -rf "$root/usr/share/i18n"
install -m 0755 "$HERE/lab-init.sh" "$root/sbin/lab-init"
install -D -m 0755 "$HERE/remember-poweroff.sh" "$root/usr/lib/systemd/system-shutdown/remember-poweroff"
HOOK
chmod +x "$work/customize"

kept=()
for domain in "${translated[@]}"; do kept+=("--dpkgopt=path-include=/usr/share/locale/de/LC_MESSAGES/$domain.mo"); done

as_root=(env)
[ "$(id -u)" = 0 ] || as_root=(sudo -n env)
"${as_root[@]}" MASKED="${masked[*]}" HERE="$here" mmdebstrap --quiet --variant=minbase --architectures="$(dpkg --print-architecture)" \
    --include="$(IFS=,; echo "${packages[*]}")" \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' "${kept[@]}" \
    --dpkgopt='path-include=/usr/share/locale/locale.alias' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    --aptopt='Acquire::Languages "none"' --aptopt='Acquire::Retries "3"' \
    --customize-hook="$work/customize" \
    "$suite" "$out/rootfs.tar" # without a mirror it's Debian's own archive, with its updates and security suites
