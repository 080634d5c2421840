#!/bin/bash
# First process of a throw-away laptop: makes the container look like a machine that was just switched on, then becomes systemd.
set -euo pipefail

# A laptop that was powered off stays off although its container is started again on every other end; see remember-poweroff.
if [ -e /var/lib/lab/powered-off ]; then
    rm -f /var/lib/lab/powered-off
    exit 0
fi

# podman bind-mounts single files from the disk of the machine underneath. The kubelet's cadvisor takes the first of them
# as the mount point of that disk, and then finds no statistics for it; so no mount of a single file may be left.
while read -r _ _ _ _ target _; do
    if [ -f "$target" ]; then
        cp "$target" /dev/shm/kept
        umount "$target"
        [ ! -e "$target" ] || cp /dev/shm/kept "$target"
        rm -f /dev/shm/kept
    fi
done <<<"$(cat /proc/self/mountinfo)"

# systemd shares mounts only on real machines; pods with mount propagation need it. The new peer groups end in this container.
mount --make-rshared /

# After a restart by podman's policy the network namespace may be the old one; a real reboot leaves no rules behind.
for table in filter nat mangle raw; do
    for family in iptables ip6tables; do
        "$family" -t "$table" -F 2>/dev/null || true
        "$family" -t "$table" -X 2>/dev/null || true
    done
done
for link in /sys/class/net/*; do
    case "${link##*/}" in
    lo | eth0) ;;
    *) ip link delete "${link##*/}" 2>/dev/null || true ;;
    esac
done

# Every machine has a boot id of its own, new at each boot; the journal and the kubelet tell boots apart by it.
cp /proc/sys/kernel/random/uuid /run/boot-id
mount --bind /run/boot-id /proc/sys/kernel/random/boot_id

exec /sbin/init
