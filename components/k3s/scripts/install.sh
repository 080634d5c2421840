#!/bin/bash
# Makes k3s run on this host with the staged binary and images, the given unit and configuration; restarts it only when
# one of them changed.
: "${role:?}" "${unit:?}" "${version:?}" "${sha256_amd64?}" "${sha256_arm64?}"
: "${images_source:?}" "${images_sha256_amd64?}" "${images_sha256_arm64?}"
: "${config_file:?}" "${node_file?}" "${registries_file?}" "${unit_file:?}" "${kubelet_config:?}"
: "${token?}" "${node_name:?}" "${certificate_renewal:?}" "${deadline_seconds:?}"
# From files.sh.
: "${binary:?}" "${staged_binary:?}" "${previous_binary:?}" "${data:?}" "${kept:?}"
: "${images_file:?}" "${staged_images:?}" "${snapshots:?}"

# There from the first change until k3s runs with it, so that a run cut off in between is finished by the next.
readonly restart_mark=/var/lib/onprem-blog/k3s.restart
readonly our_header="# Managed by onprem-blog"

mark_restart() {
    mkdir -p "$(dirname "$restart_mark")"
    : >"$restart_mark"
}

last_log_lines() { journalctl --unit "$unit" --lines 15 --output cat --no-pager | cut -c 1-300; }

# What to do when k3s doesn't get ready: more where it was being upgraded.
going_on() {
    local before snapshot
    before=$(version_of "$previous_binary") || return 0
    printf '\nk3s was being upgraded from %s to %s. To go on: correct the cause and run again. To go back: ' "$before" "$version"
    if [ "$role" = server ]; then
        snapshot=$(find "$snapshots" -name "$before-*.tar.gz" | sort | tail -n 1) || true
        printf 'sudo systemctl stop %s; sudo rm -rf %s/server/db; sudo tar -xzf %s -C %s; ' "$unit" "$data" "$snapshot" "$data"
    fi
    printf 'sudo mv -f %s %s; sudo systemctl restart %s; then set k3s.version to %s' "$previous_binary" "$binary" "$unit" "$before"
}

# A server's token encrypts what its datastore holds, so another one can't open kept data. The file holds it in its long
# form: K10<sha256 of the CA>::server:<password>.
check_token() {
    local written
    [ "$role" = server ] && [ -e "$data/server/db" ] && [ -s "$data/server/token" ] || return 0
    written=$(cat "$data/server/token")
    [ "${written##*:}" = "${token##*:}" ] ||
        fail "the data under $data was written with another server token than the one in the settings; nothing was changed. Give the old one (it is in $data/server/token): pulumi config set --secret --path k3s.token; or start anew without that data: sudo mv $data $data.old"
}

make_private_folders() {
    mkdir -p "$@"
    chmod 700 "$@"
}

# The data must be at rest while it is copied; pods run on meanwhile.
snapshot_datastore() {
    local from=$1 file
    file=$snapshots/$from-$(date --utc +%Y%m%dT%H%M%SZ).tar.gz
    make_private_folders "$kept" "$snapshots"
    say "saving the datastore of k3s $from"
    # A connection that ends must not end this between stop and start.
    trap '' TERM
    systemctl stop "$unit"
    keep_node_password
    if ! (umask 077 && tar --create --file "$file.part" --use-compress-program 'gzip -1' --directory "$data" \
        server/db server/token server/tls server/cred onprem-blog/node-password); then
        rm -f "$file.part"
        systemctl start --no-block "$unit"
        fail "can't save the datastore to $file (free: $(df --output=avail -h "$snapshots" | tail -n 1 | tr -d ' ')); $unit goes on with $from. Make room, then run again"
    fi
    mv "$file.part" "$file"
    trap - TERM
    changed "saved the datastore to $file"
    find "$snapshots" -name '*.tar.gz' | sort -r | tail -n +4 | xargs --no-run-if-empty rm -f
}

