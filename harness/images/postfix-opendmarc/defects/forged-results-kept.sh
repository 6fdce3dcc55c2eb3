# Authentication-Results that a stranger wrote in the name of this server are kept, and believed: whoever
# writes dkim=pass into his message has passed.
#
# How it happens: nobody removes them. OpenDKIM would by default, but takes the results of policyd-spf along.
#
# Should be noticed by: DMARC-012 and DMARC-020; DMARC-001 is not fooled, because its message carries none.
sed -i '/IGNORE$/d' /usr/local/lib/mailspec/setup/20-milters
