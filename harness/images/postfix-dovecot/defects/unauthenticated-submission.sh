# Submission on 587 without authentication: inside TLS it takes mail from anybody for local recipients,
# past whatever guards port 25. It does not relay: recipients elsewhere stay refused without a login.
# 465 keeps its rules.
#
# How it happens: the submission service was copied from port 25 without the line that lets in
# authenticated users only, and the general rules, made for port 25, apply.
#
# Should be noticed by: SUB-002 (warn: MAIL accepted, external RCPT refused), SUB-003.
postconf -X -P submission/inet/smtpd_relay_restrictions
# Whoever does log in is held to the own sender address, as before.
postconf -P submission/inet/smtpd_sender_restrictions=reject_authenticated_sender_login_mismatch
