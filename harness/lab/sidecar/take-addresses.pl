#!/usr/bin/perl
# take-addresses.pl <address of the interface> <address>,<address>,… <command>…
# Adds addresses to the interface that has the first one, then becomes the command. Needs NET_ADMIN.
use strict;
use warnings;
use Socket qw(:DEFAULT inet_pton AF_INET6 PF_INET6);

use constant { SIOCGIFADDR => 0x8915, SIOCSIFADDR => 0x8916, SIOCSIFNETMASK => 0x891c };

my ($own, $list, @command) = @ARGV;
socket(my $socket, PF_INET, SOCK_DGRAM, 0) or die "socket: $!\n";

# struct ifreq, netdevice(7): a name of 16 octets and a socket address.
sub request {
    my ($number, $interface, $address) = @_;
    my $request = pack('a16 a24', $interface, pack_sockaddr_in(0, inet_aton($address)));
    return ioctl($socket, $number, $request) ? $request : undef;
}

sub address_of {
    my $answer = request(SIOCGIFADDR, shift, '0.0.0.0') // return '';
    my (undef, $socket_address) = unpack('a16 a16', $answer);
    my (undef, $address) = unpack_sockaddr_in($socket_address);
    return inet_ntoa($address);
}

my ($interface) = grep { address_of($_) eq $own } map { s{.*/}{}r } glob('/sys/class/net/*');
defined $interface or die "No interface has the address $own.\n";

# IPv6 addresses outside the network of the interface, to which packets are routed, go to the loopback interface: there
# nobody else can have them, and they serve at once (RFC 4862, section 5.4).
sub index_of { local @ARGV = ('/sys/class/net/' . shift . '/ifindex'); return <> + 0 }
my %on_link;
if (open(my $addresses, '<', '/proc/net/if_inet6')) {
    for (map { [split] } <$addresses>) { $on_link{substr($_->[0], 0, 16)} = 1 if $_->[5] eq $interface }
}

my $number = 0;
my $socket6;
for my $address (split /,/, $list) {
    if ($address =~ /:/) {
        # struct in6_ifreq, ipv6(7): address, length of the prefix, number of the interface.
        my $octets = inet_pton(AF_INET6, $address);
        my $index = index_of($on_link{substr(unpack('H*', $octets), 0, 16)} ? $interface : 'lo');
        $socket6 //= do { socket(my $new, PF_INET6, SOCK_DGRAM, 0) or die "socket: $!\n"; $new };
        ioctl($socket6, SIOCSIFADDR, pack('a16 L l', $octets, 128, $index))
            // die "The address $address cannot be taken: $!\n";
        next;
    }
    my $alias = "$interface:" . $number++;
    request(SIOCSIFADDR, $alias, $address) // die "The address $address cannot be taken: $!\n";
    # Without neighbours: whoever is reached from here is so by the routes of the interface itself.
    request(SIOCSIFNETMASK, $alias, '255.255.255.255') // die "The address $address cannot be taken: $!\n";
}
exec { $command[0] } @command or die "$command[0]: $!\n";
