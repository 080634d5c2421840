#!/bin/sh
# Run by systemd as the last thing before the laptop goes down; $1 is poweroff, halt, reboot or kexec.
# Whatever ends the container, podman starts it again, which is right for a reboot only: lab-init reads this note.
case "$1" in
poweroff | halt) mkdir -p /var/lib/lab && : >/var/lib/lab/powered-off ;;
esac
