# TLS 1.0 and 1.1 are spoken, and every cipher that the library still has.
#
# How it happens: an old scanner or mail program could not connect, and the instructions against that are of 2012.
#
# Should be noticed by: ITLS-010, ITLS-019; ITLS-012 where a cipher without forward secrecy is preferred.
postconf -e 'smtpd_tls_protocols=>=TLSv1' 'smtpd_tls_mandatory_protocols=>=TLSv1' smtpd_tls_ciphers=medium \
  smtpd_tls_mandatory_ciphers=medium smtpd_tls_exclude_ciphers= 'tls_medium_cipherlist=ALL:@SECLEVEL=0'
install -d /etc/dovecot/defects
cat >/etc/dovecot/defects/legacy-tls.conf <<'SETTINGS'
ssl_min_protocol = TLSv1
ssl_cipher_list = ALL:@SECLEVEL=0
SETTINGS
