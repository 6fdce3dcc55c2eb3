# An open relay for clients over IPv6 alone: over IPv4 port 25 refuses strangers as it should.
#
# How it happens: the prefix of the own IPv6 network is not known, or forgotten after the brackets, and [::]/0 is
# everybody. Nobody notices, because those who look come over IPv4.
#
# Should be noticed by: RLY-001 to RLY-004, in their runs over IPv6.
postconf -e 'mynetworks=127.0.0.0/8 [::]/0'
