# Smuggling past the cure: LF ends a line for clients whose network is trusted with it.
#
# How it happens: smtpd_forbid_bare_newline_exclusions is $mynetworks by default, and was widened so that
# a scanner or an old relay in the neighbourhood keeps working.
#
# Should be noticed by: SMTP-014, SMTP-015, SMTP-017, SMTP-027, SMTP-028.
postconf -e 'smtpd_forbid_bare_newline_exclusions=203.0.113.0/24'
