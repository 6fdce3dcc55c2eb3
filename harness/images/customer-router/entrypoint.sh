#!/bin/bash
# The router between subscribers and the outside: forwards, translates addresses, and applies policy.sh.
#
#   INSIDE            address of the interface to the subscribers
#   INSIDE_GATEWAYS   addresses that subscribers take for their gateway, with blanks between
#   OUTSIDE           address of the interface to the outside
#   OUTSIDE_GATEWAYS  gateways there, with blanks between
#   INTERCEPTOR       address of a proxy of the provider; only some defects use it
#
# Needs NET_ADMIN and the sysctls net.ipv4.ip_forward=1 and net.ipv6.conf.all.forwarding=1.
set -euo pipefail

say() { printf 'customer-router: %s\n' "$*"; }

fail() {
  say "$*" >&2
  exit 1
}

is_ipv6() { [[ $1 == *:* ]]; }

interface_with() {
  local name
  name=$(ip -oneline address show to "$1" | awk '{ print $2; exit }')
  [[ -n $name ]] || fail "no interface has the address $1."
  printf '%s' "$name"
}

# Debian's default is the nftables flavour; kernels without nf_tables still have the legacy one.
choose_flavour() {
  local flavour
  for flavour in nft legacy; do
    if "iptables-$flavour" -t nat -S >/dev/null 2>&1; then
      ip4tables="iptables-$flavour -w" ip6tables="ip6tables-$flavour -w"
      return
    fi
  done
  fail 'neither iptables-nft nor iptables-legacy can list the NAT table.'
}

# ---- verbs of policy.sh ----
forward4() { $ip4tables -A FORWARD -i "$inside" -o "$outside" -p tcp --dport "$@"; }
forward6() { ! $has_ipv6 || $ip6tables -A FORWARD -i "$inside" -o "$outside" -p tcp --dport "$@"; }
prohibit_ipv4() { forward4 "$1" -j REJECT --reject-with icmp-admin-prohibited; }
prohibit() {
  prohibit_ipv4 "$1"
  forward6 "$1" -j REJECT --reject-with icmp6-adm-prohibited
}
drop() {
  forward4 "$1" -j DROP
  forward6 "$1" -j DROP
}
redirect() { $ip4tables -t nat -A PREROUTING -i "$inside" -p tcp --dport "$1" -j DNAT --to-destination "$INTERCEPTOR:$1"; }

inside=$(interface_with "${INSIDE:?}")
outside=$(interface_with "${OUTSIDE:?}")
has_ipv6=false
for gateway in ${INSIDE_GATEWAYS:?}; do
  if is_ipv6 "$gateway"; then
    has_ipv6=true
    ip address add "$gateway/128" dev "$inside" nodad
  else
    ip address add "$gateway/32" dev "$inside"
  fi
done
for gateway in ${OUTSIDE_GATEWAYS:?}; do
  if is_ipv6 "$gateway"; then family=-6; else family=-4; fi
  ip $family route replace default via "$gateway" dev "$outside"
done

choose_flavour
$ip4tables -t nat -A POSTROUTING -o "$outside" -j MASQUERADE
if $has_ipv6; then $ip6tables -t nat -A POSTROUTING -o "$outside" -j MASQUERADE; fi

. /etc/customer-router/policy.sh
port_25
port_587
port_465
$ip4tables -S FORWARD
$ip4tables -t nat -S PREROUTING
if $has_ipv6; then $ip6tables -S FORWARD; fi
say 'ready'

# Nothing runs: forwarding is the kernel's work. A shell that waits is ended by a signal at once.
trap 'exit 0' TERM INT
sleep infinity &
wait $!
