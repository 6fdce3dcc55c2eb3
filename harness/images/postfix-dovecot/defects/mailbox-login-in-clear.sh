# POP3 and IMAP logins without TLS: USER/PASS, LOGIN and SASL on ports 110 and 143 are offered and
# accepted on a connection that anybody on the path can read. STARTTLS stays on offer.
#
# How it happens: one old mail program could not do TLS.
#
# Should be noticed by: PTA-005, PTA-006, PTA-007, PTA-008, PTA-009, PTA-010, PTA-012, PTA-015, STLS-019.
install -d /etc/dovecot/defects
cat >/etc/dovecot/defects/mailbox-login-in-clear.conf <<'SETTINGS'
ssl = yes
disable_plaintext_auth = no
SETTINGS
