#!/usr/bin/env bash
# What the laptops change on the machine underneath, kept so that `down` can put it back. Run as root.
#   host.sh network <lab> <prefix>   records the machine's state (once, whichever lab is first), then makes the lab's network
#   host.sh restore <lab>            removes the network; with the last one the image, and puts everything back. Prints what it did.
#
# Laptops are privileged containers, so what their systemd, the kubelet and kube-proxy write to sysctls that have no
# namespace lands on this machine. The record is in /run: it must not outlive a boot, which resets those values too.
set -euo pipefail

record=/run/onprem-blog
sysctls=(
    net.ipv4.ip_forward # first: changing it resets accept_redirects
    fs.file-max fs.nr_open
    fs.inotify.max_user_instances fs.inotify.max_user_watches fs.inotify.max_queued_events
    fs.protected_fifos fs.protected_hardlinks fs.protected_regular fs.protected_symlinks fs.suid_dumpable
    kernel.core_pattern kernel.core_uses_pid kernel.dmesg_restrict kernel.kptr_restrict kernel.pid_max kernel.printk
    kernel.sysrq kernel.yama.ptrace_scope kernel.unprivileged_bpf_disabled
    kernel.panic kernel.panic_on_oops kernel.keys.maxkeys kernel.keys.maxbytes
    kernel.keys.root_maxkeys kernel.keys.root_maxbytes
    vm.dirty_background_ratio vm.dirty_ratio vm.max_map_count vm.mmap_min_addr vm.overcommit_memory vm.panic_on_oom vm.swappiness
    net.bridge.bridge-nf-call-iptables net.bridge.bridge-nf-call-ip6tables net.bridge.bridge-nf-call-arptables
    net.core.default_qdisc net.core.rmem_max net.core.wmem_max
    net.ipv6.conf.all.forwarding net.ipv6.conf.default.forwarding
    net.netfilter.nf_conntrack_max net.netfilter.nf_conntrack_tcp_timeout_established
    net.netfilter.nf_conntrack_tcp_timeout_close_wait
    net.ipv4.conf.all.route_localnet net.ipv4.conf.all.rp_filter net.ipv4.conf.default.rp_filter
    net.ipv4.conf.all.accept_redirects net.ipv4.conf.default.accept_redirects
)

path_of() {
    # Dots separate, but a name may hold one itself only behind a slash; none of the above does.
    echo "/proc/sys/${1//.//}"
}

networks() {
    podman network ls --format '{{.Name}}' | grep '^onprem-blog-' || true
}

# The chains that netavark leaves when its last network goes.
general_chains() {
    iptables-save 2>/dev/null | grep -c '^:NETAVARK[-_]\(FORWARD\|HOSTPORT-[A-Z]*\|ISOLATION_[0-9]\) ' || true
}

network_chains() {
    iptables-save 2>/dev/null | grep -c '^:NETAVARK-[0-9A-F]* ' || true
}

save() {
    [ ! -e "$record/sysctls" ] || return 0
    mkdir -p "$record"
    chmod 0700 "$record"
    general_chains >"$record/chains"
    if grep -q ' /run/netns ' /proc/mounts; then echo yes; else echo no; fi >"$record/netns"
    local name file
    for name in "${sysctls[@]}"; do
        file=$(path_of "$name")
        if [ -r "$file" ]; then printf '%s\t%s\n' "$name" "$(tr '\t' ' ' <"$file")"; fi
    done >"$record/sysctls.new"
    mv "$record/sysctls.new" "$record/sysctls"
}

network() {
    local name=onprem-blog-$1 prefix=$2
    save
    # Without a name server of podman's own: nothing here needs one, and it would listen on the laptops' gateway.
    podman network exists "$name" || podman network create --disable-dns --subnet "$prefix.0/24" --gateway "$prefix.1" "$name" >/dev/null
}

restore_sysctls() {
    local name was now count=0
    while IFS=$'\t' read -r name was; do
        now=$(tr '\t' ' ' <"$(path_of "$name")")
        if [ "$now" != "$was" ]; then
            if echo "$was" >"$(path_of "$name")"; then count=$((count + 1)); fi
        fi
    done <"$record/sysctls"
    [ "$count" = 0 ] || echo "$count sysctls put back"
}

remove_general_chains() {
    local table chain rule
    for table in filter nat; do
        while read -r rule; do
            eval "iptables -t $table -D ${rule#-A }"
        done < <(iptables-save -t "$table" | grep -- '^-A [^N].* -j NETAVARK' || true)
        while read -r chain; do iptables -t "$table" -F "$chain"; done \
            < <(iptables-save -t "$table" | sed -n 's/^:\(NETAVARK[^ ]*\) .*/\1/p')
        while read -r chain; do iptables -t "$table" -X "$chain"; done \
            < <(iptables-save -t "$table" | sed -n 's/^:\(NETAVARK[^ ]*\) .*/\1/p')
    done
    echo "firewall chains of the network"
}

restore() {
    local name=onprem-blog-$1
    if podman network exists "$name"; then
        podman network rm -f "$name" >/dev/null
        echo "network $name"
    fi
    [ -z "$(networks)" ] || return 0
    local image
    for image in $(podman images --format '{{.Repository}}:{{.Tag}}' localhost/onprem-blog/laptop); do
        # Not when a container that is not the lab's was made of it.
        if podman rmi "$image" >/dev/null 2>&1; then echo "image $image"; fi
    done
    [ -e "$record/sysctls" ] || return 0
    restore_sysctls
    if [ "$(cat "$record/chains")" = 0 ] && [ "$(general_chains)" != 0 ] && [ "$(network_chains)" = 0 ]; then
        remove_general_chains
    fi
    if [ "$(cat "$record/netns")" = no ] && grep -q ' /run/netns ' /proc/mounts && [ -z "$(ls -A /run/netns)" ]; then
        umount /run/netns
        echo "mount /run/netns"
    fi
    rm -rf "$record"
}

# The last `down` removes the lock file too, so the one that was waited for may be gone by now.
lock=/run/onprem-blog.lock
until [ "$lock" -ef /proc/self/fd/9 ] 2>/dev/null; do
    exec 9>"$lock"
    flock -w 60 9
done
case "$1" in
network) network "$2" "$3" ;;
restore)
    restore "$2"
    rm -f "$lock"
    ;;
*) echo "host.sh: unknown task $1" >&2 && exit 2 ;;
esac
