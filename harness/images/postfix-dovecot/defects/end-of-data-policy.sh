# Port 25 refuses every message at its end by policy, and Postfix 3.7 keeps the sender of the refused
# transaction, so that RCPT without MAIL is taken after the refusal.
#
# How it happens: a policy at the end of data is an ordinary thing to have; the state that stays behind is
# a mistake of Postfix, mended upstream in August 2026. A policy that refuses everything shows it best.
#
# Should be noticed by: SMTP-029. Checks that need a message from a stranger to be taken stay open.
postconf -P smtp/inet/smtpd_end_of_data_restrictions=reject
