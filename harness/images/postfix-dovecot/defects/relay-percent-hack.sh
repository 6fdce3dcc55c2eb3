# A relay for `user%elsewhere@example.test`: mail to it is accepted as local and sent on to
# `user@elsewhere`. A local-part may be written in quotes without meaning anything else, so that the
# quoted spelling is relayed as well.
#
# How it happens: the percent hack of old gateways, kept alive as an alias rule. Since Postfix distrusts
# routing in a local-part, allow_untrusted_routing had to be set too.
#
# Should be noticed by: RLY-005; RLY-008 in its variant with a percent sign.
install -d /etc/postfix/defects
cat >/etc/postfix/defects/percent-hack.regexp <<'TABLE'
/^([^@%!]+)%([^@%!]+)@example\.test$/ $1@$2
TABLE
postconf -e allow_untrusted_routing=yes \
  "virtual_alias_maps=$(postconf -h virtual_alias_maps), regexp:/etc/postfix/defects/percent-hack.regexp"
