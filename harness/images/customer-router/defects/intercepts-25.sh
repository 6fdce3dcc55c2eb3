
# Defect: port 25 of every address, used or not, is answered by a proxy that takes STARTTLS away.
#
# How it happens: a "transparent" virus scanner, which cannot read what is encrypted.
#
# Should be noticed by: OP25-004; OP25-001, because the proxy lets mail through.
port_25() { redirect 25; }
