# Whoever errs waits, and soon has to leave. It is no mistake: a good server may slow down clients that make
# errors, end their sessions with 421, and look up the name of every client first. No verdict may change by it.
postconf -e \
  smtpd_soft_error_limit=1 \
  smtpd_hard_error_limit=8 \
  smtpd_error_sleep_time=1s \
  smtpd_junk_command_limit=10
postconf -P submission/inet/smtpd_delay_reject=yes submissions/inet/smtpd_delay_reject=yes
