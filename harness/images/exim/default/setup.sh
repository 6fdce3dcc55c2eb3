chown root:Debian-exim "$tls/key.pem" && chmod 0640 "$tls/key.pem"
getent shadow alice bob | cut -d : -f 1,2 >/etc/exim4/passwd
chown root:Debian-exim /etc/exim4/passwd && chmod 0640 /etc/exim4/passwd
update-exim4.conf
