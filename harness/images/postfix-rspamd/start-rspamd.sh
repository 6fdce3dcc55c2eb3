# Sourced by the entrypoint: starts Rspamd before Postfix, which would put everybody off without it.

# Rspamd takes RSA keys in PEM, and of an Ed25519 key the 32 octets themselves.
openssl pkey -in /etc/mailspec/dkim/e1.key -outform DER | tail -c 32 | base64 -w 0 >/etc/mailspec/dkim/e1.seed
chown _rspamd /etc/mailspec/dkim/e1.seed
chmod 0600 /etc/mailspec/dkim/e1.seed

# GREYLIST: how long a stranger is put off (such as `5s`); without it nobody is.
if [[ -n ${GREYLIST:-} ]]; then
  start redis redis-server --bind 127.0.0.1 --save '' --loglevel warning
  await_listener 6379
  # Everything that is not marked otherwise has the action `greylist`, until it comes again.
  grep -q '^greylist {' /etc/rspamd/rspamd.conf || {
    sed -i 's/^actions {/&\n  greylist = -100;/' /etc/rspamd/rspamd.conf
    printf 'redis {\n  servers = "127.0.0.1:6379";\n}\ngreylist {\n  timeout = %s;\n}\n' "$GREYLIST" >>/etc/rspamd/rspamd.conf
  }
  say "whoever is unknown is put off for $GREYLIST"
fi

install -d -o _rspamd -g _rspamd /run/rspamd /var/lib/rspamd /var/log/rspamd
start rspamd rspamd -f -u _rspamd -g _rspamd -c /etc/rspamd/rspamd.conf
await_listener 11332
