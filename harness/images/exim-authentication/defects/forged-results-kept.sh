# Authentication-Results that a stranger wrote in the name of this server reach the mailbox beside its own.
#
# How it happens: Exim adds its results and removes nothing unless it is told to.
#
# Should be noticed by: DMARC-012.
sed -i '/^    remove_header = Authentication-Results$/d' /etc/exim4/authentication/data
