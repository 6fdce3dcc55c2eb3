# An open relay that no file shows by itself: nginx does not say whose connections they are, and Postfix trusts its
# own machine, from which everybody comes now.
#
# How it happens: Postfix had no `smtpd_authorized_xclient_hosts`, nginx met "550 insufficient authorization" at
# XCLIENT, and `xclient off` made it go away.
#
# Should be noticed by: RLY-001 to RLY-010, RLY-013, RLY-014, RLY-017 and RLY-020.
sed -i 's/xclient on;/xclient off;/' /etc/nginx/nginx.conf
