#!/bin/bash
# Puts the files of a k3s release on this laptop, verified but not in use, so that nothing is changed anywhere before
# every laptop has what it needs.
: "${version:?}" "${source:?}" "${uploaded?}"
: "${url_amd64?}" "${url_arm64?}" "${sha256_amd64?}" "${sha256_arm64?}"
: "${images_source:?}" "${images_uploaded?}"
: "${images_url_amd64?}" "${images_url_arm64?}" "${images_sha256_amd64?}" "${images_sha256_arm64?}"
# From library.sh and files.sh.
: "${host:?}" "${binary:?}" "${staged_binary:?}" "${images_file:?}" "${staged_images:?}"

login_home=$(getent passwd "${SUDO_USER:-root}" | cut -d : -f 6)

# download WHAT URL FILE KEY: with a word every ten seconds; a mirror that sends nothing for 20 s counts as gone.
download() {
    local what=$1 address=$2 file=$3 key=$4 curl_process reported=0 began=$SECONDS reason
    say "downloading $what"
    curl --fail --silent --show-error --location --retry 1 --connect-timeout 15 --speed-limit 1024 --speed-time 20 \
        --output "$file" "$address" 2>"$file.error" &
    curl_process=$!
    while kill -0 "$curl_process" 2>/dev/null; do
        sleep 0.2
        if [ $((SECONDS - began)) -ge $((reported + 10)) ]; then
            reported=$((SECONDS - began))
            say "downloading $what: $(($(stat -c %s "$file" 2>/dev/null || echo 0) / 1048576)) MiB ($reported s)"
        fi
    done
    if wait "$curl_process"; then return 0; fi
    reason=$(sed -n 's/^curl: ([0-9]*) //p' "$file.error" | tail -n 1)
    fail "can't download $what from $address: ${reason:-curl failed}; nothing was installed. Check the laptop's internet access and $key (a mirror: $key.source: mirror; a file on the workstation: $key.source: file), then run again"
}

# stage WHAT KEY SOURCE URL UPLOADED SHA256 TARGET MODE: puts a verified file there, or leaves everything as it was.
stage() {
    local what=$1 key=$2 from=$3 address=$4 upload=$5 wanted=$6 target=$7 mode=$8 part=$7.part found
    mkdir -p "$(dirname "$target")"
    on_exit rm -f "$part" "$part.error"
    if [ "$from" = file ]; then
        [ -f "$upload" ] || fail "$what was to be at $upload, and is not there; push it anew: pulumi up --replace '**::stage-$host*'"
        cp "$upload" "$part" || fail "can't copy $what to $target (free: $(df --output=avail -h "$(dirname "$target")" | tail -n 1 | tr -d ' ')); nothing was installed. Make room, then run again"
    else
        download "$what" "$address" "$part" "$key"
    fi
    found=$(sum_of "$part")
    [ "$found" = "$wanted" ] ||
        fail "$what has sha256 $found; wanted: $wanted; nothing was installed: check k3s.version and the sha256 in the settings, or the mirror"
    chmod "$mode" "$part"
    if [ "$target" = "$staged_binary" ]; then
        found=$(version_of "$part") || true
        [ "$found" = "$version" ] ||
            fail "$what calls itself ${found:-nothing (it does not run here)}; wanted: $version; nothing was installed: check k3s.version and the sha256 in the settings"
    fi
    mv -f "$part" "$target"
    [ "$from" != file ] || rm -f "$upload"
    changed "staged $what"
}

# needed SHA256 STAGED INSTALLED: whether the file is neither in use nor staged; what is staged in vain goes.
needed() {
    if [ "$(sum_of "$3")" = "$1" ]; then
        rm -f "$2"
        return 1
    fi
    [ "$(sum_of "$2")" != "$1" ]
}

take_lock
sha256=$(for_architecture sha256)
images_sha256=$(for_architecture images_sha256)
[ -n "$sha256" ] || fail "no sha256 is known of k3s $version for $(uname -m); pin it: npm run k3s:pin -- $version"
[ "$images_source" = none ] || [ -n "$images_sha256" ] ||
    fail "no sha256 is known of the air-gap images of k3s $version for $(uname -m); give it in k3s.airgapImages.sha256"

if needed "$sha256" "$staged_binary" "$binary"; then
    stage "k3s $version" k3s.binary "$source" "$(for_architecture url)" "${uploaded:+$login_home/$uploaded}" "$sha256" "$staged_binary" 755
fi
if [ "$images_source" != none ] && needed "$images_sha256" "$staged_images" "$images_file"; then
    stage "the air-gap images of k3s $version" k3s.airgapImages "$images_source" "$(for_architecture images_url)" \
        "${images_uploaded:+$login_home/$images_uploaded}" "$images_sha256" "$staged_images" 644
fi
for upload in ${uploaded:+"$login_home/$uploaded"} ${images_uploaded:+"$login_home/$images_uploaded"}; do rm -f "$upload"; done
