# Dovecot as the distribution installs it, with the certificate of this image, and two users of the
# system, who have their mail in /var/mail.
sed -E -i \
  -e 's#^(ssl_cert = <|ssl_server_cert_file = ).*#\1/etc/mailspec/tls/cert.pem#' \
  -e 's#^(ssl_key = <|ssl_server_key_file = ).*#\1/etc/mailspec/tls/key.pem#' \
  /etc/dovecot/conf.d/10-ssl.conf
echo 'log_path = /dev/stdout' >/etc/dovecot/conf.d/99-mail-server.conf
for user in alice bob; do useradd --create-home --shell /usr/sbin/nologin "$user"; done
printf 'postmaster: alice\nabuse: alice\n' >/etc/aliases
echo example.test >/etc/mailname
