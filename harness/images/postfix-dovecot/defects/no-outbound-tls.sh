# Mail leaves in the clear, whatever the next hop offers, and whatever is demanded for a destination.
#
# How it happens: TLS was set up for the services that listen. The client that delivers has settings of
# its own, and older Postfix versions leave it without TLS.
#
# Should be noticed by: STLS-020, STLS-024. STLS-021, STLS-022 and STLS-023 have nothing to look at.
postconf -P smtp/unix/smtp_tls_security_level=none smtp/unix/smtp_tls_policy_maps=
