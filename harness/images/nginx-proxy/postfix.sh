# TLS ends at nginx, which alone reaches these ports and says by XCLIENT whose connections they are: for Postfix
# strangers stay strangers, although all of them come from this machine.
postconf -M -X submissions/inet submission/inet smtp/inet
postconf -M 'mx/inet=127.0.0.1:10025 inet n - n - - smtpd'
postconf -M 'submission/inet=127.0.0.1:10587 inet n - n - - smtpd'
postconf -e inet_protocols=ipv4 smtpd_tls_security_level=none smtpd_tls_auth_only=no \
  smtpd_authorized_xclient_hosts=127.0.0.1
for setting in syslog_name=postfix/submission smtpd_sasl_auth_enable=yes smtpd_delay_reject=no smtpd_helo_restrictions= \
  'smtpd_sender_restrictions=$submission_sender_restrictions' \
  'smtpd_recipient_restrictions=$submission_recipient_restrictions' \
  'smtpd_relay_restrictions=$submission_relay_restrictions'; do
  postconf -P "127.0.0.1:10587/inet/$setting"
done
postfix check
