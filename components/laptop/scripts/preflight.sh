#!/bin/bash
# Gathers facts of the host and changes nothing. The program judges the facts of all hosts together.

boolean() { if "$@" >/dev/null 2>&1; then printf true; else printf false; fi; }
first_line() { head -n 1 "$1" 2>/dev/null || true; }
# The nearest folder that exists, so that space can be asked of a path that is yet to be made.
existing_parent() {
    local path=$1
    while [ ! -d "$path" ]; do path=$(dirname "$path"); done
    printf '%s' "$path"
}

now=$(date +%s)
fact_json epochSeconds "$now"
say "gathering facts"

# shellcheck disable=SC1091
. /etc/os-release
fact operatingSystem "${ID:-unknown}"
fact operatingSystemVersion "${VERSION_ID:-}"
fact machine "$(uname -m)"
fact kernel "$(uname -r)"
fact hostname "$(cat /proc/sys/kernel/hostname)"
# The id itself counts as confidential (machine-id(5)); a digest tells hosts apart as well.
fact machineIdDigest "$(sha256sum /etc/machine-id 2>/dev/null | cut -d ' ' -f 1)"
fact_json systemd "$(boolean test -d /run/systemd/system)"

interface_addresses() {
    local separator="" index interface family address rest
    printf '['
    while read -r index interface family address rest; do
        : "$index" "$family" "$rest"
        printf '%s{"interface":%s,"address":%s}' "$separator" "$(json_string "$interface")" "$(json_string "${address%/*}")"
        separator=,
    done < <(ip -o -4 address show scope global)
    printf ']'
}
fact_json addresses "$(interface_addresses)"

fact_json memoryMiB "$(awk '/^MemTotal:/ { print int($2 / 1024) }' /proc/meminfo)"
fact_json swapMiB "$(awk '/^SwapTotal:/ { print int($2 / 1024) }' /proc/meminfo)"
free_mib() { df --output=avail --block-size=1M "$1" | tail -n 1 | tr -d ' '; }
data_folder=$(existing_parent /var/lib/rancher/k3s)
fact dataFolder "$data_folder"
fact_json diskFreeMiB "$(free_mib "$data_folder")"
# File systems without a fixed number of inodes (btrfs) print a dash.
fact_json inodesFree "$(df --output=iavail "$data_folder" | tail -n 1 | tr -d ' ' | grep -E '^[0-9]+$' || printf null)"
login_user=${SUDO_USER:-root}
home_folder=$(getent passwd "$login_user" | cut -d : -f 6)
fact loginUser "$login_user"
fact homeFolder "$home_folder"
fact_json homeFreeMiB "$(free_mib "$(existing_parent "$home_folder")")"
fact_json binariesFreeMiB "$(free_mib "$(existing_parent /usr/local/bin)")"

listening_ports() {
    local separator="" protocol state receive send local_address peer process
    printf '['
    while read -r protocol state receive send local_address peer process; do
        : "$state" "$receive" "$send" "$peer"
        # 127.0.0.0/8 and ::1 don't stand in the way of a service on the laptop's own address.
        case $local_address in 127.* | '[::1]'*) continue ;; esac
        case $local_address in *:\*) continue ;; esac
        process=${process#users:((\"}
        printf '%s{"protocol":"%s","port":%s,"process":%s}' "$separator" "$protocol" "${local_address##*:}" \
            "$(json_string "${process%%\"*}")"
        separator=,
    done < <(ss --no-header --listening --numeric --tcp --udp --processes)
    printf ']'
}
fact_json listening "$(listening_ports)"

if [ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ]; then fact_json cgroupVersion 2; else fact_json cgroupVersion 1; fi

module_available() { [ -d "/sys/module/$1" ] || grep -q "[/_]$1" /proc/filesystems || modprobe --dry-run "$1"; }
missing_modules=()
for module in overlay br_netfilter nf_conntrack; do
    module_available "$module" >/dev/null 2>&1 || missing_modules+=("$module")
done
fact_json missingModules "$(json_strings ${missing_modules[@]+"${missing_modules[@]}"})"
missing_commands=()
for command in iptables mount flock timeout sha256sum; do
    command -v "$command" >/dev/null || missing_commands+=("$command")
done
fact_json missingCommands "$(json_strings ${missing_commands[@]+"${missing_commands[@]}"})"

installed_k3s() {
    local role=none managed=false version="" unit
    [ -x /usr/local/bin/k3s ] || [ -e /etc/systemd/system/k3s.service ] || [ -e /etc/systemd/system/k3s-agent.service ] ||
        { printf null && return; }
    [ ! -x /usr/local/bin/k3s ] || version=$(/usr/local/bin/k3s --version 2>/dev/null | awk 'NR == 1 { print $3 }')
    for unit in k3s k3s-agent; do
        [ -e "/etc/systemd/system/$unit.service" ] || continue
        if [ "$unit" = k3s ]; then role=server; else role=agent; fi
        managed=$(boolean grep -q '^# Managed by onprem-blog' "/etc/systemd/system/$unit.service")
    done
    # An install that was cut off before its unit was written is ours as well.
    [ ! -e /var/lib/onprem-blog/k3s.restart ] || managed=true
    printf '{"version":%s,"role":"%s","managed":%s}' "$(json_string "$version")" "$role" "$managed"
}
fact_json k3s "$(installed_k3s)"
k3s_data=none
[ ! -e /var/lib/rancher/k3s/agent/kubelet.kubeconfig ] || k3s_data=agent
[ ! -e /var/lib/rancher/k3s/server/db ] || k3s_data=server
fact k3sData "$k3s_data"
ca_file=/var/lib/rancher/k3s/agent/server-ca.crt
[ "$k3s_data" != server ] || ca_file=/var/lib/rancher/k3s/server/tls/server-ca.crt
ca_digest=""
if [ "$k3s_data" != none ] && [ -r "$ca_file" ]; then ca_digest=$(sha256sum "$ca_file" | cut -d ' ' -f 1); fi
fact k3sCaDigest "$ca_digest"

# Leaf certificates alone: those are what a restart of k3s renews.
certificate_days_left() {
    local file end days least=null
    for file in /var/lib/rancher/k3s/server/tls/*.crt /var/lib/rancher/k3s/server/tls/etcd/*.crt /var/lib/rancher/k3s/agent/*.crt; do
        case $file in *-ca.crt | *-ca.nochain.crt) continue ;; esac
        end=$(openssl x509 -noout -enddate -in "$file" 2>/dev/null) || continue
        days=$((($(date -d "${end#notAfter=}" +%s) - now) / 86400))
        if [ "$least" = null ] || [ "$days" -lt "$least" ]; then least=$days; fi
    done
    printf '%s' "$least"
}
fact_json certificateDaysLeft "$(certificate_days_left)"

foreign_config_files=()
for file in /etc/rancher/k3s/config.yaml.d/*.yaml /etc/rancher/k3s/config.yaml.d/*.yml; do
    if [ -e "$file" ] && [ "${file##*/}" != 10-onprem-blog.yaml ]; then foreign_config_files+=("$file"); fi
done
fact_json foreignConfigFiles "$(json_strings ${foreign_config_files[@]+"${foreign_config_files[@]}"})"

lid=none
for state in /proc/acpi/button/lid/*/state; do
    [ ! -e "$state" ] || lid=$(awk '{ print $2 }' "$state")
done
fact lid "$lid"
fact_json sleepMasked "$(boolean test "$(systemctl is-enabled sleep.target suspend.target 2>/dev/null | sort -u)" = masked)"

power=unknown
battery=null
for supply in /sys/class/power_supply/*; do
    case $(first_line "$supply/type") in
        Mains) if [ "$(first_line "$supply/online")" = 1 ]; then power=mains; else power=battery; fi ;;
        Battery) [ ! -r "$supply/capacity" ] || battery=$(first_line "$supply/capacity") ;;
    esac
done
fact power "$power"
fact_json batteryPercent "${battery:-null}"

firewall=none
if command -v ufw >/dev/null && ufw status | grep -q '^Status: active'; then firewall=ufw; fi
if [ "$(systemctl is-active firewalld 2>/dev/null)" = active ]; then firewall=firewalld; fi
fact firewall "$firewall"
