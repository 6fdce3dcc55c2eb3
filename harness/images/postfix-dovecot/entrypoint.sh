#!/bin/bash
# Runs Dovecot and Postfix in the foreground and ends when either of them does. Images with another server
# run it as a service beside what they have of these two:
#   /usr/local/lib/mailspec/setup/*      sourced once accounts and certificate are there; where there is no
#                                        Dovecot they write the accounts as well
#   /usr/local/lib/mailspec/services/*   run in the foreground
#
#   ALICE_PASSWORD, BOB_PASSWORD   passwords of alice@example.test and bob@example.test, required
#   MAILSPEC_RESOLVER              address of the only resolver to use
#   DNSBL_ZONE, DNSWL_ZONE         block list and allow list that port 25 asks; both or neither
#   TLS_REQUIRED_DOMAIN            domain to which, and below which, mail leaves inside TLS only
#   /etc/mailspec/tls/{ca,cert,key}.pem   used when there before the start; made otherwise, in which
#                                  case ca.pem is the certificate of the authority to trust
set -euo pipefail

readonly host_name=mail.example.test mail_domain=example.test
readonly tls=/etc/mailspec/tls accounts=/etc/dovecot/accounts
readonly postfix_pid=/var/spool/postfix/pid/master.pid

say() { printf 'mail-server: %s\n' "$*"; }

fail() {
  printf 'mail-server: %s\n' "$*" >&2
  exit 1
}

use_resolver() {
  # Not replaced but written: the container engine has mounted this file.
  printf 'nameserver %s\noptions timeout:1 attempts:1\n' "$1" >/etc/resolv.conf
  say "resolver $1"
}

# RFC 3207, section 6: TLS can be demanded for single destinations. A leading dot means the domains below.
demand_tls() {
  postconf -e "smtp_tls_policy_maps = inline:{ { $1 = encrypt }, { .$1 = encrypt } }"
  say "mail to $1 and below leaves inside TLS only"
}

# In front of local recipients only: who may relay is decided elsewhere, and postmaster and abuse are
# reached from listed addresses too (RFC 5321, section 4.5.1).
ask_lists() {
  local block_list=$1 allow_list=$2
  postconf -e "block_list=$block_list" "allow_list=$allow_list"
  # Of the answers of a list only its entries count (RFC 6471, section 3.3). A defect has its own rule.
  grep -q '^list_restrictions' /etc/postfix/main.cf ||
    postconf -e 'list_restrictions=permit_dnswl_client $allow_list, reject_rbl_client $block_list=127.0.0.[2..11]'
  local exempt="inline:{ { postmaster@$mail_domain = OK }, { abuse@$mail_domain = OK } }"
  postconf -e "smtpd_recipient_restrictions=check_recipient_access $exempt, \$list_restrictions"
  say "block list $block_list, allow list $allow_list"
}

make_certificates() {
  local authority
  authority=$(mktemp -d)
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 \
    -subj '/CN=mailspec authority' -keyout "$authority/key.pem" -out "$tls/ca.pem" \
    -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -subj "/CN=$host_name" -keyout "$tls/key.pem" -out "$authority/request.pem" 2>/dev/null
  openssl x509 -req -days 30 -in "$authority/request.pem" -out "$tls/cert.pem" \
    -CA "$tls/ca.pem" -CAkey "$authority/key.pem" -extfile - 2>/dev/null <<EXTENSIONS
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:$host_name,DNS:$mail_domain
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
EXTENSIONS
  rm -rf -- "$authority"
  say "made a certificate for $host_name and $mail_domain; its authority is $tls/ca.pem"
}

prepare_certificates() {
  if [[ -e $tls/cert.pem || -e $tls/key.pem ]]; then
    [[ -e $tls/cert.pem && -e $tls/key.pem ]] ||
      fail "$tls has only one of cert.pem and key.pem; give both or neither."
    say "using the certificate given in $tls"
  else
    make_certificates
  fi
  chmod 0600 "$tls/key.pem"
}

