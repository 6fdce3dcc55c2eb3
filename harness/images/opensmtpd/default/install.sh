# Debian's own configuration of OpenSMTPD, with what smtpd.conf(5) says about a mail domain, TLS,
# submission and AUTH.
. /usr/local/share/mailspec/distribution/install.sh
cd /usr/local/share/mailspec
install -m 0644 opensmtpd-default/smtpd.conf /etc/smtpd.conf
install -d -m 0750 -g opensmtpd /etc/smtpd
install -D -m 0644 opensmtpd-default/setup.sh /usr/local/lib/mailspec/setup/opensmtpd
doveconf -c /etc/dovecot/dovecot.conf >/dev/null
