# Smuggling: LF "." LF and LF "." CRLF end a message, so that one becomes two.
#
# How it happens: the distribution ships it so. Postfix 3.7.11 of Debian 12 knows the cure of VU#302671
# (CVE-2023-51764), and has it off by default (smtpd_forbid_bare_newline, since 3.9 on by default).
# The default lets commands be pipelined early, too, and no restriction of this server forbids it here.
#
# Should be noticed by: SMTP-014, SMTP-015, SMTP-017, SMTP-027, SMTP-028.
postconf -e smtpd_forbid_bare_newline=no smtpd_forbid_unauth_pipelining=no smtpd_data_restrictions=