# One line a mechanism; Dovecot reads `address:{SCHEME}hash::::::`.
write_account() {
  local address=$1 password=$2
  printf '%s:%s::::::\n' "$address" "$(doveadm pw -s SHA512-CRYPT -p "$password")" >>"$accounts/plain"
  printf '%s:%s::::::\n' "$address" "$(doveadm pw -s SCRAM-SHA-1 -p "$password")" >>"$accounts/scram-sha-1"
  printf '%s:%s::::::\n' "$address" "$(doveadm pw -s SCRAM-SHA-256 -p "$password")" >>"$accounts/scram-sha-256"
}

write_accounts() {
  [[ -n ${ALICE_PASSWORD:-} && -n ${BOB_PASSWORD:-} ]] ||
    fail 'ALICE_PASSWORD and BOB_PASSWORD must be set: the two accounts have no default passwords.'
  # Straight from a distribution, accounts are users of the system.
  if id alice >/dev/null 2>&1; then
    printf 'alice:%s\nbob:%s\n' "$ALICE_PASSWORD" "$BOB_PASSWORD" | chpasswd
    return
  fi
  # The server of this image has accounts of another kind: its setup writes them.
  if ! command -v dovecot >/dev/null; then return; fi
  rm -rf -- "$accounts"
  install -d -m 0750 -g dovecot "$accounts"
  write_account "alice@$mail_domain" "$ALICE_PASSWORD"
  write_account "bob@$mail_domain" "$BOB_PASSWORD"
  chgrp dovecot "$accounts"/* && chmod 0640 "$accounts"/*
}

# Left by a container that was killed. Process numbers repeat in a container, so that a daemon would
# take another process for itself.
remove_stale_pid_files() { rm -f -- /run/dovecot*/master.pid "$postfix_pid"; }

# Without the socket of Dovecot smtpd ends, and Postfix waits a minute before it starts another one.
wait_for_dovecot() {
  local look
  for look in {1..100}; do
    if [[ -S /var/spool/postfix/private/auth ]]; then return; fi
    sleep 0.1
  done
  say 'Dovecot has not opened its socket for logins within 10 s'
}

declare -A name_of=()
start() {
  local name=$1
  shift
  "$@" &
  name_of[$!]=$name
}

await_listener() {
  local attempt
  for attempt in {1..500}; do
    if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return; fi
    sleep 0.1
  done
  fail "nothing listens on port $1 after 50 s."
}

stop() {
  trap '' TERM INT
  # `postfix start-fg` is a shell script around the daemon, and does not pass signals on.
  kill -TERM "${!name_of[@]}" $(cat "$postfix_pid" 2>/dev/null) 2>/dev/null || true
  wait "${!name_of[@]}" 2>/dev/null || true
}

if [[ -n ${MAILSPEC_RESOLVER:-} ]]; then use_resolver "$MAILSPEC_RESOLVER"; fi
if [[ -n ${TLS_REQUIRED_DOMAIN:-} ]] && command -v postfix >/dev/null; then demand_tls "$TLS_REQUIRED_DOMAIN"; fi
if [[ -n ${DNSBL_ZONE:-}${DNSWL_ZONE:-} ]]; then
  ask_lists "${DNSBL_ZONE:?is missing beside DNSWL_ZONE}" "${DNSWL_ZONE:?is missing beside DNSBL_ZONE}"
fi
prepare_certificates
write_accounts
remove_stale_pid_files
shopt -s nullglob
for setup in /usr/local/lib/mailspec/setup/*; do . "$setup"; done
# The daemons have no use for them.
unset ALICE_PASSWORD BOB_PASSWORD

trap 'stop; exit 0' TERM INT
if command -v dovecot >/dev/null; then start dovecot dovecot -F; fi
# A defect may need another Dovecot beside the first.
for configuration in /etc/dovecot/instances/*.conf; do
  start "dovecot ($configuration)" dovecot -F -c "$configuration"
done
# Images that build on this one may have daemons of their own.
for service in /usr/local/lib/mailspec/services/*; do
  start "${service##*/}" "$service"
done
if command -v postfix >/dev/null; then
  if command -v dovecot >/dev/null; then wait_for_dovecot; fi
  start postfix postfix start-fg
fi

status=0
wait -n -p ended "${!name_of[@]}" || status=$?
stop
fail "${name_of[$ended]} ended with status $status, so the container ends."
