# What anybody sends to port 25 in the name of the domain is signed as if it were its own.
#
# How it happens: the addresses in front of the filter, those of a load balancer or a container bridge among
# them, were all declared internal.
#
# Should be noticed by: DKIM-022.
printf '0.0.0.0/0\n::/0\n' >/etc/opendkim/internal-hosts
