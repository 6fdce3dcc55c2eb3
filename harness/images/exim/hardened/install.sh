# Exim's whole configuration is one file, and Dovecot's is that of postfix-dovecot.
cd /usr/local/share/mailspec
install -m 0644 exim-hardened/exim4.conf /etc/exim4/exim4.conf
case $(dovecot --version) in
  2.4.*) install -m 0644 dovecot/dovecot-2.4.conf /etc/dovecot/dovecot.conf ;;
  *) install -m 0644 dovecot/dovecot.conf /etc/dovecot/dovecot.conf ;;
esac
install -m 0644 exim-hardened/sockets.conf /etc/dovecot/sockets.conf
install -D -m 0644 exim-hardened/setup.sh /usr/local/lib/mailspec/setup/exim
exim4 -bV >/dev/null
doveconf -c /etc/dovecot/dovecot.conf >/dev/null
