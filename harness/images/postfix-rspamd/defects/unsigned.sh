# What users submit leaves without a signature; what comes in is still verified.
#
# How it happens: keys are there and published, and signing was never switched on for users who log in.
#
# Should be noticed by: DKIM-017.
sed -i 's/sign_authenticated = true/sign_authenticated = false/' /etc/rspamd/rspamd.conf
