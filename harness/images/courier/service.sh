#!/bin/bash
# Courier is many daemons that go into the background: they are started, watched and ended together.
set -u
readonly run=/run/courier
readonly front_ends=(esmtpd esmtpd-msa esmtpd-ssl)
readonly mailboxes=(/usr/lib/courier/{imapd,imapd-ssl,pop3d,pop3d-ssl})

runs() { grep -qxs "$1" /proc/[0-9]*/comm; }

stop() {
  local program
  for program in "${front_ends[@]}" "${mailboxes[@]}"; do "$program" stop; done
  courier stop
  authdaemond stop
  exit "$1"
}
trap 'stop 0' TERM INT

install -d -o courier -g courier "$run" "$run/authdaemon"
rm -f "$run"/*.pid "$run"/authdaemon/pid
authdaemond start
courierfilter start
courier start
for program in "${front_ends[@]}" "${mailboxes[@]}"; do "$program" start; done
while runs courierd && runs authdaemond; do
  sleep 1 &
  wait $!
done
stop 1
