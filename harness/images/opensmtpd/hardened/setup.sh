# `none.invalid` is nobody's name (RFC 2606): without the domain the rule applies to nothing.
required=${TLS_REQUIRED_DOMAIN:-none.invalid}
sed -i "s/TLS_REQUIRED/\"$required\", \"*.$required\"/" /etc/smtpd.conf
install -d -m 0750 -g opensmtpd /etc/smtpd
printf '%s %s\n' \
  "alice@$mail_domain" "$(openssl passwd -6 -stdin <<<"$ALICE_PASSWORD")" \
  "bob@$mail_domain" "$(openssl passwd -6 -stdin <<<"$BOB_PASSWORD")" >/etc/smtpd/credentials
chgrp opensmtpd /etc/smtpd/credentials && chmod 0640 /etc/smtpd/credentials
