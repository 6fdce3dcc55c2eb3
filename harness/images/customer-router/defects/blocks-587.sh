
# Defect: submission on 587 is blocked like port 25, without a word.
#
# How it happens: "mail ports" were blocked, so that customers use the provider's own server.
#
# Should be noticed by: OP25-002; OP25-005 cannot be decided then.
port_587() { drop 587; }
