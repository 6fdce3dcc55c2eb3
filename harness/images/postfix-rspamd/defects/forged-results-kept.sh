# Authentication-Results that a stranger wrote in the name of this server reach the mailbox beside its own.
#
# How it happens: removal was switched off to keep the results of a forwarder.
#
# Should be noticed by: DMARC-012.
sed -i 's/^      remove = 0;/      remove = false;/' /etc/rspamd/rspamd.conf