# It lies outside the data folder, and the cluster knows the node by it: data that moves to another disk needs it.
keep_node_password() {
    [ ! -e /etc/rancher/node/password ] || install -D -m 600 /etc/rancher/node/password "$kept/node-password"
}

install_binary() {
    local wanted before
    wanted=$(for_architecture sha256)
    [ "$(sum_of "$binary")" != "$wanted" ] || return 0
    [ "$(sum_of "$staged_binary")" = "$wanted" ] ||
        fail "k3s $version is not staged at $staged_binary; put it there anew: pulumi up --replace '**::stage-$node_name*'"
    mark_restart
    if [ -x "$binary" ]; then
        before=$(version_of "$binary") || true
        if [ "$role" = server ] && [ -n "$before" ] && [ "$before" != "$version" ] && [ -e "$data/server/db" ]; then
            snapshot_datastore "$before"
        fi
        ln -f "$binary" "$previous_binary"
    fi
    mv -f "$staged_binary" "$binary"
    changed "installed k3s $version"
}

install_images() {
    local wanted
    [ "$images_source" != none ] || return 0
    wanted=$(for_architecture images_sha256)
    [ "$(sum_of "$images_file")" != "$wanted" ] || return 0
    [ "$(sum_of "$staged_images")" = "$wanted" ] || fail "the air-gap images of k3s $version are not staged at $staged_images; put them there anew: pulumi up --replace '**::stage-$node_name*'"
    mkdir -p "$(dirname "$images_file")"
    mark_restart
    mv -f "$staged_images" "$images_file"
    changed "installed the air-gap images of k3s $version"
}

# write_or_remove PATH MODE CONTENT: as write_file, and no file of ours for no content; true when that changed something.
write_or_remove() {
    if [ -n "$3" ]; then
        write_file "$@"
        return
    fi
    [ "$(head -n 1 "$1" 2>/dev/null)" = "$our_header" ] || return 1
    rm -f "$1"
    changed "removed $1"
}

# put PATH MODE CONTENT: a file that k3s reads when it starts. The mark comes first: a cut between it and the file costs
# one restart, the other way round a lost change.
put() {
    local had_mark=false
    [ ! -e "$restart_mark" ] || had_mark=true
    mark_restart
    write_or_remove "$@" || [ "$had_mark" = true ] || rm -f "$restart_mark"
}

write_configuration() {
    local tool
    mkdir -p /etc/rancher/k3s
    chmod 755 /etc/rancher /etc/rancher/k3s
    put /etc/rancher/k3s/config.yaml 600 "$config_file"
    put /etc/rancher/k3s/registries.yaml 600 "$registries_file"
    # Labels and taints. Changes are made through the API as well, so they are no reason to restart.
    write_or_remove /etc/rancher/k3s/config.yaml.d/10-onprem-blog.yaml 600 "$node_file" || true
    put "$data/agent/etc/kubelet.conf.d/50-onprem-blog.conf" 600 "$kubelet_config"
    put "/etc/systemd/system/$unit.service" 644 "$unit_file"
    for tool in kubectl crictl ctr; do
        if [ ! -e "/usr/local/bin/$tool" ]; then
            ln -s k3s "/usr/local/bin/$tool"
            changed "linked /usr/local/bin/$tool to k3s"
        fi
    done
    if [ ! -e /etc/rancher/node/password ] && [ -e "$kept/node-password" ]; then
        install -D -m 600 "$kept/node-password" /etc/rancher/node/password
    fi
}

