#!/bin/bash
# What preparing a laptop and putting it back as it was share.

# What was switched by us, a line each, so that only that is switched back.
readonly switched=/var/lib/onprem-blog/switched
note_switched() {
    mkdir -p "$(dirname "$switched")"
    printf '%s\n' "$1" >>"$switched"
}

# reload_logind: unattended-upgrades hears of a shutdown from the logind that was there when it started, and from no later
# one; without being started anew it would hold every shutdown for as long as logind grants.
reload_logind() {
    systemctl try-reload-or-restart systemd-logind
    systemctl try-restart unattended-upgrades
}

# reconcile_ufw RULE...: makes the rules with our comment exactly these; a rule that somebody else made is neither taken nor doubled.
reconcile_ufw() {
    local mark=" comment 'onprem-blog'" present wanted rule
    local -a words
    present=$(ufw show added | sed -n 's/^ufw //p')
    wanted=$(printf '%s\n' "$@")
    while IFS= read -r rule; do
        [ "${rule%"$mark"}" != "$rule" ] || continue
        rule=${rule%"$mark"}
        ! grep --quiet --line-regexp --fixed-strings -- "$rule" <<<"$wanted" || continue
        read -ra words <<<"$rule"
        if [ "${words[0]}" = route ]; then words=(route delete "${words[@]:1}"); else words=(delete "${words[@]}"); fi
        ufw "${words[@]}" >/dev/null || fail "ufw refuses to delete its rule: $rule; delete it by hand: sudo ufw ${words[*]}"
        changed "took back ufw's rule: $rule"
    done <<<"$present"
    for rule in "$@"; do
        ! grep --quiet --line-regexp --fixed-strings -e "$rule" -e "$rule$mark" <<<"$present" || continue
        read -ra words <<<"$rule"
        ufw "${words[@]}" comment onprem-blog >/dev/null || fail "ufw refuses the rule: $rule; see what it says to: sudo ufw $rule"
        changed "gave ufw the rule: $rule"
    done
}

# write_hosts_block TEXT: the lines between our marks in /etc/hosts; every other line is left as it is.
write_hosts_block() {
    local begin="# onprem-blog: begin" end="# onprem-blog: end" block="" others
    [ -z "$1" ] || block=$begin$'\n'$1$'\n'$end$'\n'
    [ "$(sed -n "/^$begin\$/,/^$end\$/p" /etc/hosts)" != "${block%$'\n'}" ] || return 0
    others=$(sed "/^$begin\$/,/^$end\$/d" /etc/hosts)
    # Written in place: containers and some tools bind-mount this very file.
    printf '%s\n%s' "$others" "$block" >/etc/hosts || fail "can't write /etc/hosts"
    changed "wrote our entries to /etc/hosts"
}

remove_unit() {
    [ -e "/etc/systemd/system/$1" ] || return 0
    systemctl disable --quiet --now "$1"
    rm -f "/etc/systemd/system/$1"
    systemctl daemon-reload
    changed "removed $1"
}
