# A relay for everybody who says to be a local sender: `MAIL FROM:<anything@example.test>` on port 25
# opens the way to any recipient, and so does every name below the domain, or no domain at all, which
# Postfix completes with its own.
#
# How it happens: the relay rule should let "our people" send, and asks for the sender's domain.
#
# Should be noticed by: RLY-003, RLY-004.
rules=$(postconf -h smtpd_relay_restrictions)
senders='inline:{ { example.test = OK } }'
postconf -e "smtpd_relay_restrictions=${rules/reject_unauth_destination/check_sender_access $senders, reject_unauth_destination}"
