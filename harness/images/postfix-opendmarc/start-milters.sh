# Sourced by the entrypoint: starts the milters before Postfix, which would put everybody off without them.

# Postfix checks header fields that policyd-spf has added like those of the sender. So policyd-spf signs with a
# name that only this container knows; it is replaced by that of the server, whose name is removed elsewhere,
# in quotes, after comments, in capitals and as a host below it too (RFC 8601, section 5).
recorder=$(openssl rand -hex 16).invalid
sed -i "s/^Authserv_Id = .*/Authserv_Id = $recorder/" /etc/postfix-policyd-spf-python/policyd-spf.conf
own_name='([^[:space:];]*\.)?example\.test'
comments='([[:space:]]|\([^()]*\))*'
cat >/etc/postfix/authentication-results <<RULES
/^Authentication-Results: *$recorder;(.*)/ REPLACE Authentication-Results: $host_name;\$1
/^Authentication-Results:$comments"?$own_name"?([[:space:];(]|\$)/ IGNORE
RULES
unset recorder own_name comments

# OpenDKIM as Debian builds it has a resolver of its own, which would begin at the root servers.
name_servers=$(awk '$1 == "nameserver" { print $2 }' /etc/resolv.conf | paste -sd ,)
sed -i '/^Nameservers /d' /etc/opendkim.conf
printf 'Nameservers %s\n' "$name_servers" >>/etc/opendkim.conf
unset name_servers

start opendkim opendkim -f -x /etc/opendkim.conf
start opendkim-ed25519 opendkim -f -x /etc/opendkim/ed25519.conf
start opendmarc opendmarc -f -c /etc/opendmarc.conf
for port in 8891 8892 8893; do await_listener "$port"; done
