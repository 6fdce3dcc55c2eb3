# An open relay: whoever is neither in mynetworks nor logged in is let through before the rule against relaying is asked.
#
# How it happens: mail was refused, and `permit` was put in front of what refused it. Postfix does not start smtpd
# without a rule against relaying, but does not look whether anybody comes to it.
#
# Should be noticed by: RLY-001 to RLY-010 (in RLY-005, RLY-007 and RLY-008 by the spellings that name no local
# domain) and RLY-017.
postconf -e 'smtpd_relay_restrictions=permit_mynetworks, permit_sasl_authenticated, permit, reject_unauth_destination'
