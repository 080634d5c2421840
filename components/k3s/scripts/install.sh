#!/bin/bash
# Makes k3s run on this host with the given binary, unit and configuration; restarts it only when one of them changed.
: "${role:?}" "${unit:?}" "${version:?}" "${source:?}" "${uploaded?}"
: "${url_amd64?}" "${url_arm64?}" "${sha256_amd64?}" "${sha256_arm64?}"
: "${images_source:?}" "${images_uploaded?}"
: "${images_url_amd64?}" "${images_url_arm64?}" "${images_sha256_amd64?}" "${images_sha256_arm64?}"
: "${config_file:?}" "${unit_file:?}" "${kubelet_config:?}" "${node_name:?}" "${deadline_seconds:?}"

readonly binary=/usr/local/bin/k3s
readonly data=/var/lib/rancher/k3s
# There from the first change until k3s runs with it, so that a run cut off in between is finished by the next.
readonly restart_mark=/var/lib/onprem-blog/k3s.restart

take_lock

case $(uname -m) in
    x86_64) sha256=$sha256_amd64 url=$url_amd64 images_sha256=$images_sha256_amd64 images_url=$images_url_amd64 ;;
    aarch64) sha256=$sha256_arm64 url=$url_arm64 images_sha256=$images_sha256_arm64 images_url=$images_url_arm64 ;;
    *) fail "the processor is $(uname -m); k3s is published for x86_64 and aarch64" ;;
esac
[ -n "$sha256" ] || fail "no sha256 is known of k3s $version for $(uname -m); pin it: npm run k3s:pin -- $version"

# Pushed files lie in the login user's home; where they are read as root, the sum is taken of the copy that stays.
login_home=$(getent passwd "${SUDO_USER:-root}" | cut -d : -f 6)
[ -z "$uploaded" ] || uploaded=$login_home/$uploaded
[ -z "$images_uploaded" ] || images_uploaded=$login_home/$images_uploaded

sum_of() { sha256sum "$1" 2>/dev/null | cut -d ' ' -f 1; }

mark_restart() {
    mkdir -p "$(dirname "$restart_mark")"
    : >"$restart_mark"
}

# fetch WHAT SOURCE URL UPLOADED SHA256 TARGET MODE: puts a verified file in place by rename, or leaves everything as it was.
fetch() {
    local what=$1 from=$2 address=$3 upload=$4 wanted=$5 target=$6 mode=$7 temporary found
    mkdir -p "$(dirname "$target")"
    temporary=$target.onprem-blog
    # shellcheck disable=SC2064
    trap "rm -f '$temporary'" EXIT
    if [ "$from" = file ]; then
        [ -f "$upload" ] || fail "$what was to be at $upload, and is not there; run again with the file pushed anew (change nothing, or remove the laptop's copy step from the state)"
        cp "$upload" "$temporary" || fail "can't copy $what to $target; make room, then run again"
    else
        say "downloading $what"
        curl --fail --silent --show-error --location --retry 3 --connect-timeout 15 --speed-limit 1024 --speed-time 60 \
            --output "$temporary" "$address" ||
            fail "can't download $what from $address; check the laptop's internet access or the mirror, then run again"
    fi
    found=$(sum_of "$temporary")
    if [ "$found" != "$wanted" ]; then
        fail "$what has sha256 $found; wanted: $wanted; nothing was installed: check k3s.version and the sha256 in the settings, or the mirror"
    fi
    chmod "$mode" "$temporary"
    mv -f "$temporary" "$target"
    trap - EXIT
}

if [ "$images_source" != none ]; then
    [ -n "$images_sha256" ] || fail "no sha256 is known of the air-gap images of k3s $version for $(uname -m); give it in k3s.airgapImages.sha256"
    images_file=$data/agent/images/k3s-airgap-images.tar.zst
    if [ "$(sum_of "$images_file")" != "$images_sha256" ]; then
        fetch "the air-gap images of k3s $version" "$images_source" "$images_url" "$images_uploaded" "$images_sha256" "$images_file" 644
        mark_restart
        changed "installed the air-gap images of k3s $version"
    fi
    [ -z "$images_uploaded" ] || rm -f "$images_uploaded"
