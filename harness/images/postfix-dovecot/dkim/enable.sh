# Mail of users and reports of the server leave with two signatures, RSA and Ed25519.
postconf -e 'milter_default_action = tempfail' 'signers = inet:127.0.0.1:8891, inet:127.0.0.1:8892'
postconf -P 'submission/inet/smtpd_milters=$signers' 'submissions/inet/smtpd_milters=$signers'
postconf -e 'non_smtpd_milters = $signers' 'internal_mail_filter_classes = bounce'

install -d /etc/opendkim
printf '127.0.0.1\n::1\n' >/etc/opendkim/internal-hosts
