#!/bin/bash
# Functions that every step has. Sourced ahead of the step by being part of the same stdin.
: "${host:?}" "${title:?}"

export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
umask 022

declare -a changes=()
facts=""

# Progress for people; stdout belongs to the facts.
say() { printf '%s: %s\n' "$host" "$1" >&2; }

# fail MESSAGE: ends the step. The message names what was found, what is wanted and what to do.
fail() {
    printf '%s: %s: %s\n' "$host" "$title" "$1" >&2
    exit 1
}

# changed WHAT: records that the host was changed, for the facts and for people.
changed() {
    changes+=("$1")
    say "$1"
}

json_string() {
    local text=$1
    text=${text//\\/\\\\}
    text=${text//\"/\\\"}
    text=${text//$'\n'/\\n}
    text=${text//$'\t'/\\t}
    text=${text//$'\r'/\\r}
    printf '"%s"' "${text//[$'\001'-$'\037']/}"
}

json_strings() {
    local separator="" item
    printf '['
    for item in "$@"; do
        printf '%s' "$separator"
        json_string "$item"
        separator=,
    done
    printf ']'
}

# fact NAME STRING, fact_json NAME JSON: what the step's last line tells the program.
fact() { fact_json "$1" "$(json_string "$2")"; }
fact_json() { facts+=",\"$1\":$2"; }

print_facts() { printf '{"changes":%s%s}\n' "$(json_strings ${changes[@]+"${changes[@]}"})" "$facts"; }

# take_lock: one run at a time on a host. The kernel drops the lock with the process that holds it, however that ends.
take_lock() {
    local lock=/run/onprem-blog.lock
    exec 9>>"$lock"
    if ! flock --nonblock 9; then
        fail "another run holds the lock $lock ($(tail -n 1 "$lock")); wait for it to end, then run again"
    fi
    printf 'process %s since %s: %s\n' "$$" "$(date --utc +%FT%TZ)" "$title" >"$lock"
}

# write_file PATH MODE CONTENT: makes the file so, by rename; true when that changed it.
write_file() {
    local path=$1 mode=$2 content=$3 temporary
    if [ -f "$path" ] && [ "$(stat -c %a "$path")" = "$mode" ] && printf '%s' "$content" | cmp --silent - "$path"; then
        return 1
    fi
    # Callers test the result, which switches `set -e` off in here: each command answers for itself.
    if ! { mkdir -p "$(dirname "$path")" &&
        temporary=$(mktemp "$path.XXXXXX") &&
        chmod "$mode" "$temporary" &&
        printf '%s' "$content" >"$temporary" &&
        mv -f "$temporary" "$path"; }; then
        rm -f "${temporary:-}"
        fail "can't write $path (free: $(df --output=avail -h "$(dirname "$path")" 2>/dev/null | tail -n 1 | tr -d ' ')); make room or make it writable, then run again"
    fi
    changed "wrote $path"
}
