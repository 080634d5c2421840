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

# on_exit COMMAND...: done when the step ends, however it ends; the last one given is done first.
declare -a exit_commands=()
on_exit() { exit_commands=("$(printf '%q ' "$@")" ${exit_commands[@]+"${exit_commands[@]}"}); }
run_exit_commands() {
    local command
    for command in ${exit_commands[@]+"${exit_commands[@]}"}; do eval "$command" 2>/dev/null || true; done
}
trap run_exit_commands EXIT

# The sshd that serves this step: its nearest ancestor of that name; empty when there is none.
connection_process() {
    local process=$$
    while [ "${process:-0}" -gt 1 ]; do
        process=$(awk '/^PPid:/ { print $2 }' "/proc/$process/status" 2>/dev/null || true)
        case $(cat "/proc/${process:-0}/comm" 2>/dev/null || true) in
            sshd*) printf '%s' "$process" && return ;;
        esac
    done
}

# end_with_connection: a step whose program was killed must not go on by itself, and hold the lock.
end_with_connection() {
    local connection watcher
    connection=$(connection_process)
    [ -n "$connection" ] || return 0
    {
        while [ -e "/proc/$connection" ]; do sleep 1; done
        # The deadline's `timeout` gave the step a process group of its own.
        pkill -TERM --pgroup "$(ps -o pgid= -p $$ | tr -d ' ')"
    } </dev/null >/dev/null 2>&1 9>&- &
    watcher=$!
    disown "$watcher"
    # Not TERM: a shell that was just forked would still run the traps of this one.
    on_exit kill -KILL "$watcher"
}

# take_lock: one run at a time on a host. The kernel drops the lock with the process that holds it, however that ends;
# a step of a killed run ends within seconds of it, which is waited for.
take_lock() {
    local lock=/run/onprem-blog.lock
    exec 9>>"$lock"
    if ! flock --nonblock 9; then
        say "waiting for the lock $lock ($(tail -n 1 "$lock"))"
        flock --wait 15 9 ||
            fail "another run holds the lock $lock ($(tail -n 1 "$lock")); wait for it to end, then run again"
    fi
    printf 'process %s since %s: %s\n' "$$" "$(date --utc +%FT%TZ)" "$title" >"$lock"
    end_with_connection
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
