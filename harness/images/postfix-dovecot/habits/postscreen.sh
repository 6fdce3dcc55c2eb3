# postscreen in front of port 25, with the greet wait and all protocol tests. It is no mistake: a good server
# may greet late and in two lines, turn away who speaks early, and answer the first visit of everybody who
# passed with 450 4.3.2. No verdict may change by it.
postconf -M 'smtp/inet=smtp inet n - n - 1 postscreen'
postconf -M 'smtpd/pass=smtpd pass - - n - - smtpd'
postconf -M 'dnsblog/unix=dnsblog unix - - n - 0 dnsblog'
postconf -M 'tlsproxy/unix=tlsproxy unix - - n - 0 tlsproxy'
postconf -e \
  postscreen_greet_action=enforce \
  postscreen_greet_wait=2s \
  postscreen_greet_banner='mail.example.test is screening' \
  postscreen_pipelining_enable=yes postscreen_pipelining_action=enforce \
  postscreen_non_smtp_command_enable=yes postscreen_non_smtp_command_action=enforce \
  postscreen_bare_newline_enable=yes postscreen_bare_newline_action=enforce
