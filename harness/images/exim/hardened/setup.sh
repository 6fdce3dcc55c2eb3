# Exim's daemons read the key themselves.
chown Debian-exim "$tls/key.pem"
if [[ -n ${TLS_REQUIRED_DOMAIN:-} ]]; then
  sed -i "s/^TLS_REQUIRED =.*/TLS_REQUIRED = $TLS_REQUIRED_DOMAIN : *.$TLS_REQUIRED_DOMAIN/" /etc/exim4/exim4.conf
  say "mail to $TLS_REQUIRED_DOMAIN and below leaves inside TLS only"
fi
