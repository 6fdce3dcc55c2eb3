# SPF is not evaluated: forged envelope senders are invisible, and DMARC has DKIM alone to go by.
#
# How it happens: the policy service was never set up, or was commented out when it stood in the way.
#
# Should be noticed by: SPF-001, DMARC-003, DMARC-011 (warn).
postconf -X smtpd_recipient_restrictions
