# Puts SPF, DKIM and DMARC into the configuration of exim/hardened.
conf=/etc/exim4/exim4.conf
include='.include /etc/exim4/authentication'
sed -i -e "/^begin acl\$/i $include/main\n" -e "/^check_data:\$/a $include/data" \
  -e "/^  driver = smtp\$/a $include/remote_smtp" "$conf"
[[ $(grep -c "^$include" "$conf") -eq 3 ]]

cat /etc/dovecot/junk.conf >>/etc/dovecot/dovecot.conf
