# AUTH without TLS on ports 25 and 587: PLAIN and LOGIN are offered and accepted on a connection that
# anybody on the path can read. STARTTLS stays on offer, MAIL on 587 still takes a login, and what an
# account may do after it is as before.
#
# How it happens: SASL was switched on in main.cf, for all services, and `smtpd_tls_auth_only`, off by
# default in Postfix, was never set.
#
# Should be noticed by: PTA-001, PTA-002, PTA-003, PTA-004, PTA-012, PTA-015, STLS-019.
postconf -e smtpd_sasl_auth_enable=yes smtpd_tls_auth_only=no \
  smtpd_sender_restrictions=reject_authenticated_sender_login_mismatch
postconf -P submission/inet/smtpd_tls_security_level=may
