# The daemon of MTA-STS is asked directly, and its "secure" takes the place of "dane".
postconf -e 'smtp_tls_policy_maps = socketmap:inet:127.0.0.1:8461:postfix'
