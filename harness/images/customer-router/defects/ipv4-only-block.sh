
# Defect: port 25 is blocked over IPv4 alone.
#
# How it happens: the filter is older than IPv6 in this network.
#
# Should be noticed by: OP25-001 (warn).
port_25() { prohibit_ipv4 25; }
