
# Defect: STARTTLS is overwritten in what submission servers announce on 587, so that passwords travel in
# the clear.
#
# How it happens: "SMTP inspection" of a firewall, switched on for every mail port.
#
# Should be noticed by: OP25-005.
port_587() { redirect 587; }
