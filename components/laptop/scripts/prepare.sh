#!/bin/bash
# Makes a laptop a machine that stays up: no sleep, a right clock, bounded logs, patched, reachable by its peers.
: "${journald_max_use:?}" "${unattended_upgrades:?}" "${time_sync:?}"
: "${battery_charge_limit:?}" "${shutdown_at_battery_percent:?}" "${cluster_networks?}" "${peer_addresses?}"
declare -A hosts_entries
declare -a cluster_networks peer_addresses

take_lock
say "preparing the laptop"

restart_unit() { systemctl restart "$1" || fail "can't restart $1: $(journalctl --unit "$1" --lines 5 --output cat --no-pager)"; }

# kubelet's graceful shutdown holds a logind inhibitor for up to 60 s, more than logind grants by itself. The name sorts
# last on purpose: unattended-upgrades has a drop-in of its own that grants 30 s.
if write_file /etc/systemd/logind.conf.d/zz-onprem-blog.conf 644 "[Login]
HandleLidSwitch=ignore
HandleLidSwitchExternalPower=ignore
HandleLidSwitchDocked=ignore
HandleSuspendKey=ignore
HandleHibernateKey=ignore
IdleAction=ignore
InhibitDelayMaxSec=90
"; then
    reload_logind
fi
for target in sleep.target suspend.target hibernate.target hybrid-sleep.target suspend-then-hibernate.target; do
    if [ "$(systemctl is-enabled "$target" 2>/dev/null)" != masked ]; then
        note_switched "masked $target"
        systemctl mask --quiet "$target"
        changed "masked $target"
    fi
done

# Many small pods watch many files; the kernel's defaults run out first on a laptop.
if write_file /etc/sysctl.d/90-onprem-blog.conf 644 "net.ipv4.ip_forward = 1
fs.inotify.max_user_instances = 8192
fs.inotify.max_user_watches = 524288
"; then
    sysctl --quiet --load=/etc/sysctl.d/90-onprem-blog.conf || fail "sysctl refused /etc/sysctl.d/90-onprem-blog.conf"
fi
write_file /etc/modules-load.d/onprem-blog.conf 644 "overlay
br_netfilter
nf_conntrack
" || true
for module in overlay br_netfilter nf_conntrack; do
    [ -d "/sys/module/$module" ] || modprobe --quiet "$module" || true
done

if [ "$time_sync" = true ] && ! systemctl is-active --quiet chrony chronyd ntp ntpsec systemd-timesyncd; then
    if systemctl cat systemd-timesyncd.service >/dev/null 2>&1; then
        if [ "$(systemctl is-enabled systemd-timesyncd 2>/dev/null)" != enabled ]; then
            note_switched "enabled systemd-timesyncd.service"
            systemctl unmask --quiet systemd-timesyncd
            systemctl enable --quiet systemd-timesyncd
            changed "enabled systemd-timesyncd"
        fi
        systemctl start --no-block systemd-timesyncd
    else
        say "no time service is installed; clocks will drift apart: sudo apt-get install systemd-timesyncd"
    fi
fi

if write_file /etc/systemd/journald.conf.d/50-onprem-blog.conf 644 "[Journal]
SystemMaxUse=$journald_max_use
"; then
    restart_unit systemd-journald
fi

if [ "$unattended_upgrades" = true ]; then
    # Security updates, and never a reboot by itself: a reboot is the operator's to choose.
    write_file /etc/apt/apt.conf.d/52-onprem-blog 644 'APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
Unattended-Upgrade::Automatic-Reboot "false";
' || true
    command -v unattended-upgrade >/dev/null ||
        say "unattended-upgrades is not installed, so security updates don't come by themselves: sudo apt-get install unattended-upgrades"
elif [ -e /etc/apt/apt.conf.d/52-onprem-blog ]; then
    rm /etc/apt/apt.conf.d/52-onprem-blog
    changed "removed /etc/apt/apt.conf.d/52-onprem-blog"
fi

write_hosts_block "$(for name in "${!hosts_entries[@]}"; do printf '%s %s\n' "${hosts_entries[$name]}" "$name"; done | sort)"

# Where a firewall is active it must let the cluster's own traffic through; where none is, none is needed.
if command -v ufw >/dev/null && ufw status | grep -q '^Status: active'; then
    ufw_rules=("allow 80/tcp" "allow 443/tcp" "allow 6443/tcp")
    for source in "${cluster_networks[@]}" "${peer_addresses[@]}"; do ufw_rules+=("allow from $source"); done
    # Pods are behind their laptop, and ufw drops what a laptop passes on unless told otherwise.
    for network in "${cluster_networks[@]}"; do ufw_rules+=("route allow from $network" "route allow to $network"); done
    reconcile_ufw "${ufw_rules[@]}"
elif systemctl is-active --quiet firewalld; then
    for source in "${cluster_networks[@]}" "${peer_addresses[@]}"; do
        firewall-cmd --quiet --permanent --zone=trusted --query-source="$source" && continue
        firewall-cmd --quiet --permanent --zone=trusted --add-source="$source"
        changed "let firewalld trust $source"
        firewall-cmd --quiet --reload
    done
    for port in 80/tcp 443/tcp 6443/tcp; do
        firewall-cmd --quiet --permanent --query-port="$port" && continue
        firewall-cmd --quiet --permanent --add-port="$port"
        changed "let firewalld accept $port"
        firewall-cmd --quiet --reload
    done
fi

battery=""
for supply in /sys/class/power_supply/*; do
    [ "$(cat "$supply/type" 2>/dev/null)" != Battery ] || battery=$supply
done

# Laptops on mains live longer with a battery that isn't kept full; the kernel forgets the limit at each boot.
limit_file=$battery/charge_control_end_threshold
if [ -n "$battery" ] && [ "$battery_charge_limit" -gt 0 ] && [ -w "$limit_file" ]; then
    if write_file /etc/systemd/system/onprem-blog-battery-limit.service 644 "# Managed by onprem-blog
[Unit]
Description=Keep the battery at $battery_charge_limit %
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'echo $battery_charge_limit > $limit_file'
[Install]
WantedBy=multi-user.target
"; then
        systemctl daemon-reload
        systemctl enable --quiet onprem-blog-battery-limit.service
        restart_unit onprem-blog-battery-limit.service
    fi
else
    remove_unit onprem-blog-battery-limit.service
fi

# A power cut ends in an orderly shutdown while there is charge left, not in a dead file system.
if [ -n "$battery" ] && [ "$shutdown_at_battery_percent" -gt 0 ]; then
    units_changed=false
    write_file /etc/systemd/system/onprem-blog-low-battery.service 644 "# Managed by onprem-blog
[Unit]
Description=Shut down in order when the battery is low
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'if [ \"\$\$(cat $battery/status)\" = Discharging ] && [ \"\$\$(cat $battery/capacity)\" -le $shutdown_at_battery_percent ]; then systemctl poweroff; fi'
" && units_changed=true
    write_file /etc/systemd/system/onprem-blog-low-battery.timer 644 "# Managed by onprem-blog
[Unit]
Description=Look at the battery every minute
[Timer]
OnBootSec=1min
OnUnitActiveSec=1min
AccuracySec=5s
[Install]
WantedBy=timers.target
" && units_changed=true
    if [ "$units_changed" = true ]; then
        systemctl daemon-reload
        systemctl enable --quiet --now onprem-blog-low-battery.timer
    fi
else
    remove_unit onprem-blog-low-battery.timer
    remove_unit onprem-blog-low-battery.service
fi
