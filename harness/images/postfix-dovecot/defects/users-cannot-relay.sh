# Users log in and may send to local recipients only: recipients elsewhere get 554 5.7.1 on 587 and 465.
#
# How it happens: the rule that lets authenticated users relay was lost when the rules for strangers were
# tightened.
#
# Should be noticed by: SUB-014. Whatever needs outgoing mail stays open.
postconf -e submission_relay_restrictions=reject_unauth_destination
