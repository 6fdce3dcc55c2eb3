# The context is the folder above: the settings are those of postfix-dovecot, but for the way to Postfix.
ARG BASE=debian:bookworm-slim
FROM ${BASE}

RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      dovecot-imapd dovecot-pop3d dovecot-lmtpd openssl \
 && rm -rf /var/lib/apt/lists/* /etc/ssl/private/ssl-cert-snakeoil.key \
 && useradd --system --uid 5000 --home-dir /var/mail/accounts --shell /usr/sbin/nologin vmail \
 && install -d -m 0755 /etc/mailspec/tls \
 && install -d -m 0700 -o vmail -g vmail /var/mail/accounts

COPY postfix-dovecot/dovecot/ /etc/dovecot/
COPY compose-postfix-dovecot/sockets.conf /etc/dovecot/sockets.conf
COPY postfix-dovecot/entrypoint.sh /usr/local/bin/mail-server
# From Debian 13 on Dovecot is 2.4.
RUN case $(dovecot --version) in 2.4.*) mv /etc/dovecot/dovecot-2.4.conf /etc/dovecot/dovecot.conf ;; esac \
 && doveconf -c /etc/dovecot/dovecot.conf >/dev/null

EXPOSE 24 110 143 993 995 12345
LABEL dev.mailspec.image=1
ENTRYPOINT ["/usr/local/bin/mail-server"]
