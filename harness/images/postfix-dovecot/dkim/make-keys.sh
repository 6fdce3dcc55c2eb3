# Sourced by the entrypoint before the daemons start: makes the DKIM keys of the mail domain, new ones in
# every container.
#
#   /etc/mailspec/dkim/<selector>.key   private key, PEM; s1 is RSA, e1 is Ed25519 (RFC 8463)
#   /etc/mailspec/dkim/<selector>.txt   text of the TXT record for <selector>._domainkey.<domain>
#   /etc/mailspec/dkim/rsa-bits         length of the RSA key, 2048 where nobody says otherwise
#   DKIM_KEY_OWNER                      user of the daemon that signs; set by the Dockerfile
dkim=/etc/mailspec/dkim
install -d -m 0750 -o "$DKIM_KEY_OWNER" "$dkim"

openssl genpkey -quiet -algorithm RSA -pkeyopt "rsa_keygen_bits:$(cat "$dkim/rsa-bits" 2>/dev/null || echo 2048)" \
  -out "$dkim/s1.key"
openssl genpkey -algorithm ED25519 -out "$dkim/e1.key"
printf 'v=DKIM1; k=rsa; p=%s\n' "$(openssl pkey -in "$dkim/s1.key" -pubout -outform DER | base64 -w 0)" >"$dkim/s1.txt"
# RFC 8463, section 4: the 32 octets of the key alone, without the structure around them.
printf 'v=DKIM1; k=ed25519; p=%s\n' \
  "$(openssl pkey -in "$dkim/e1.key" -pubout -outform DER | tail -c 32 | base64 -w 0)" >"$dkim/e1.txt"
chown "$DKIM_KEY_OWNER" "$dkim"/*.key
chmod 0600 "$dkim"/*.key
say "made DKIM keys; their records are $dkim/s1.txt and $dkim/e1.txt"
unset dkim
