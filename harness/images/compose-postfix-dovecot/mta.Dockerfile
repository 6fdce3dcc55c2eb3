# The context is the folder above: the settings are those of postfix-dovecot, but for the way to Dovecot.
ARG BASE=debian:bookworm-slim
FROM ${BASE}

RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends postfix openssl \
 && rm -rf /var/lib/apt/lists/* /etc/ssl/private/ssl-cert-snakeoil.key

COPY postfix-dovecot/postfix/main.cf postfix-dovecot/postfix/master.cf /etc/postfix/
# Names of services are in the DNS of the engine, and nowhere else.
RUN postconf -e \
      'smtpd_sasl_path = inet:dovecot:12345' \
      'virtual_transport = lmtp:inet:dovecot:24' \
 && postfix check
COPY compose-postfix-dovecot/mta.sh /usr/local/bin/mta

EXPOSE 25 465 587
LABEL dev.mailspec.image=1
ENTRYPOINT ["/usr/local/bin/mta"]
