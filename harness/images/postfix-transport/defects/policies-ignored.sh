# Opportunistic TLS and nothing else: what DANE and MTA-STS promise is not asked for.
postconf -e 'smtp_tls_security_level = may' 'smtp_tls_policy_maps ='
