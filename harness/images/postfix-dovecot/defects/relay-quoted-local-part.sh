# A relay for `"user@elsewhere"@example.test`: the domain after the last @ is local, so the mail is
# accepted; then the local-part is read as an address of its own, and the mail goes there. Without the
# quotes, user@elsewhere@example.test, it works as well.
#
# How it happens: the check and the delivery take an address apart differently. Here a rule that peels
# off the own domain, for a gateway after which another server did the sorting.
#
# Should be noticed by: RLY-008.
install -d /etc/postfix/defects
cat >/etc/postfix/defects/quoted-local-part.regexp <<'TABLE'
/^"?([^@%!"]+)@([^@%!"]+)"?@example\.test$/ $1@$2
TABLE
postconf -e allow_untrusted_routing=yes \
  "virtual_alias_maps=$(postconf -h virtual_alias_maps), regexp:/etc/postfix/defects/quoted-local-part.regexp"
