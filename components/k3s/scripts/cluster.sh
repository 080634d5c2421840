#!/bin/bash
# What the steps on a server share: kubectl as root there, what a node is, and emptying one.
# shellcheck disable=SC2034,SC2016 # the steps behind it use what it sets; the template's variables are kubectl's

kubectl() { /usr/local/bin/k3s kubectl --kubeconfig /etc/rancher/k3s/k3s.yaml "$@"; }
# ask ARGUMENTS...: a request that an API server in the middle of its start would otherwise leave open for minutes.
ask() { kubectl --request-timeout=5s "$@"; }

# Marks a node that a step cordoned: an operator's own cordon stays.
readonly cordoned=onprem-blog/cordoned

# api_answers SECONDS: true as soon as the Kubernetes API answers.
api_answers() {
    local until=$((SECONDS + $1))
    until ask get --raw /readyz >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$until" ] || return 1
        sleep 0.5
    done
}

# read_node NODE: sets the node_* variables below from one request; false when there is no such node.
declare -A node_labels=() node_annotations=()
declare -a node_taints=()
node_version="" node_machine_id="" node_unschedulable="" node_ready=""
read_node() {
    local kind text
    node_labels=() node_annotations=() node_taints=()
    node_version="" node_machine_id="" node_unschedulable=false node_ready=False
    while read -r kind text; do
        case $kind in
            version) node_version=$text ;;
            machine) node_machine_id=$text ;;
            unschedulable) node_unschedulable=$text ;;
            ready) node_ready=$text ;;
            label) node_labels[${text%%=*}]=${text#*=} ;;
            annotation) node_annotations[${text%%=*}]=${text#*=} ;;
            taint) node_taints+=("$text") ;;
        esac
    done < <(ask get node "$1" --ignore-not-found --output go-template='version {{.status.nodeInfo.kubeletVersion}}
machine {{.status.nodeInfo.machineID}}
{{if .spec.unschedulable}}unschedulable true
{{end}}{{range .status.conditions}}{{if eq .type "Ready"}}ready {{.status}}
{{end}}{{end}}{{range $key, $value := .metadata.labels}}label {{$key}}={{$value}}
{{end}}{{range $key, $value := .metadata.annotations}}annotation {{$key}}={{$value}}
{{end}}{{range .spec.taints}}taint {{.key}}{{if .value}}={{.value}}{{end}}:{{.effect}}
{{end}}')
    [ -n "$node_version" ]
}

# is_there ADDRESS: whether the laptop with that node IP is switched on and on the network; a firewall may drop pings.
is_there() {
    ping -q -c 2 -i 0.5 -W 2 "$1" >/dev/null 2>&1 || timeout 5 bash -c 'exec 3<>"/dev/tcp/$1/22"' - "$1" 2>/dev/null
}

# way_out NODE ADDRESS: what to do about a laptop from which k3s is to be removed, and which can't be reached.
way_out() {
    printf '%s is not Ready, and nothing answers at %s; switch it on and do this again. If it is gone for good: put it into the settings with lost: true, run pulumi up, then do this again' "$1" "$2"
}

# unregister_node NODE: the node and the password that would keep a new machine from joining under its name.
unregister_node() {
    kubectl delete node "$1" --ignore-not-found >/dev/null
    kubectl --namespace kube-system delete secret "$1.node-password.k3s" --ignore-not-found >/dev/null
}

uncordon_ours() {
    kubectl uncordon "$1" >/dev/null
    kubectl annotate node "$1" "$cordoned-" >/dev/null
}

# What is left on a node that should be empty, a line each, with the reason. $2: what the eviction said.
pods_in_the_way() {
    local namespace name owner ending budgets
    while IFS='|' read -r namespace name owner ending; do
        case $owner in DaemonSet | Node) continue ;; esac
        if [ -z "$owner" ]; then
            printf '  - %s/%s has no controller that would start it elsewhere; delete it\n' "$namespace" "$name"
        elif [ -n "$ending" ]; then
            printf '  - %s/%s is still ending; it was asked to at %s\n' "$namespace" "$name" "$ending"
        elif grep -qF "pods/\"$name\" -n \"$namespace\"" <<<"$2"; then
            budgets=$(kubectl --namespace "$namespace" get poddisruptionbudgets --output \
                jsonpath='{range .items[?(@.status.disruptionsAllowed==0)]}{.metadata.name} ({.status.currentHealthy} of {.status.expectedPods} healthy, {.status.desiredHealthy} wanted), {end}')
            printf '  - %s/%s may not be evicted: PodDisruptionBudget %s\n' "$namespace" "$name" "${budgets%, }"
        else
            printf '  - %s/%s was not evicted\n' "$namespace" "$name"
        fi
    done < <(kubectl get pods --all-namespaces --field-selector "spec.nodeName=$1,status.phase!=Succeeded,status.phase!=Failed" --output \
        jsonpath='{range .items[*]}{.metadata.namespace}|{.metadata.name}|{.metadata.ownerReferences[0].kind}|{.metadata.deletionTimestamp}{"\n"}{end}')
}

# empty_node NODE SECONDS: cordons the node and evicts its pods as their PodDisruptionBudgets allow. When that can't be
# done, what is in the way is left in `in_the_way`, the cordon is taken back, and it's false.
in_the_way=""
empty_node() {
    local node=$1 seconds=$2 line said=$'\n'
    if [ "$node_unschedulable" != true ]; then
        kubectl annotate node "$node" --overwrite "$cordoned=true" >/dev/null
        kubectl cordon "$node" >/dev/null
    fi
    say "evicting the pods of $node"
    while IFS= read -r line; do
        case $line in
            "emptied "*) return 0 ;;
            "evicting pod "* | "pod/"*" evicted")
                # A pod that may not go is tried again every five seconds.
                [[ $said = *$'\n'"$line"$'\n'* ]] || say "$line"
                ;;
        esac
        said+=$line$'\n'
    done < <(kubectl drain "$node" --ignore-daemonsets --delete-emptydir-data --timeout="${seconds}s" 2>&1 && echo "emptied $node")
    in_the_way=$(pods_in_the_way "$node" "$said")
    [ -n "$in_the_way" ] || in_the_way="  - $(grep -v '^evicting pod' <<<"$said" | grep . | tail -n 1)"
    [ "$node_unschedulable" = true ] || uncordon_ours "$node"
    return 1
}
