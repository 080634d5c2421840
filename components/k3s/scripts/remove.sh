#!/bin/bash
# Takes k3s off this laptop; only when an earlier run applied the permission. Data stays unless that was permitted too.
: "${allow_removal:?}" "${remove_data:?}" "${unit:?}" "${pod_networks?}"
declare -a pod_networks

[ "$allow_removal" = true ] || fail "k3s is kept: removing it needs permission first. Set k3s.allowRemoval to true (and k3s.removeData to true to lose the cluster's data as well), run pulumi up, then do this again"

# Containers outlive k3s on purpose (KillMode=process); each shim leads the processes of one pod.
pods_and_shims() {
    local shim
    for shim in $(pgrep -f '[c]ontainerd-shim-runc-v2 .*-namespace k8s.io' || true); do
        pgrep --parent "$shim" || true
        printf '%s\n' "$shim"
    done
}

mounts_of_k3s() {
    awk '$2 ~ "^(/run/k3s|/var/lib/rancher/k3s|/var/lib/kubelet/(pods|plugins)|/run/netns/cni-)" { print $2 }' /proc/self/mounts | sort -r
}

interfaces_of_k3s() {
    ip -o link show | awk -F ': ' '{ sub("@.*", "", $2); print $2 }' |
        grep -xE 'cni0|flannel[.-].*|kube-ipvs0' || true
}

# What k3s, its network plugins and kube-proxy write all carries one of these words.
readonly rule_words='KUBE-|CNI-|cni-|flannel|FLANNEL'
other_rules() {
    local network pattern=$rule_words
    for network in ${pod_networks[@]+"${pod_networks[@]}"}; do pattern+="|${network//./\\.}"; done
    # A firewall's own rule for the pods' network stays: it was put there by the preparation of the laptop.
    "$1-save" | awk -v pattern="$pattern" '$0 !~ pattern || / ufw-/'
}

routes_to_pods() {
    local network
    for network in ${pod_networks[@]+"${pod_networks[@]}"}; do ip -4 route show root "$network"; done
}

remove_unit() {
    [ -e "/etc/systemd/system/$unit.service" ] || return 0
    systemctl disable --quiet "$unit" || true
    systemctl stop "$unit" || true
    rm -f "/etc/systemd/system/$unit.service"
    systemctl daemon-reload
    systemctl reset-failed "$unit" 2>/dev/null || true
    changed "removed the unit $unit"
}

end_pods() {
    local attempt processes
    for attempt in 1 2 3 4 5; do
        : "$attempt"
        mapfile -t processes < <(pods_and_shims)
        [ "${#processes[@]}" -gt 0 ] || break
        kill -KILL "${processes[@]}" 2>/dev/null || true
        sleep 1
    done
}

remove_network() {
    local device tables destination route
    # Deepest first, so that nothing is busy.
    mounts_of_k3s | while read -r mount_point; do umount --lazy "$mount_point" || true; done
    rm -rf /run/netns/cni-*
    for device in $(interfaces_of_k3s); do ip link delete "$device" 2>/dev/null || true; done
    while read -r destination route; do
        : "$route"
        # Most went with their interfaces, just after they were listed.
        [ -z "$destination" ] || ip -4 route delete "$destination" 2>/dev/null || true
    done < <(routes_to_pods)
    for tables in iptables ip6tables; do
        if command -v "$tables" >/dev/null; then other_rules "$tables" | "$tables-restore" || true; fi
    done
}

remove_files() {
    local tool kept=/var/lib/rancher/k3s/onprem-blog
    rm -rf /run/k3s /run/flannel /etc/cni /var/lib/cni/* /var/lib/kubelet/* /var/log/pods /var/log/containers \
        /etc/rancher /var/lib/onprem-blog/k3s.restart "$kept/k3s-airgap-images-staged.tar.zst"
    rmdir --ignore-fail-on-non-empty /var/lib/cni /var/lib/kubelet /var/lib/onprem-blog 2>/dev/null || true
    for tool in kubectl crictl ctr; do
        [ "$(readlink "/usr/local/bin/$tool")" != k3s ] || rm -f "/usr/local/bin/$tool"
    done
    rm -f /usr/local/bin/k3s /usr/local/bin/k3s-staged /usr/local/bin/k3s-previous
    find /sys/fs/cgroup -depth -type d -path '*kubepods*' -exec rmdir {} + 2>/dev/null || true
    changed "removed k3s"
    if [ "$remove_data" = true ]; then
        rm -rf /var/lib/rancher/k3s
        changed "removed the data under /var/lib/rancher/k3s"
    fi
}

# Every kind of thing that k3s leaves behind elsewhere: a removal that says it's done has looked.
check_nothing_is_left() {
    local left
    left=$(
        pods_and_shims | sed 's/^/process /'
        pgrep -x k3s | sed 's/^/process /' || true
        mounts_of_k3s | sed 's/^/mount /'
        interfaces_of_k3s | sed 's/^/interface /'
        routes_to_pods | sed 's/^/route /'
        { iptables-save 2>/dev/null; ip6tables-save 2>/dev/null; } | grep -E "$rule_words" | sed 's/^/rule /' || true
    )
    [ -z "$left" ] || fail "k3s is removed, but these are left; a reboot takes them away:
$(head -n 20 <<<"$left")"
}

take_lock
say "removing k3s"
remove_unit
end_pods
remove_network
remove_files
check_nothing_is_left
