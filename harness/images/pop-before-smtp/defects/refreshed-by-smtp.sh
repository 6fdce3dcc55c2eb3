# Every message that the window lets through starts it anew.
#
# How it happens: it was meant to be comfortable.
#
# Should be noticed by: PBS-008.
sed -i 's/^refreshed-by-mail = .*/refreshed-by-mail = yes/' /etc/mailspec/relay-grants
