#!/bin/bash
# Runs Postfix in the foreground. The certificate is made by the service dovecot, in a volume of both.
#
#   TLS_REQUIRED_DOMAIN   domain to which, and below which, mail leaves inside TLS only
#   MYNETWORKS            who may relay without a login, instead of this container alone
set -euo pipefail

if [[ -n ${TLS_REQUIRED_DOMAIN:-} ]]; then
  postconf -e "smtp_tls_policy_maps = inline:{ { $TLS_REQUIRED_DOMAIN = encrypt }, { .$TLS_REQUIRED_DOMAIN = encrypt } }"
fi
if [[ -n ${MYNETWORKS:-} ]]; then postconf -e "mynetworks = $MYNETWORKS"; fi
# Left by a container that was killed.
rm -f -- /var/spool/postfix/pid/master.pid
exec postfix start-fg
