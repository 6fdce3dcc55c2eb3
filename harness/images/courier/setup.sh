# Sourced by the entrypoint.
start log /usr/local/sbin/print-log
# Courier wants key and certificate in one file.
install -m 0640 -g courier /dev/null /etc/courier/server.pem
cat "$tls/key.pem" "$tls/cert.pem" >/etc/courier/server.pem
install -m 0600 -o courier -g courier /dev/null /etc/courier/userdb
for user in alice bob; do
  password=${user^^}_PASSWORD home=/var/mail/accounts/$user
  install -d -m 0700 -o vmail -g vmail "$home"
  runuser -u vmail -- maildirmake "$home/Maildir"
  printf '%s\thome=%s|mail=%s|uid=%s|gid=%s|systempw=%s\n' "$user@$mail_domain" "$home" "$home/Maildir" "$(id -u vmail)" "$(id -g vmail)" \
    "$(openssl passwd -6 -stdin <<<"${!password}")" >>/etc/courier/userdb
done
makeuserdb
