# The certificate that Debian makes when it installs: signed by itself, in the name of the machine as it was called then.
#
# How it happens: main.cf and 10-ssl.conf point there from the beginning, and mail programs were told to trust it.
#
# Should be noticed by: ITLS-005, ITLS-006.
DEBIAN_FRONTEND=noninteractive make-ssl-cert generate-default-snakeoil --force-overwrite
mv /etc/ssl/certs/ssl-cert-snakeoil.pem /etc/mailspec/tls/cert.pem
mv /etc/ssl/private/ssl-cert-snakeoil.key /etc/mailspec/tls/key.pem
# The authority that users trust, which never heard of this server.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj '/CN=mailspec authority' \
  -keyout /dev/null -out /etc/mailspec/tls/ca.pem 2>/dev/null
