# Debian's own configuration of OpenSMTPD, with what smtpd.conf(5) says about a mail domain, TLS,
# submission and AUTH.
. /usr/local/share/mailspec/distribution/install.sh
cd /usr/local/share/mailspec
install -m 0644 opensmtpd-default/smtpd.conf /etc/smtpd.conf
install -d -m 0750 -g opensmtpd /etc/smtpd
install -D -m 0644 opensmtpd-default/setup.sh /usr/local/lib/mailspec/setup/opensmtpd
# OpenSMTPD delivers to ~/Maildir; Debian's Dovecot looks into /var/mail.
sed -E -i -e 's#^mail_location = .*#mail_location = maildir:~/Maildir#' \
  -e 's#^mail_driver = .*#mail_driver = maildir#' -e 's#^mail_path = .*#mail_path = ~/Maildir#' \
  -e '/^mail_inbox_path = /d' /etc/dovecot/conf.d/10-mail.conf
doveconf -c /etc/dovecot/dovecot.conf >/dev/null
