# The daemon of MTA-STS does not run; its part of the policies is never asked for.
rm /usr/local/lib/mailspec/services/mta-sts /usr/local/lib/mailspec/services/policy-order
postconf -e 'smtp_tls_policy_maps ='
