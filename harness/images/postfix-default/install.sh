# Debian's own main.cf and master.cf, with a domain and a certificate, AUTH by Dovecot (SASL_README), and
# the lines of master.cf about submission uncommented.
. /usr/local/share/mailspec/distribution/install.sh
cat >>/etc/dovecot/conf.d/99-mail-server.conf <<'SETTINGS'
service auth {
  unix_listener /var/spool/postfix/private/auth {
    user = postfix
    group = postfix
    mode = 0660
  }
}
# Off, as in the hardened server: an audit fails logins on purpose, and Postfix gives up on Dovecot before
# the growing delay is over, so that correct passwords get 454.
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
SETTINGS
doveconf -c /etc/dovecot/dovecot.conf >/dev/null

# What the Debian installer asks for an internet site; without answers it leaves main.cf out on Debian 12.
[[ -e /etc/postfix/main.cf ]] || cp /usr/share/postfix/main.cf.debian /etc/postfix/main.cf
postconf -e myhostname=mail.example.test myorigin=/etc/mailname \
  'mydestination=example.test, $myhostname, localhost' maillog_file=/dev/stdout \
  smtpd_tls_cert_file=/etc/mailspec/tls/cert.pem smtpd_tls_key_file=/etc/mailspec/tls/key.pem \
  smtpd_sasl_type=dovecot smtpd_sasl_path=private/auth home_mailbox=Maildir/
sed -E -i '/^#submission /,/^#628 /{ s/^#(submissions? +inet)/\1/; s/^#(  -o .*(syslog_name|tls|sasl|forbid|recipient_restrictions|rewrite|hide|unlisted).*)/\1/ }' \
  /etc/postfix/master.cf
newaliases
install -d /usr/local/lib/mailspec/setup
# Debian's smtpd and smtp live in a chroot. What they read there is brought by Debian's start script; from
# Debian 13 on by Postfix itself.
if [[ $(postconf -h mail_version) == 3.[0-9].* ]]; then
  echo '/usr/lib/postfix/configure-instance.sh -' >/usr/local/lib/mailspec/setup/postfix
fi
postfix check
