# SPF is not evaluated: forged envelope senders are invisible, and Rspamd does without DMARC altogether then.
#
# How it happens: the module was switched off when it stood in somebody's way.
#
# Should be noticed by: SPF-001, DMARC-001, DMARC-011 (warn).
sed -i 's/^spf {/spf {\n  enabled = false;/' /etc/rspamd/rspamd.conf
