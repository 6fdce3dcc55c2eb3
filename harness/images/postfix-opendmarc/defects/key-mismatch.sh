# What is published is not the key that signs.
#
# How it happens: the key was changed on the server and not in the DNS.
#
# Should be noticed by: DKIM-017.
cat >>/usr/local/lib/mailspec/setup/10-dkim-keys <<'STALE'
printf 'v=DKIM1; k=rsa; p=%s\n' "$(openssl genrsa 2048 2>/dev/null | openssl rsa -pubout -outform DER 2>/dev/null | base64 -w 0)" \
  >/etc/mailspec/dkim/s1.txt
STALE
postconf -e 'signers = $dkim_milter'
