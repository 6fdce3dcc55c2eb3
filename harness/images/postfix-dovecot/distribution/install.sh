# Dovecot as the distribution installs it, with the certificate of this image, and two users of the
# system. They have their mail in ~/Maildir: where it is one file in /var/mail, sessions side by side and the
# deliveries between them lock each other out for minutes.
sed -E -i \
  -e 's#^(ssl_cert = <|ssl_server_cert_file = ).*#\1/etc/mailspec/tls/cert.pem#' \
  -e 's#^(ssl_key = <|ssl_server_key_file = ).*#\1/etc/mailspec/tls/key.pem#' \
  /etc/dovecot/conf.d/10-ssl.conf
sed -E -i -e 's#^mail_location = .*#mail_location = maildir:~/Maildir#' \
  -e 's#^mail_driver = .*#mail_driver = maildir#' -e 's#^mail_path = .*#mail_path = ~/Maildir#' \
  -e '/^mail_inbox_path = /d' /etc/dovecot/conf.d/10-mail.conf
echo 'log_path = /dev/stdout' >/etc/dovecot/conf.d/99-mail-server.conf
for user in alice bob; do useradd --create-home --shell /usr/sbin/nologin "$user"; done
printf 'postmaster: alice\nabuse: alice\n' >/etc/aliases
echo example.test >/etc/mailname
