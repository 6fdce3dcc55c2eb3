# Signatures cover the body up to its length only (l=): whatever somebody appends goes out in the name of
# the domain.
#
# How it happens: footers of mailing lists broke signatures, and this keeps them whole.
#
# Should be noticed by: DKIM-020 (warn).
echo '*' >/etc/opendkim/body-length
echo 'BodyLengthDB refile:/etc/opendkim/body-length' >>/etc/opendkim.conf
postconf -e 'signers = $dkim_milter'
