# Mail is signed with an RSA key of 1024 bits, and with nothing else.
#
# How it happens: the key is from the time when longer ones did not fit into the forms of registrars.
#
# Should be noticed by: DKIM-018 (warn).
install -d /etc/mailspec/dkim
echo 1024 >/etc/mailspec/dkim/rsa-bits
postconf -e 'signers = $dkim_milter'
