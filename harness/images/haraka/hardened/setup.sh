chgrp node "$tls/key.pem" && chmod 0640 "$tls/key.pem"
node -e '
  const { ALICE_PASSWORD, BOB_PASSWORD } = process.env;
  console.log(JSON.stringify({ users: { "alice@example.test": ALICE_PASSWORD, "bob@example.test": BOB_PASSWORD } }));
' >/srv/haraka/config/accounts.json
chgrp node /srv/haraka/config/accounts.json && chmod 0640 /srv/haraka/config/accounts.json
