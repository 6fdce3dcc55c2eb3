# The window is four times as long as POP_BEFORE_SMTP_WINDOW says.
#
# How it happens: the length was changed in one place of two.
#
# Should be noticed by: PBS-003, PBS-008.
sed -i 's/^times = .*/times = 4/' /etc/mailspec/relay-grants
