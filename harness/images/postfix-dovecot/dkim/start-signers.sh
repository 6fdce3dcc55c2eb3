# Sourced by the entrypoint: starts the signers before Postfix, which would put everybody off without them.
start opendkim opendkim -f -x /etc/opendkim/rsa.conf
start opendkim-ed25519 opendkim -f -x /etc/opendkim/ed25519.conf
for port in 8891 8892; do await_listener "$port"; done
