# Port 25 takes mail only from clients whose address has a name that leads back to it, and puts off all others with
# 450 4.7.25. It is no mistake: a good server may want that of strangers, since mail servers have such names. Users who
# log in on 587 and 465 come from anywhere, and are not asked. No verdict may change by it.
postconf -e 'smtpd_client_restrictions=permit_mynetworks, reject_unknown_client_hostname'
for service in submission submissions; do
  postconf -P "$service/inet/smtpd_client_restrictions="
done
