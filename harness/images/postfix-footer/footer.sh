#!/bin/bash
# usage: footer <sender> <recipient…>     writes a footer below the message on standard input and sends it on (FILTER_README)
set -euo pipefail

readonly try_again=75
cd /var/spool/footer
message=$(mktemp message.XXXXXX)
trap 'rm -f -- "$message"' EXIT
cat >"$message" || exit "$try_again"
altermime --input="$message" --disclaimer=/etc/postfix/footer.txt >/dev/null || exit "$try_again"
sender=$1
shift
/usr/sbin/sendmail -G -i -f "$sender" -- "$@" <"$message"
