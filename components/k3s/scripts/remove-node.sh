#!/bin/bash
# On a server, before k3s is taken off a laptop: moves its pods away and takes the node out of the cluster.
: "${node:?}" "${lost:?}" "${allow_removal:?}" "${drain_timeout_seconds:?}" "${node_ip:?}"
# From cluster.sh.
: "${node_ready?}" "${in_the_way?}"

[ "$allow_removal" = true ] || [ "$lost" = true ] ||
    fail "$node is kept in the cluster: removing it needs permission first. Put the laptop back into the settings, set k3s.allowRemoval to true (and k3s.removeData to true to lose the data on it as well), run pulumi up, then do this again"

take_lock
api_answers 60 || fail "the Kubernetes API doesn't answer, so $node can't be taken out of the cluster; look at its log: journalctl -u k3s"
if read_node "$node"; then
    if [ "$node_ready" != True ] && ! is_there "$node_ip"; then
        fail "$(way_out "$node" "$node_ip")"
    fi
    if [ "$node_ready" = True ]; then
        empty_node "$node" "$drain_timeout_seconds" ||
            fail "$node can't be emptied within $drain_timeout_seconds s; in the way:
$in_the_way
$node takes pods as before. Give the workload a replica elsewhere or loosen its PodDisruptionBudget, or raise k3s.drainTimeoutSeconds (with the laptop back in the settings, and pulumi up); then do this again"
    else
        say "$node is not Ready, so its pods can't be moved away; going on without"
    fi
    unregister_node "$node"
    changed "took $node out of the cluster"
fi
