# Turns POP before SMTP on: Dovecot writes its logins to a file, relay-grants follows it, and Postfix
# asks relay-grants before it refuses to relay.
install -d /run/relay-grants /usr/local/lib/mailspec/services
chmod 0755 /usr/local/sbin/relay-grants
ln -s /usr/local/sbin/relay-grants /usr/local/lib/mailspec/services/relay-grants
printf '\n# ---- POP before SMTP: relay-grants follows the logins ----\ninfo_log_path = /run/relay-grants/logins\n' \
  >>/etc/dovecot/dovecot.conf
rules=$(postconf -h smtpd_relay_restrictions)
policy='check_policy_service { inet:127.0.0.1:10040, timeout=5s, default_action=DUNNO }'
postconf -e "smtpd_relay_restrictions=${rules/reject_unauth_destination/$policy, reject_unauth_destination}"
