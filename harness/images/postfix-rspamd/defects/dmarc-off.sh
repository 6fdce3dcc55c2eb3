# DMARC is not evaluated: SPF and DKIM are recorded, and nobody draws a conclusion from them.
#
# How it happens: the module was switched off after complaints about mailing lists.
#
# Should be noticed by: DMARC-001, DMARC-011.
sed -i 's/^dmarc {/dmarc {\n  enabled = false;/' /etc/rspamd/rspamd.conf
