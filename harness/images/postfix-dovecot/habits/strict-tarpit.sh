# Greets after four seconds, answers errors after three, and ends a session after three errors. It is no mistake: a
# good server may keep hasty clients waiting. No verdict may change by it.
postconf -e \
  smtpd_delay_reject=no \
  'smtpd_client_restrictions=sleep 4, permit' \
  smtpd_soft_error_limit=0 \
  smtpd_error_sleep_time=3s \
  smtpd_hard_error_limit=3
