# An open relay: port 25 takes mail from anybody to anybody and delivers it.
#
# How it happens: "550 5.7.1 Relaying denied" is looked up, and the first answer is FEATURE(promiscuous_relay).
#
# Should be noticed by: RLY-001 to RLY-010 and RLY-017.
sed -i "/^FEATURE(\`use_cw_file')/i FEATURE(\`promiscuous_relay')dnl" /etc/mail/sendmail.mc
m4 /etc/mail/sendmail.mc >/etc/mail/sendmail.cf
