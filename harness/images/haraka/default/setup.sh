printf '[core]\nmethods=PLAIN,LOGIN,CRAM-MD5\n\n[users]\nalice@%s=%s\nbob@%s=%s\n' \
  "$mail_domain" "$ALICE_PASSWORD" "$mail_domain" "$BOB_PASSWORD" >/srv/haraka/config/auth_flat_file.ini
