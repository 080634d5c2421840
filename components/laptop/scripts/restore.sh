#!/bin/bash
# Puts a laptop that leaves the settings back as it was before it was prepared; what the kernel was told stays until the
# next boot.
# From laptop.sh.
: "${switched:?}"

take_lock
say "putting the laptop back as it was"
for file in /etc/systemd/logind.conf.d/zz-onprem-blog.conf /etc/sysctl.d/90-onprem-blog.conf /etc/modules-load.d/onprem-blog.conf \
    /etc/systemd/journald.conf.d/50-onprem-blog.conf /etc/apt/apt.conf.d/52-onprem-blog; do
    [ -e "$file" ] || continue
    rm -f "$file"
    changed "removed $file"
done
rmdir --ignore-fail-on-non-empty /etc/systemd/logind.conf.d /etc/systemd/journald.conf.d 2>/dev/null || true
reload_logind
systemctl try-restart systemd-journald
while read -r what unit; do
    case $what in
        masked) systemctl unmask --quiet "$unit" ;;
        enabled) systemctl disable --quiet --now "$unit" ;;
    esac
    changed "no longer $what: $unit"
done < <(cat "$switched" 2>/dev/null)
rm -f "$switched"
remove_unit onprem-blog-battery-limit.service
remove_unit onprem-blog-low-battery.timer
remove_unit onprem-blog-low-battery.service
write_hosts_block ""
# With firewalld, nothing tells our sources and ports from the operator's own.
if command -v ufw >/dev/null && ufw status | grep -q '^Status: active'; then reconcile_ufw; fi
rmdir --ignore-fail-on-non-empty /var/lib/onprem-blog 2>/dev/null || true
