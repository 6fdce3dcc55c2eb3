# An open relay: port 25 takes mail from anybody to anybody and delivers it.
#
# How it happens: "mynetworks" was widened until something worked.
#
# Should be noticed by: RLY-001 to RLY-010 (in RLY-005, RLY-007 and RLY-008 by the spellings that name no
# local domain) and RLY-017. RLY-016 does not apply where nothing is refused.
postconf -e 'mynetworks=0.0.0.0/0 [::]/0'
