# Level dane, but Postfix does not ask whether the DNS vouches for what it says, so DANE never applies.
postconf -e 'smtp_dns_support_level = enabled' 'smtp_host_lookup = dns'
