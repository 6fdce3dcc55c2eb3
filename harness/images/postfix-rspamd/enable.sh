# Puts Rspamd before every service of Postfix: it verifies what strangers send and signs what users submit.
postconf -e 'milter_default_action = tempfail'
postconf -e 'rspamd_milter = inet:127.0.0.1:11332'
postconf -e 'smtpd_milters = $rspamd_milter' 'non_smtpd_milters = $rspamd_milter'
# What this server reports is signed too.
postconf -e 'internal_mail_filter_classes = bounce'

cat /etc/dovecot/junk.conf >>/etc/dovecot/dovecot.conf
