#!/bin/bash
# On a server, after a laptop's k3s was touched: waits until the node is Ready in the version wanted, gives it its labels
# and taints (k3s sets those of its configuration when it starts or registers), and lets pods in again.
: "${node:?}" "${version:?}" "${lost:?}" "${deadline_seconds:?}"
# From cluster.sh.
: "${cordoned:?}" "${node_version?}" "${node_ready?}"
declare -a node_taints
declare -A labels
declare -a taints

readonly our_labels=onprem-blog/labels our_taints=onprem-blog/taints

await_node() {
    local seconds waiting_since=$SECONDS reported=0
    until read_node "$node" && [ "$node_ready" = True ] && [ "$node_version" = "$version" ]; do
        seconds=$((SECONDS - waiting_since))
        [ "$seconds" -lt $((deadline_seconds - 20)) ] ||
            fail "$node is not Ready in $version after $seconds s; found: ${node_version:-no such node}, Ready: ${node_ready:-Unknown}; look at its log: journalctl -u k3s -u k3s-agent
$(kubectl get nodes --output wide 2>&1 | cut -c 1-200)"
        if [ "$seconds" -ge $((reported + 10)) ]; then
            reported=$seconds
            say "waiting for $node to be Ready in $version ($seconds s)"
        fi
        sleep 0.3
    done
}

# Labels that an earlier run set and this one doesn't want are taken away; everybody else's stay.
set_labels() {
    local key keys our_label_keys=${node_annotations[$our_labels]-}
    local -a wanted=() arguments=()
    mapfile -t wanted < <(printf '%s\n' ${labels[@]+"${!labels[@]}"} | sort)
    for key in ${our_label_keys//,/ }; do
        [ -v "labels[$key]" ] || [ ! -v "node_labels[$key]" ] || arguments+=("$key-")
    done
    for key in ${labels[@]+"${!labels[@]}"}; do
        [ "${node_labels[$key]-$'\n'}" = "${labels[$key]}" ] || arguments+=("$key=${labels[$key]}")
    done
    if [ "${#arguments[@]}" -gt 0 ]; then
        kubectl label node "$node" --overwrite "${arguments[@]}" >/dev/null || fail "can't set the labels of $node"
        changed "set labels of $node: ${arguments[*]}"
    fi
    keys=$(IFS=,; printf '%s' "${wanted[*]}")
    remember "$our_labels" "$keys"
}

# A taint is known by its key and effect; the value may change.
set_taints() {
    local taint our_taint_ids=${node_annotations[$our_taints]-}
    local -a arguments=()
    local -A identities=()
    for taint in ${taints[@]+"${taints[@]}"}; do
        identities[$(identity "$taint")]=1
        contains "$taint" ${node_taints[@]+"${node_taints[@]}"} || arguments+=("$taint")
    done
    for taint in ${our_taint_ids//,/ }; do
        [ -v "identities[$taint]" ] || ! contains_identity "$taint" || arguments+=("$taint-")
    done
    if [ "${#arguments[@]}" -gt 0 ]; then
        kubectl taint node "$node" --overwrite "${arguments[@]}" >/dev/null || fail "can't set the taints of $node"
        changed "set taints of $node: ${arguments[*]}"
    fi
    remember "$our_taints" "$(printf '%s\n' ${identities[@]+"${!identities[@]}"} | sort | paste -sd ,)"
}
identity() { printf '%s:%s' "${1%%[=:]*}" "${1##*:}"; }
contains() {
    local sought=$1 item
    shift
    for item in "$@"; do [ "$item" != "$sought" ] || return 0; done
    return 1
}
contains_identity() {
    local taint
    for taint in ${node_taints[@]+"${node_taints[@]}"}; do [ "$(identity "$taint")" != "$1" ] || return 0; done
    return 1
}

remember() { [ "${node_annotations[$1]-}" = "$2" ] || kubectl annotate node "$node" --overwrite "$1=$2" >/dev/null; }

take_lock
api_answers 60 || fail "the Kubernetes API doesn't answer; look at its log: journalctl -u k3s"
if [ "$lost" = true ]; then
    if read_node "$node"; then
        unregister_node "$node"
        changed "took $node, which is lost, out of the cluster"
    fi
else
    await_node
    set_labels
    set_taints
    if [ -v "node_annotations[$cordoned]" ]; then
        uncordon_ours "$node"
        changed "$node takes pods again"
    fi
fi
