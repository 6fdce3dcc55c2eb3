# Sourced by the entrypoint.
start log /usr/local/sbin/print-log
install -d -m 0710 -g sasl /run/saslauthd
start saslauthd saslauthd -a shadow -m /run/saslauthd -n 5 -d
install -d -o smmta -g smmsp -m 0755 /run/sendmail /run/sendmail/mta
# RFC 3207, section 6: TLS can be demanded for single destinations. What names the recipient holds whoever its exchangers
# are, but only after MAIL; what names the server ends the session before.
if [[ -n ${TLS_REQUIRED_DOMAIN:-} ]]; then
  printf 'TLS_Rcpt:%s\tENCR:112\nTLS_Srv:%s\tENCR:112\n' "$TLS_REQUIRED_DOMAIN" "$TLS_REQUIRED_DOMAIN" >>/etc/mail/access
  makemap hash /etc/mail/access </etc/mail/access
  say "mail to $TLS_REQUIRED_DOMAIN leaves inside TLS only"
fi
