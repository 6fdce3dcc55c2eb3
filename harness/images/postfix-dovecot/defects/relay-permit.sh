# An open relay: whoever is neither in mynetworks nor logged in is let through by the last word of the list.
#
# How it happens: Postfix refuses to receive mail without a rule against relaying ("fatal: in parameter
# smtpd_relay_restrictions …"), and `permit` at the end makes it go away.
#
# Should be noticed by: RLY-001 to RLY-010 (in RLY-005, RLY-007 and RLY-008 by the spellings that name no local
# domain) and RLY-017.
postconf -e 'smtpd_relay_restrictions=permit_mynetworks, permit_sasl_authenticated, permit'
