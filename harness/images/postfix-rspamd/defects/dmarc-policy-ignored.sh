# DMARC is evaluated and recorded, and forged mail reaches the inbox all the same.
#
# How it happens: without "actions" Rspamd gives points for it, too few to matter.
#
# Should be noticed by: DMARC-001 where something else is declared; a receiver may leave it at the record.
sed -i '/= "add_header";$/d' /etc/rspamd/rspamd.conf
