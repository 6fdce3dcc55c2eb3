# Every login costs a second, and an address with failed logins waits longer and longer, as Dovecot does by
# default. It is no mistake: passwords are hashed slowly, so that a stolen file of hashes is worth little. No verdict
# may change by it.
#
# The rounds are made to fit this machine: how long a hash takes is what matters.
rounds=5000
for attempt in 1 2 3 4 5 6 7 8 9 10; do
  started=$(date +%s%N)
  doveadm pw -s SHA512-CRYPT -r "$rounds" -p x >/dev/null
  took=$((($(date +%s%N) - started) / 1000000))
  if ((took >= 1000)); then break; fi
  rounds=$((rounds * 2))
done
echo "$rounds rounds take $took ms"
sed -i "s/-s SHA512-CRYPT -p/-s SHA512-CRYPT -r $rounds -p/" /usr/local/bin/mail-server
install -d /etc/dovecot/defects
cat >/etc/dovecot/defects/slow-logins.conf <<'SETTINGS'
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0600
  }
}
SETTINGS
