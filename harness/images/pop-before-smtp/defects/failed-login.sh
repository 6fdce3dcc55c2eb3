# Anybody whom Dovecot says anything about may send: after a failed login, and after none at all.
#
# How it happens: the pattern that reads the log matches more than logins.
#
# Should be noticed by: PBS-004, PBS-005, PBS-010.
sed -i 's/^opened-by = .*/opened-by = attempt/' /etc/mailspec/relay-grants
