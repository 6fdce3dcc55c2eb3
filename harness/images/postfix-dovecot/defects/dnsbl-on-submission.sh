# The block list applies to submission as well: users at home, whose addresses are on lists of dynamic
# ranges by design, cannot send although they log in.
#
# How it happens: the restriction stands in `smtpd_client_restrictions`, in main.cf, for all services.
#
# Only in a container that has DNSBL_ZONE. Should be noticed by: DNSBL-005 (warn beside that: postmaster
# is cut off too).
postconf -e 'list_restrictions=permit_dnswl_client $allow_list' \
  'smtpd_client_restrictions=reject_rbl_client $block_list=127.0.0.[2..11]'
