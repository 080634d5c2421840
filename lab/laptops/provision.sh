#!/usr/bin/env bash
# Gives a made but not yet started laptop what no image may hold: its name, its machine-id, its own host key, its user.
#   provision.sh <container> <hostname> <user>   run as root
# stdin: the user's sudo password on the first line, the authorised public key on the second.
# The last line of stdout is the laptop's public host key.
set -euo pipefail

container=$1 hostname=$2 user=$3
IFS= read -r password
IFS= read -r authorised

root=$(podman mount "$container")
trap 'podman unmount "$container" >/dev/null' EXIT

echo "$hostname" >"$root/etc/hostname"
printf '127.0.0.1 localhost\n127.0.1.1 %s\n::1 localhost ip6-localhost ip6-loopback\n' "$hostname" >"$root/etc/hosts"
# The stub resolver of systemd-resolved listens on this machine's loopback, which the laptop cannot reach.
resolver=/etc/resolv.conf
[ ! -e /run/systemd/resolve/resolv.conf ] || resolver=/run/systemd/resolve/resolv.conf
rm -f "$root/etc/resolv.conf"
cp -L "$resolver" "$root/etc/resolv.conf"

tr -d - </proc/sys/kernel/random/uuid >"$root/etc/machine-id"

key=$root/etc/ssh/ssh_host_ed25519_key
ssh-keygen -q -t ed25519 -N "" -C "root@$hostname" -f "$key"

# `operator` is also a group of Debian's; the user gets `users` as its own group.
chroot "$root" useradd --create-home --shell /bin/bash --gid users --groups sudo "$user"
printf '%s:%s\n' "$user" "$password" | chroot "$root" chpasswd --crypt-method SHA512
home=$(chroot "$root" getent passwd "$user" | cut -d: -f6)
install -d -m 0700 "$root$home/.ssh"
printf '%s\n' "$authorised" >"$root$home/.ssh/authorized_keys"
chmod 0600 "$root$home/.ssh/authorized_keys"
chroot "$root" chown -R "$user:users" "$home/.ssh"

cut -d' ' -f1,2 "$key.pub"
