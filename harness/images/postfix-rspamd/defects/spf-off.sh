# SPF is not evaluated: forged envelope senders are invisible, and DMARC has DKIM alone to go by.
#
# How it happens: the module was switched off when it stood in somebody's way.
#
# Should be noticed by: SPF-001, DMARC-003, DMARC-011.
sed -i 's/^spf {/spf {\n  enabled = false;/' /etc/rspamd/rspamd.conf
