# What `haraka -i` makes, with what its comments and manuals say about a mail domain, TLS, AUTH and
# delivery by LMTP.
haraka -i /srv/haraka >/dev/null
cd /srv/haraka/config
sed -i -e 's/^# tls$/tls/' -e 's#^\# auth/flat_file#auth/flat_file#' -e 's#^queue/smtp_forward#queue/lmtp#' \
  -e 's/^mail_from.is_resolvable/# &/' plugins
echo 'listen=[::0]:25,[::0]:587,[::0]:465' >>smtp.ini
printf 'key=/etc/mailspec/tls/key.pem\ncert=/etc/mailspec/tls/cert.pem\n' >tls.ini
printf 'path=/run/dovecot/lmtp-haraka\n' >lmtp.ini
echo mail.example.test >me
echo example.test >host_list
install -D -m 0644 /usr/local/share/mailspec/haraka-default/setup.sh /usr/local/lib/mailspec/setup/haraka
