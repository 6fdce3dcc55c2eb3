# DMARC is not evaluated: SPF and DKIM are recorded, and nobody draws a conclusion from them.
#
# How it happens: the milter is not installed.
#
# Should be noticed by: DMARC-001, DMARC-011 (warn).
postconf -P 'smtp/inet/smtpd_milters=$dkim_milter'
