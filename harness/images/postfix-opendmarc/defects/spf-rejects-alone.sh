# A failed SPF check is refused at once, so that no signature and no DMARC policy is looked at: what was
# forwarded is lost.
#
# How it happens: it is the default of policyd-spf.
#
# Should be noticed by: DMARC-002 (warn).
sed -i 's/^\(HELO_reject\|Mail_From_reject\) = .*/\1 = Fail/' /etc/postfix-policyd-spf-python/policyd-spf.conf
