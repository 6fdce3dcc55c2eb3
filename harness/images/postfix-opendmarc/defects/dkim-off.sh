# Signatures are neither verified nor made.
#
# How it happens: the filter is not installed.
#
# Should be noticed by: DKIM-001, DKIM-017, DMARC-002.
postconf -P 'smtp/inet/smtpd_milters=$dmarc_milter' submission/inet/smtpd_milters= submissions/inet/smtpd_milters=
postconf -e non_smtpd_milters=
