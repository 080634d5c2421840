#!/bin/bash
# Takes k3s off this host; only when an earlier run applied the permission. Data stays unless that was permitted too.
: "${allow_removal:?}" "${remove_data:?}" "${unit:?}"

[ "$allow_removal" = true ] || fail "k3s is kept: removing it needs permission first. Set k3s.allowRemoval to true (and k3s.removeData to true to lose the cluster's data as well), run pulumi up, then do this again"

take_lock
say "removing k3s"

if [ -e "/etc/systemd/system/$unit.service" ]; then
    systemctl disable --quiet "$unit" || true
    systemctl stop "$unit" || true
    rm -f "/etc/systemd/system/$unit.service"
    systemctl daemon-reload
    systemctl reset-failed "$unit" 2>/dev/null || true
    changed "removed the unit $unit"
fi

# Containers outlive k3s on purpose (KillMode=process); each shim leads the processes of one pod.
pods_and_shims() {
    local shim
    for shim in $(pgrep -f '[c]ontainerd-shim-runc-v2 .*-namespace k8s.io' || true); do
        pgrep -P "$shim" || true
        printf '%s\n' "$shim"
    done
}
for attempt in 1 2 3 4 5; do
    : "$attempt"
    mapfile -t processes < <(pods_and_shims)
    [ "${#processes[@]}" -gt 0 ] || break
    kill -KILL "${processes[@]}" 2>/dev/null || true
    sleep 1
done

# Deepest first, so that nothing is busy.
awk '$2 ~ "^(/run/k3s|/var/lib/rancher/k3s|/var/lib/kubelet/(pods|plugins)|/run/netns/cni-)" { print $2 }' /proc/self/mounts | sort -r |
    while read -r mount_point; do umount --lazy "$mount_point" || true; done
rm -rf /run/netns/cni-*

for device in $(ip -o link show master cni0 2>/dev/null | awk -F ': ' '{ sub("@.*", "", $2); print $2 }') \
    cni0 flannel.1 flannel-v6.1 flannel-wg flannel-wg-v6 kube-ipvs0; do
    ip link delete "$device" 2>/dev/null || true
done
for tables in iptables ip6tables; do
    command -v "$tables" >/dev/null || continue
    "$tables-save" | grep -vE 'KUBE-|CNI-|cni-|flannel|10\.42\.0\.0/16' | "$tables-restore"
done

rm -rf /run/k3s /run/flannel /etc/cni /var/lib/cni/networks /var/lib/kubelet/* /etc/rancher/k3s /etc/rancher/node /var/lib/onprem-blog
for tool in kubectl crictl ctr; do
    [ "$(readlink "/usr/local/bin/$tool")" != k3s ] || rm -f "/usr/local/bin/$tool"
done
rm -f /usr/local/bin/k3s
changed "removed k3s"
if [ "$remove_data" = true ]; then
    rm -rf /var/lib/rancher/k3s
    changed "removed the data under /var/lib/rancher/k3s"
fi
