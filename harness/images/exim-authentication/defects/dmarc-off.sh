# DMARC is not evaluated: SPF and DKIM are recorded, and nobody draws a conclusion from them.
#
# How it happens: Exim as Debian compiles it knows no DMARC.
#
# Should be noticed by: DMARC-001, DMARC-011 (warn).
perl -0777 -pi -e 's/^  (defer|deny|warn)\n    !authenticated = \*\n    dmarc_status .*\n    .*\n//mg' \
  /etc/exim4/authentication/data
