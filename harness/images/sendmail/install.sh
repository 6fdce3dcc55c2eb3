# Debian's Dovecot with users of the system, whose logins Sendmail checks by saslauthd.
. /usr/local/share/mailspec/distribution/install.sh
cat >>/etc/dovecot/conf.d/99-mail-server.conf <<'SETTINGS'
protocols = imap pop3 lmtp
ssl = required
disable_plaintext_auth = yes
ssl_min_protocol = TLSv1.2
ssl_prefer_server_ciphers = yes
mail_max_userip_connections = 50
# See postfix-dovecot/dovecot/dovecot.conf.
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
SETTINGS
doveconf -c /etc/dovecot/dovecot.conf >/dev/null

echo example.test >/etc/mail/local-host-names
cat >/etc/mail/sasl/Sendmail.conf.2 <<'SETTINGS'
pwcheck_method: saslauthd
mech_list: PLAIN LOGIN
SETTINGS
install -m 0644 /etc/mail/sasl/Sendmail.conf.2 /usr/lib/sasl2/Sendmail.conf
m4 /etc/mail/sendmail.mc >/etc/mail/sendmail.cf
makemap hash /etc/mail/access </etc/mail/access
newaliases
