# Every address counts as internal: nothing that strangers send is checked.
#
# How it happens: "local_addrs" was widened to the network of a load balancer, and further.
#
# Should be noticed by: SPF-001, DMARC-001.
sed -i 's/local_addrs = .*/local_addrs = ["0.0.0.0\/0"];/' /etc/rspamd/rspamd.conf
