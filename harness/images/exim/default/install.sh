# Debian's own configuration of Exim, type "internet site", with the answers and switches that its
# README names for a mail domain, TLS, submission and AUTH (README.Debian, sections 2.1, 2.2 and 2.3).
. /usr/local/share/mailspec/distribution/install.sh
install -D -m 0644 /usr/local/share/mailspec/exim-default/setup.sh /usr/local/lib/mailspec/setup/exim
sed -i -e "s/^dc_eximconfig_configtype=.*/dc_eximconfig_configtype='internet'/" \
  -e "s/^dc_other_hostnames=.*/dc_other_hostnames='example.test'/" \
  -e "s/^dc_localdelivery=.*/dc_localdelivery='maildir_home'/" \
  -e "s/^dc_local_interfaces=.*/dc_local_interfaces=''/" \
  -e "s/^dc_use_split_config=.*/dc_use_split_config='true'/" /etc/exim4/update-exim4.conf.conf
cat >/etc/exim4/conf.d/main/00_mail_server <<'MACROS'
MAIN_HARDCODE_PRIMARY_HOSTNAME = mail.example.test
MAIN_TLS_ENABLE = yes
MAIN_TLS_CERTIFICATE = /etc/mailspec/tls/cert.pem
MAIN_TLS_PRIVATEKEY = /etc/mailspec/tls/key.pem
daemon_smtp_ports = 25 : 587 : 465
tls_on_connect_ports = 465
# Everybody in a container has a private address.
ROUTER_DNSLOOKUP_IGNORE_TARGET_HOSTS = 0.0.0.0 : 127.0.0.0/8
MACROS
# The examples that check passwords in a file of Exim's own.
for name in plain login; do
  sed -i -e "/^# ${name}_server:/,/^#* *\.endif/ s/^# \?//" /etc/exim4/conf.d/auth/30_exim4-config_examples
done
update-exim4.conf
exim4 -bV >/dev/null
