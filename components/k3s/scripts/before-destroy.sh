#!/bin/bash
# On the server, first of all when the whole cluster is removed: nothing has been touched or forgotten yet when it says no.
: "${allow_removal:?}"
# From cluster.sh.
: "${node_ready?}"
declare -A node_ips

[ "$allow_removal" = true ] ||
    fail "the cluster is kept: removing it needs permission first. Set k3s.allowRemoval to true (and k3s.removeData to true to lose its data as well), run pulumi up, then: pulumi destroy --exclude-protected (pulumi destroy, where the data goes too)"

gone=""
if api_answers 10; then
    for node in "${!node_ips[@]}"; do
        if read_node "$node" && [ "$node_ready" != True ] && ! is_there "${node_ips[$node]}"; then
            gone+="
  - $(way_out "$node" "${node_ips[$node]}")"
        fi
    done
else
    say "the Kubernetes API doesn't answer, so it can't be asked for the nodes; going on"
fi
[ -z "$gone" ] || fail "not every laptop is there:$gone"
