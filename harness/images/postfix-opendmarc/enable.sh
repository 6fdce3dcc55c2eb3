# Puts SPF, DKIM and DMARC around the server of postfix-dovecot.

# ---- SPF: a policy service asked on port 25 only, because submission has restrictions of its own ----
cat >>/etc/postfix/master.cf <<'SERVICE'
policyd-spf     unix  -       n      n      -      0       spawn
  user=policyd-spf argv=/usr/bin/policyd-spf
SERVICE
postconf -e 'policyd-spf_time_limit = 3600'
postconf -e 'sender_policy = check_policy_service { unix:private/policyd-spf, timeout=30s, default_action=DUNNO }'
postconf -e 'smtpd_recipient_restrictions = $sender_policy'

# ---- DKIM and DMARC: milters ----
postconf -e 'milter_default_action = tempfail'
postconf -e 'dkim_milter = inet:127.0.0.1:8891' 'dmarc_milter = inet:127.0.0.1:8893'
postconf -e 'signers = $dkim_milter, inet:127.0.0.1:8892'
postconf -P 'smtp/inet/smtpd_milters=$dkim_milter,$dmarc_milter'
postconf -P 'submission/inet/smtpd_milters=$signers' 'submissions/inet/smtpd_milters=$signers'
# What this server reports is signed too.
postconf -e 'non_smtpd_milters = $signers' 'internal_mail_filter_classes = bounce'

install -d /etc/opendkim
printf '127.0.0.1\n::1\n' >/etc/opendkim/internal-hosts

# The resolver within OpenDKIM knows without asking that nothing exists below .test (RFC 6761, section 6.2),
# where labs are. Only a configuration file would change that, and OpenDKIM reads it for every message anew, with a
# parser that several threads cannot use at once: the daemon crashes. So the name in the library is another one.
library=$(readlink -f /usr/lib/*/libunbound.so.8)
perl -0777 -pi -e '$found = s/\0test\.\0/\0zzzz.\0/g; END { exit($found == 1 ? 0 : 1) }' "$library"

# ---- Authentication-Results: what a stranger says in the name of this server is removed ----
postconf -e 'header_checks = regexp:/etc/postfix/authentication-results'
# Rewritten at every start with the name of policyd-spf.
touch /etc/postfix/authentication-results

cat /etc/dovecot/junk.conf >>/etc/dovecot/dovecot.conf
