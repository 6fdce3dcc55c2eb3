# SPF is not evaluated: forged envelope senders are invisible, and DMARC has DKIM alone to go by.
#
# How it happens: Exim evaluates SPF where an ACL asks for the result, and none does.
#
# Should be noticed by: SPF-001, DMARC-011 (warn).
sed -i '/^    spf = pass$/d' /etc/exim4/authentication/data
