# No STARTTLS on 25, 587, 110 and 143: it is neither offered nor understood. TLS remains on 465, 993 and
# 995. Plaintext logins stay refused, so that nobody can log in on 587, 110 and 143.
#
# How it happens: TLS was set up for the ports that mail programs call "SSL", and nowhere else.
#
# Should be noticed by: STLS-001, STLS-002 (warn: 465 is left), STLS-003 (warn: 995 is left), STLS-004.
postconf -e smtpd_tls_security_level=none
postconf -P submission/inet/smtpd_tls_security_level=none

# A Dovecot has TLS on both ports of a protocol or on neither: a second one, without TLS, takes over 110
# and 143. It knows no SCRAM, which would come into the open as soon as TLS cannot be demanded.
install -d /etc/dovecot/defects /etc/dovecot/instances
cat >/etc/dovecot/defects/no-starttls.conf <<'SETTINGS'
service pop3-login {
  inet_listener pop3 {
    port = 0
  }
}
service imap-login {
  inet_listener imap {
    port = 0
  }
}
SETTINGS
cat >/etc/dovecot/instances/no-starttls.conf <<'SETTINGS'
!include /etc/dovecot/dovecot.conf
instance_name = no-starttls
base_dir = /run/dovecot-no-starttls
protocols = imap pop3
ssl = no
auth_mechanisms = plain login
service pop3-login {
  inet_listener pop3 {
    port = 110
  }
  inet_listener pop3s {
    port = 0
  }
}
service imap-login {
  inet_listener imap {
    port = 143
  }
  inet_listener imaps {
    port = 0
  }
}
service auth {
  unix_listener /var/spool/postfix/private/auth {
    mode = 0
  }
}
SETTINGS
