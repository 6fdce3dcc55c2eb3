# A relay for everybody who greets with the right name: EHLO localhost, mail.example.test or
# example.test on port 25 opens the way to any recipient.
#
# How it happens: the monitoring, or the web server next door, could not log in.
#
# Should be noticed by: RLY-010.
rules=$(postconf -h smtpd_relay_restrictions)
names='inline:{ { localhost = OK }, { mail.example.test = OK }, { example.test = OK } }'
postconf -e "smtpd_relay_restrictions=${rules/reject_unauth_destination/check_helo_access $names, reject_unauth_destination}"
