#!/bin/bash
# Runs as the login user, fed to `bash -s` on stdin; the sudo password and the step follow on the same stdin.
# The first argument is `apply` or `remove`.
: "${host:?}" "${title:?}" "${deadline_seconds:?}"

# What sudo says is read below, and the login user may have another language.
export LC_ALL=C

stop() {
    printf '%s: %s: %s\n' "$host" "$title" "$1" >&2
    exit 77
}

IFS= read -r sudo_password || stop "the connection ended before the step arrived"

root_shell=(timeout --kill-after=10 "$deadline_seconds" /bin/bash -s -- "${1:-apply}")

# A step that the deadline ended says so: its own output can't.
report_deadline() {
    if [ "$1" -eq 124 ] || [ "$1" -eq 137 ]; then
        stop "not done within $deadline_seconds s, so the host ended it; look at its load and its disk (for k3s itself, k3s.timeoutSeconds gives more time), then run again"
    fi
    exit "$1"
}

if [ "$(id -u)" -eq 0 ]; then
    "${root_shell[@]}"
    report_deadline "$?"
fi

command -v sudo >/dev/null ||
    stop "user $(id -un) is not root, and there is no sudo; install sudo, or set this laptop's user to root"

# Not with this stdin: sudo may read ahead in it (use_pty), and what is there is the step's.
if refusal=$(sudo -k -n -- true 2>&1 </dev/null); then
    sudo -k -n -- "${root_shell[@]}"
    report_deadline "$?"
fi
case $refusal in
    *'must have a tty'*)
        stop "sudo wants a terminal (requiretty), and a step has none; switch that off for $(id -un): echo 'Defaults:$(id -un) !requiretty' | sudo tee /etc/sudoers.d/onprem-blog"
        ;;
esac

[ -n "$sudo_password" ] ||
    stop "sudo asks $(id -un) for a password, and the settings have none; set it by: pulumi config set --secret --path ssh.sudoPassword"

# Tried apart from the step: a wrong password would otherwise take lines of the step for further tries.
if ! refusal=$(printf '%s\n' "$sudo_password" | sudo -k -S -p '' -- true 2>&1); then
    case $refusal in
        *'incorrect password'* | *'Sorry, try again'* | *'no password was provided'* | \
            *'incorrect authentication attempt'* | *'Authentication failed, try again'*)
            stop "sudo refuses the password given for $(id -un); correct it by: pulumi config set --secret --path ssh.sudoPassword"
            ;;
        *)
            stop "sudo refuses $(id -un): ${refusal##*$'\n'}; give the user full sudo rights (usermod -aG sudo $(id -un))"
            ;;
    esac
fi

{
    printf '%s\n' "$sudo_password"
    exec cat
} | sudo -k -S -p '' -- "${root_shell[@]}"
report_deadline "$?"
