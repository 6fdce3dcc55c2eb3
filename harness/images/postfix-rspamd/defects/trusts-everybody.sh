# Every address counts as internal: strangers are not checked, and what they send in the name of the domain is
# signed as if it were its own.
#
# How it happens: "local_addrs" was widened to the network of a load balancer, and further.
#
# Should be noticed by: SPF-001, DMARC-001, DKIM-022.
sed -i 's/local_addrs = .*/local_addrs = ["0.0.0.0\/0"];/' /etc/rspamd/rspamd.conf