fi

if [ "$(sum_of "$binary")" != "$sha256" ]; then
    fetch "k3s $version" "$source" "$url" "$uploaded" "$sha256" "$binary" 755
    mark_restart
    changed "installed k3s $version"
fi
[ -z "$uploaded" ] || rm -f "$uploaded"
for tool in kubectl crictl ctr; do
    if [ ! -e "/usr/local/bin/$tool" ]; then
        ln -s k3s "/usr/local/bin/$tool"
        changed "linked /usr/local/bin/$tool to k3s"
    fi
done

# The mark comes first: a cut between it and the file costs one restart, the other way round a lost change.
put() {
    local had_mark=false
    [ ! -e "$restart_mark" ] || had_mark=true
    mark_restart
    write_file "$@" || [ "$had_mark" = true ] || rm -f "$restart_mark"
}
mkdir -p /etc/rancher/k3s
chmod 755 /etc/rancher /etc/rancher/k3s
put /etc/rancher/k3s/config.yaml 600 "$config_file"
put "$data/agent/etc/kubelet.conf.d/50-onprem-blog.conf" 600 "$kubelet_config"
put "/etc/systemd/system/$unit.service" 644 "$unit_file"
[ ! -e "$restart_mark" ] || systemctl daemon-reload

last_log_lines() { journalctl --unit "$unit" --lines 15 --output cat --no-pager | cut -c 1-300; }

restarted=false
if [ "$(systemctl is-enabled "$unit" 2>/dev/null)" != enabled ]; then
    systemctl enable --quiet "$unit"
    changed "enabled $unit"
fi
if [ -e "$restart_mark" ] || ! systemctl is-active --quiet "$unit"; then
    systemctl restart --no-block "$unit"
    restarted=true
    changed "started $unit"
fi

ready() {
    # A restart is queued before the old process ends: the new one must be the one that answers.
    [ ! -e "$restart_mark" ] || [ "$(stat -c %Y "$restart_mark")" -le "$(date -d "$(systemctl show --property ActiveEnterTimestamp --value "$unit")" +%s 2>/dev/null || echo 0)" ] || return 1
    systemctl is-active --quiet "$unit" || return 1
    if [ "$role" = server ]; then
        "$binary" kubectl --kubeconfig /etc/rancher/k3s/k3s.yaml wait --for=condition=Ready --timeout=1s "node/$node_name" >/dev/null 2>&1
    else
        curl --fail --silent --max-time 2 --output /dev/null http://127.0.0.1:10248/healthz
    fi
}

# Three failed starts in a row won't heal by themselves; a slow start is given all of the step's deadline.
failed_starts() { systemctl show --property NRestarts --value "$unit"; }
starts_before=$(failed_starts)
waiting_since=$SECONDS
reported=0
until ready; do
    seconds=$((SECONDS - waiting_since))
    if [ $(($(failed_starts) - starts_before)) -ge 3 ]; then
        fail "$unit ends again and again; its last log lines:
$(last_log_lines)"
    fi
    if [ "$seconds" -ge $((deadline_seconds - 20)) ]; then
        fail "$unit is not ready after $seconds s; its last log lines:
$(last_log_lines)"
    fi
    if [ "$seconds" -ge $((reported + 10)) ]; then
        reported=$seconds
        say "waiting for $unit to be ready ($seconds s)"
    fi
    sleep 0.3
done
rm -f "$restart_mark"

fact version "$("$binary" --version | awk 'NR == 1 { print $3 }')"
fact startedAt "$(systemctl show --property ActiveEnterTimestamp --value "$unit")"
fact_json restarted "$restarted"
if [ "$role" = server ]; then
    fact agentToken "$(cat "$data/server/agent-token")"
fi
