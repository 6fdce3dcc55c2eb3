# The name that OpenSMTPD greets with.
echo "$host_name" >/etc/mailname
getent shadow alice bob | sed -E 's/^([^:]*):([^:]*):.*/\1 \2/' >/etc/smtpd/credentials
chgrp opensmtpd /etc/smtpd/credentials && chmod 0640 /etc/smtpd/credentials
