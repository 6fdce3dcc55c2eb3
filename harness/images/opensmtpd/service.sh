#!/bin/bash
# Runs OpenSMTPD in the foreground, with its log on standard error. A process of it that dies takes the whole server
# along (seen with 7.6 under a thousand Received fields); it is started again, as a service manager does.
set -u
stopped=

stop() {
  stopped=1
  kill -TERM "$server" 2>/dev/null
}

trap stop TERM INT
for start in {1..20}; do
  smtpd -d &
  server=$!
  wait "$server"
  if [[ -n $stopped ]]; then
    wait "$server" 2>/dev/null
    exit 0
  fi
  printf 'opensmtpd: start %s has ended, it is started again\n' "$start" >&2
  sleep 1
done
exit 1
