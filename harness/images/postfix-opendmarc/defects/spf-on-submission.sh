# Users who log in are refused by the SPF record of their own domain, because their address is not in it.
#
# How it happens: the policy service stands in front of the users' exemption, and for all services alike.
#
# Should be noticed by: SPF-022.
sed -i 's/^\(HELO_reject\|Mail_From_reject\) = .*/\1 = Fail/' /etc/postfix-policyd-spf-python/policyd-spf.conf
for service in submission submissions; do
  postconf -P "$service/inet/smtpd_recipient_restrictions=\$sender_policy"
done
