# While anybody's window is open, everybody may send in the name of that account.
#
# How it happens: the map is keyed by account instead of by address.
#
# Should be noticed by: PBS-001, PBS-006.
sed -i 's/^bound-to = .*/bound-to = anybody/' /etc/mailspec/relay-grants
