# What this network does to connections of its subscribers to the outside. Sourced by the entrypoint, which
# provides the verbs: prohibit, prohibit_ipv4, drop, redirect.

# Outbound port 25 blocking: an ICMP message says so at once, over IPv4 and IPv6.
port_25() { prohibit 25; }
# RFC 5068, section 4.1: submission must stay open.
port_587() { :; }
port_465() { :; }
