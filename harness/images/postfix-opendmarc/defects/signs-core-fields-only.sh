# Signatures cover each From and Subject once, and nothing else: a second From or Subject can be put on top.
#
# How it happens: fewer fields are less that a relay can break.
#
# Should be noticed by: DKIM-019 (warn).
sed -i '/^OversignHeaders/d; /^SignHeaders/d' /etc/opendkim.conf
echo 'SignHeaders From,Subject' >>/etc/opendkim.conf
postconf -e 'signers = $dkim_milter'
