# Unknown recipients are put off for ever: senders try for days, and nobody is told of the typing mistake.
#
# How it happens: port 25 has no list of recipients and asks the next server (reject_unverified_recipient), whose refusal
# it passes on with 450 (unverified_recipient_reject_code).
#
# Should be noticed by: RLY-015.
postconf -e smtpd_reject_unlisted_recipient=no virtual_mailbox_maps=static:all address_verify_map= \
  'smtpd_recipient_restrictions=permit_sasl_authenticated, reject_unauth_destination, reject_unverified_recipient'
