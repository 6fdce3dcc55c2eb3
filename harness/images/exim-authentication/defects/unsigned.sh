# What users submit leaves without a signature; what comes in is still verified.
#
# How it happens: keys are there and published, and the transport does not name them.
#
# Should be noticed by: DKIM-017.
sed -i '/^  dkim_/d' /etc/exim4/authentication/remote_smtp
