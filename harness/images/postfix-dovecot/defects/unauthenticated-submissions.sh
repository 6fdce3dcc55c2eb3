# Submission on 465 without authentication: it takes mail from anybody for local recipients. It does not
# relay: recipients elsewhere stay refused without a login. 587 keeps its rules.
#
# How it happens: 465 was added later, with TLS and without the other lines of 587.
#
# Should be noticed by: SUB-002 (warn: MAIL accepted, external RCPT refused), SUB-003, SUB-021.
postconf -X -P submissions/inet/smtpd_relay_restrictions
# Whoever does log in is held to the own sender address, as before.
postconf -P submissions/inet/smtpd_sender_restrictions=reject_authenticated_sender_login_mismatch
