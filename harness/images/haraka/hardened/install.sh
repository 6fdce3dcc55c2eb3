# Haraka with two small plugins of this site.
install -d /srv/haraka
cp -r /usr/local/share/mailspec/haraka-hardened/config /usr/local/share/mailspec/haraka-hardened/plugins /srv/haraka/
install -d -o node -g node -m 0700 /srv/haraka/queue
install -D -m 0644 /usr/local/share/mailspec/haraka-hardened/setup.sh /usr/local/lib/mailspec/setup/haraka
