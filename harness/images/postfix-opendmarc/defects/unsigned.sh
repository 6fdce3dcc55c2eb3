# What users submit leaves without a signature; what comes in is still verified.
#
# How it happens: the filter is set up for the service on 25, and nobody thinks of 587 and 465.
#
# Should be noticed by: DKIM-017.
postconf -P submission/inet/smtpd_milters= submissions/inet/smtpd_milters=
postconf -e non_smtpd_milters=
