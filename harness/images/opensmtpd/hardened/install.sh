# OpenSMTPD's whole configuration is one file, and Dovecot's is that of postfix-dovecot.
cd /usr/local/share/mailspec
install -m 0644 opensmtpd-hardened/smtpd.conf /etc/smtpd.conf
case $(dovecot --version) in
  2.4.*) install -m 0644 dovecot/dovecot-2.4.conf /etc/dovecot/dovecot.conf ;;
  *) install -m 0644 dovecot/dovecot.conf /etc/dovecot/dovecot.conf ;;
esac
install -m 0644 opensmtpd-hardened/sockets.conf /etc/dovecot/sockets.conf
install -D -m 0644 opensmtpd-hardened/setup.sh /usr/local/lib/mailspec/setup/opensmtpd
doveconf -c /etc/dovecot/dovecot.conf >/dev/null
