#!/bin/bash
# On a server, before a laptop's k3s is touched: an old version's pods are moved away in order, and a dead machine's
# registration makes room for the new one of the same name. With nothing to do, nothing is done.
: "${node:?}" "${server_node:?}" "${version:?}" "${machine_id_digest?}" "${drain_timeout_seconds:?}"
# From cluster.sh.
: "${cordoned:?}" "${node_version?}" "${node_machine_id?}" "${node_ready?}" "${in_the_way?}"

# As in the preflight: the digest of /etc/machine-id with its line break.
digest_of() { printf '%s\n' "$1" | sha256sum | cut -d ' ' -f 1; }

other_nodes_take_pods() {
    kubectl get nodes --output \
        jsonpath='{range .items[*]}{.metadata.name} {.spec.unschedulable} {.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}' |
        awk -v node="$node" '$1 != node && $2 == "True" && NF == 2 { found = 1 } END { exit !found }'
}

make_way() {
    [ -x /usr/local/bin/k3s ] && [ -e /etc/rancher/k3s/k3s.yaml ] || return 0
    if [ "$node" = "$server_node" ] && ! systemctl is-active --quiet k3s; then
        return 0
    fi
    api_answers 60 || {
        [ "$node" != "$server_node" ] ||
            { say "the Kubernetes API doesn't answer, so nothing can be moved away; going on without" && return 0; }
        fail "the Kubernetes API of $server_node doesn't answer; look at its log: journalctl -u k3s"
    }
    read_node "$node" || return 0

    if [ -n "$machine_id_digest" ] && [ "$(digest_of "$node_machine_id")" != "$machine_id_digest" ]; then
        [ "$node_ready" != True ] ||
            fail "another machine is Ready under the name $node (machine-id $node_machine_id); switch that one off and run again, or give the new laptop another name"
        unregister_node "$node"
        changed "took the machine that was $node before out of the cluster"
        return 0
    fi

    if [ "$node_version" = "$version" ]; then
        # Emptied for an upgrade that was then taken back.
        if [ -v "node_annotations[$cordoned]" ] && [ "$node_ready" = True ]; then
            uncordon_ours "$node"
            changed "$node takes pods again"
        fi
        return 0
    fi
    if [ "$node_ready" != True ]; then
        say "$node is not Ready, so its pods can't be moved away; going on without"
        return 0
    fi
    if ! other_nodes_take_pods; then
        say "no other laptop takes pods, so those of $node stay where they are"
        return 0
    fi
    empty_node "$node" "$drain_timeout_seconds" ||
        fail "$node can't be emptied for its upgrade from $node_version to $version within $drain_timeout_seconds s; in the way:
$in_the_way
$node takes pods as before, and still runs $node_version. Give the workload a replica elsewhere or loosen its PodDisruptionBudget, or raise k3s.drainTimeoutSeconds; then run again"
    changed "moved the pods of $node away for its upgrade from $node_version"
}

take_lock
make_way
