# POP3 and IMAP logins without TLS: USER/PASS, LOGIN and SASL on ports 110 and 143 are offered and accepted on a
# connection that anybody on the path can read. STARTTLS stays on offer.
#
# How it happens: `allowplaintext: yes` stands in the file that Debian installs.
#
# Should be noticed by: PTA-005, PTA-006, PTA-007, PTA-008, PTA-009, PTA-010, PTA-012, PTA-015, STLS-019.
sed -i -e 's/^allowplaintext: no$/allowplaintext: yes/' -e '/^sasl_minimum_layer:/d' /etc/imapd.conf