# k3s writes new certificates at a start that finds none; its CAs, and so everybody's trust, stay. Noted when done.
rotate_certificates() {
    local noted=$kept/certificate-renewal
    [ -n "$(find "$data/agent" -maxdepth 1 -name '*.crt' -print -quit)" ] || return 0
    [ "$(cat "$noted" 2>/dev/null || echo 1)" != "$certificate_renewal" ] || return 0
    mark_restart
    trap '' TERM
    systemctl stop "$unit"
    "$binary" certificate rotate >/dev/null 2>&1 || {
        systemctl start --no-block "$unit"
        fail "k3s certificate rotate failed; try it by hand: sudo systemctl stop $unit; sudo k3s certificate rotate; sudo systemctl start $unit"
    }
    trap - TERM
    changed "renewed the certificates of k3s"
}

ready() {
    # A restart is queued before the old process ends: the new one must be the one that answers.
    [ ! -e "$restart_mark" ] || [ "$(stat -c %Y "$restart_mark")" -le "$(date -d "$(systemctl show --property ActiveEnterTimestamp --value "$unit")" +%s 2>/dev/null || echo 0)" ] || return 1
    systemctl is-active --quiet "$unit" || return 1
    # What the API says of the node may be from before the restart; kubelet's own answer isn't.
    curl --fail --silent --max-time 2 --output /dev/null http://127.0.0.1:10248/healthz || return 1
    [ "$role" = agent ] ||
        "$binary" kubectl --kubeconfig /etc/rancher/k3s/k3s.yaml --request-timeout=5s wait --for=condition=Ready --timeout=1s "node/$node_name" >/dev/null 2>&1
}

# A join that the server refuses is tried again for ever, and no later try can end otherwise.
refusal() {
    journalctl --unit "$unit" --since "@$started_at" --output cat --no-pager 2>/dev/null |
        grep -oE 'token CA hash does not match the Cluster CA certificate hash|Node password rejected|bootstrap data already found and encrypted with different token|401 Unauthorized' |
        sort | uniq -c | awk '$1 >= 3 { $1 = ""; print substr($0, 2); exit }'
}

failed_starts() { systemctl show --property NRestarts --value "$unit"; }

await_ready() {
    local seconds reported=0 refused waiting_since=$SECONDS starts_before=$1
    until ready; do
        seconds=$((SECONDS - waiting_since))
        # Three failed starts in a row won't heal by themselves; a slow start is given all of the step's deadline.
        if [ $(($(failed_starts) - starts_before)) -ge 3 ]; then
            fail "$unit ends again and again; its last log lines:
$(last_log_lines)$(going_on)"
        fi
        if [ "$seconds" -ge $((deadline_seconds - 20)) ]; then
            fail "$unit is not ready after $seconds s; its last log lines:
$(last_log_lines)$(going_on)"
        fi
        if [ "$seconds" -ge $((reported + 10)) ]; then
            reported=$seconds
            say "waiting for $unit to be ready ($seconds s)"
            refused=$(refusal) || true
            [ -z "$refused" ] || fail "the server refuses this laptop: $refused; look for a token of somebody else's in /etc/rancher/k3s/config.yaml.d, for data of another cluster under $data, and for another machine of the same name; its last log lines:
$(last_log_lines)$(going_on)"
        fi
        sleep 0.3
    done
}

take_lock
check_token
install_images
install_binary
write_configuration
rotate_certificates
[ ! -e "$restart_mark" ] || systemctl daemon-reload

restarted=false
if [ "$(systemctl is-enabled "$unit" 2>/dev/null)" != enabled ]; then
    systemctl enable --quiet "$unit"
    changed "enabled $unit"
fi
started_at=$(date +%s)
starts_before=$(failed_starts)
if [ -e "$restart_mark" ] || ! systemctl is-active --quiet "$unit"; then
    systemctl restart --no-block "$unit"
    restarted=true
    changed "started $unit"
fi
await_ready "$starts_before"
make_private_folders "$kept"
printf '%s\n' "$certificate_renewal" >"$kept/certificate-renewal"
keep_node_password
rm -f "$restart_mark" "$previous_binary"

fact version "$(version_of "$binary")"
fact startedAt "$(systemctl show --property ActiveEnterTimestamp --value "$unit")"
fact_json restarted "$restarted"
