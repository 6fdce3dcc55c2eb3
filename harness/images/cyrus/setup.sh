# Sourced by the entrypoint. Passwords are in one database for Cyrus and Postfix; PLAIN and SCRAM both read it.
for user in alice bob; do
  password=${user^^}_PASSWORD
  saslpasswd2 -p -c -u "$mail_domain" "$user" <<<"${!password}"
done
chgrp sasl /etc/sasldb2 && chmod 0640 /etc/sasldb2
# Cyrus reads the key as its own user.
chown cyrus "$tls/key.pem"
install -d -o cyrus -g mail /run/cyrus
install -d -o cyrus -g mail -m 0755 /run/cyrus/socket
start log /usr/local/sbin/print-log
