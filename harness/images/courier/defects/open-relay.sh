# An open relay: port 25 takes mail from anybody to anybody and delivers it.
#
# How it happens: RELAYCLIENT was set for a network until a printer could send, and in the end for all of them.
#
# Should be noticed by: RLY-001 to RLY-010 and RLY-017.
printf '*\tallow,RELAYCLIENT\n' >>/etc/courier/smtpaccess/default
makesmtpaccess
