# No STARTTLS on 25, 587, 110 and 143: it is neither offered nor understood. TLS remains on 465, 993 and
# 995. Plaintext logins stay refused, so that 587 can no longer be used and 110 and 143 hardly.
#
# How it happens: TLS was set up for the ports that mail programs call "SSL", and nowhere else.
#
# One thing comes with it: a Dovecot without TLS on a port cannot demand it there, so that 110 and 143
# offer the SCRAM mechanisms in the clear (PTA-012).
#
# Should be noticed by: STLS-001, STLS-002 (warn: 465 is left), STLS-003 (warn: 995 is left), STLS-004.
postconf -e smtpd_tls_security_level=none
postconf -P submission/inet/smtpd_tls_security_level=none
install -d /etc/dovecot/defects
# The global `ssl` keeps TLS for 993 and 995, which speak it from the first byte whatever is said here.
cat >/etc/dovecot/defects/no-starttls.conf <<'SETTINGS'
remote 0.0.0.0/0 {
  ssl = no
}
remote ::/0 {
  ssl = no
}
SETTINGS
