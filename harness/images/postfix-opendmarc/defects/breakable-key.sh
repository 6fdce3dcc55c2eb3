# Mail is signed with an RSA key of 512 bits, which can be broken for a few dollars, and with nothing else.
#
# How it happens: the key is older than everybody who looks after it.
#
# Should be noticed by: DKIM-017, DKIM-018.
install -d /etc/mailspec/dkim
echo 512 >/etc/mailspec/dkim/rsa-bits
postconf -e 'signers = $dkim_milter'
sed -i 's/^MinimumKeyBits .*/MinimumKeyBits 512/' /etc/opendkim.conf
