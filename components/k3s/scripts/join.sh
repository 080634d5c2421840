#!/bin/bash
# On a server: tells the program by which token agents join; k3s has put the sum of its CA into it.
: "${data:?}" "${agent_token:?}"

joins=$(cat "$data/server/agent-token")
[ "${joins##*:}" = "${agent_token##*:}" ] ||
    fail "k3s has another token for agents than the settings; look for agent-token in /etc/rancher/k3s/config.yaml.d"
fact joinToken "$joins"
