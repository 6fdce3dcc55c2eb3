
# Defect: port 25 is open to everybody.
#
# How it happens: the block was lifted for one customer class, and the rule was for all of them.
#
# Should be noticed by: OP25-001.
port_25() { :; }
