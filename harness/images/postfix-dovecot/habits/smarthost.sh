# All mail for elsewhere leaves by a relay host, after a login, inside TLS with a certificate that names the host. It
# is no mistake: many good servers may not or cannot deliver by themselves. What does not concern the way from there on
# keeps its verdict.
#
#   SMARTHOST, SMARTHOST_PORT            name and port of the relay host
#   SMARTHOST_USER, SMARTHOST_PASSWORD   login there
#   TRUSTED_AUTHORITY                    PEM of the authority behind its certificate
apt-get update
# Mechanisms for logins of the SMTP client.
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends libsasl2-modules ca-certificates
rm -rf /var/lib/apt/lists/*
cat >/usr/local/lib/mailspec/setup/30-smarthost <<'SETUP'
printf '%s\n' "${TRUSTED_AUTHORITY:?is missing}" >/usr/local/share/ca-certificates/mailspec.crt
update-ca-certificates >/dev/null 2>&1
relay="[${SMARTHOST:?is missing}]:${SMARTHOST_PORT:?is missing}"
(umask 077 && printf '%s %s:%s\n' "$relay" "${SMARTHOST_USER:?is missing}" "${SMARTHOST_PASSWORD:?is missing}" >/etc/postfix/relay-login)
postconf -e \
  "relayhost=$relay" \
  smtp_sasl_auth_enable=yes \
  smtp_sasl_security_options=noanonymous \
  smtp_sasl_password_maps=texthash:/etc/postfix/relay-login \
  smtp_tls_security_level=secure \
  smtp_tls_policy_maps= \
  smtp_tls_CAfile=/etc/ssl/certs/ca-certificates.crt
unset SMARTHOST_PASSWORD
say "mail leaves by $relay"
SETUP
