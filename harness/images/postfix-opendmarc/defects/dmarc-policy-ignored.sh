# DMARC is evaluated and recorded, and forged mail reaches the inbox all the same.
#
# How it happens: it is the default of OpenDMARC, meant for a first week of watching.
#
# Should be noticed by: DMARC-001 where something else is declared; a receiver may leave it at the record.
sed -i 's/^RejectFailures .*/RejectFailures false/' /etc/opendmarc.conf
printf 'keep;\n' >/etc/dovecot/junk.sieve
sievec /etc/dovecot/junk.sieve
