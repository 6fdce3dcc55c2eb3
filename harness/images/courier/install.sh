# Debian's files of Courier, and after each what a careful operator sets: the shell reads them, so that the last
# word counts.
cd /etc/courier

echo mail.example.test >me
echo mail.example.test >esmtphelo
echo example.test >defaultdomain
# No account of the system has mail: the whole address is the name of an account. The host is local, so that nobody
# there is told so at once.
printf 'localhost\nmail.example.test\n' >locals
echo example.test >hosteddomains/default
echo example.test >esmtpacceptmailfor.dir/default
printf 'postmaster: alice@example.test\nabuse: alice@example.test\n' >aliases/system
# Debian's file lets 10.0.0.0/8 and 192.168.0.0/16 relay.
printf '127.0.0.1\tallow,RELAYCLIENT\n:0000:0000:0000:0000:0000:0000:0000:0001\tallow,RELAYCLIENT\n' >smtpaccess/default
sed -i 's/^authmodulelist=.*/authmodulelist="authuserdb"/' authdaemonrc

for file in esmtpd esmtpd-ssl imapd-ssl pop3d-ssl; do
  cat >>"$file" <<'SETTINGS'

TLS_CERTFILE=/etc/courier/server.pem
TLS_PRIORITY="NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-DHE-RSA:-AES-128-CBC:-AES-256-CBC:-SHA1:%SERVER_PRECEDENCE"
SETTINGS
done
for file in esmtpd-msa esmtpd-ssl; do
  cat >>"$file" <<'SETTINGS'

AUTH_REQUIRED=1
ESMTPAUTH=""
ESMTPAUTH_TLS="PLAIN LOGIN"
SETTINGS
done
# Its name is in a package of Debian that is not here.
echo PORT=25 >>esmtpd
echo ESMTP_TLS_REQUIRED=1 >>esmtpd-msa
# RFC 6409, section 8: Date and Message-ID are added where they are missing.
printf 'NOADDMSGID=0\nNOADDDATE=0\n' >>esmtpd-ssl
# Before TLS there is no login of any kind.
printf 'IMAP_TLS_REQUIRED=1\n' >>imapd-ssl
printf 'POP3_TLS_REQUIRED=1\n' >>pop3d-ssl
printf 'POP3AUTH_TLS="PLAIN LOGIN"\n' >>pop3d
rm -f dhparams.pem

# Five connections from a network of 256 addresses are met by an office, four from one address by one mail program; and a
# connection with a failed login counts for a while after its end.
for file in esmtpd esmtpd-msa esmtpd-ssl imapd pop3d; do
  printf 'MAXDAEMONS=100\nMAXPERC=100\nMAXPERIP=50\n' >>"$file"
done

makealiases
makesmtpaccess
makehosteddomains
makeacceptmailfor
