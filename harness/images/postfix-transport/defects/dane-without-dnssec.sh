# Level dane, but Postfix does not ask whether the DNS vouches for what it says.
postconf -e 'smtp_dns_support_level = enabled' 'smtp_host_lookup = dns'
