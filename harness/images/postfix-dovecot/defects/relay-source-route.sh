# A relay for `<@mail.example.test:user@elsewhere>`: the check looks at the first host of the route, the
# delivery at the mailbox after it.
#
# Postfix drops the route before it checks anything, so that the old behaviour has to be imitated: a
# routed recipient is turned into a local one that only an alias rule understands.
#
# Should be noticed by: RLY-006.
install -d /etc/postfix/defects
cat >/etc/postfix/defects/source-route-command.regexp <<'TABLE'
/^(RCPT +TO: *)<@(mail\.)?example\.test(,@[^:]+)*:([^@>]+)@([^@>]+)>(.*)$/ $1<source-route=$4=$5@example.test>$6
TABLE
cat >/etc/postfix/defects/source-route-alias.regexp <<'TABLE'
/^source-route=(.+)=([^=@]+)@example\.test$/ $1@$2
TABLE
postconf -P smtp/inet/smtpd_command_filter=regexp:/etc/postfix/defects/source-route-command.regexp
postconf -e "virtual_alias_maps=$(postconf -h virtual_alias_maps), regexp:/etc/postfix/defects/source-route-alias.regexp"
