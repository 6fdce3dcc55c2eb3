# No answer of the block list blocks too: while its name servers fail, everybody is refused for good.
#
# How it happens: Postfix takes a failed lookup for "not listed", so that it takes a policy service of
# somebody's own, in which a lookup that fails and an address that is listed look the same.
#
# Only in a container that has DNSBL_ZONE. Should be noticed by: DNSBL-004; DNSBL-003, because this one
# does not look at what the list answers either.
install -d /etc/postfix/defects
cat >/etc/postfix/defects/dnsbl-policy.pl <<'POLICY'
# Answers smtpd (SMTPD_POLICY_README): anything but a clear "no such name" means that a client is listed.
use strict;
use warnings;

use constant { HOST_NOT_FOUND => 1, NO_DATA => 4 };

$| = 1;
my %asked;
while (my $line = <STDIN>) {
    if ($line =~ /^(\w+)=(.*)$/) { $asked{$1} = $2; next }
    my $list = $asked{policy_context};
    my $name = join('.', reverse(split /\./, $asked{client_address}), $list);
    my $found = gethostbyname($name);
    my $clean = !defined($found) && ($? == HOST_NOT_FOUND || $? == NO_DATA);
    print 'action=', $clean ? 'DUNNO' : "REJECT Client host [$asked{client_address}] blocked using $list", "\n\n";
    %asked = ();
}
POLICY
postconf -M 'dnsbl-policy/unix=dnsbl-policy unix - n n - 0 spawn user=nobody argv=/usr/bin/perl /etc/postfix/defects/dnsbl-policy.pl'
postconf -e 'list_restrictions=check_policy_service { unix:private/dnsbl-policy, policy_context=$block_list }'
