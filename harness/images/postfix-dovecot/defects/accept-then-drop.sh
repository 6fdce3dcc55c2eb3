# Looks like an open relay and is none: port 25 answers 250 for any recipient elsewhere, takes the
# message and throws it away. Local recipients are served as before, unless they share a message with
# one elsewhere.
#
# How it happens: a honeypot, or a filter that must not tell senders what it does.
#
# Should be noticed by: RLY-001 to RLY-010 and RLY-017 must not call it a relay, since nothing is
# delivered, and must not call it a refusal either.
rules=$(postconf -h smtpd_relay_restrictions)
postconf -e "smtpd_relay_restrictions=${rules/reject_unauth_destination/permit_auth_destination, check_client_access static:DISCARD, reject_unauth_destination}"
