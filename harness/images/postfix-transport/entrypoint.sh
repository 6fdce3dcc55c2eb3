#!/bin/bash
# Prepares what the server of postfix-dovecot needs to obey DANE and MTA-STS, and runs it.
#
#   MAILSPEC_RESOLVER    address of the only name server; unbound forwards to it and validates
#   DNS_TRUST_ANCHOR     DS record of the root there
#   TRUSTED_AUTHORITY    PEM of the authority behind policy hosts and mail servers
set -euo pipefail

: "${MAILSPEC_RESOLVER:?is missing}" "${DNS_TRUST_ANCHOR:?is missing}" "${TRUSTED_AUTHORITY:?is missing}"

sed -e "s|@ANCHOR@|$DNS_TRUST_ANCHOR|" -e "s|@RESOLVER@|$MAILSPEC_RESOLVER|" \
  /etc/mailspec/unbound.conf >/etc/unbound/unbound.conf
unbound-checkconf >/dev/null

printf '%s\n' "$TRUSTED_AUTHORITY" >/usr/local/share/ca-certificates/mailspec.crt
update-ca-certificates >/dev/null 2>&1

# To Postfix and to the policy daemon unbound is the resolver.
export MAILSPEC_RESOLVER=127.0.0.1
exec /usr/local/bin/mail-server
