#!/usr/bin/perl
# Prints what daemons tell the system's log (RFC 3164) on standard output: a container has no other log.
use strict;
use warnings;
use IO::Socket::UNIX;

my $path = '/dev/log';
unlink $path;
my $log = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $path) or die "$path: $!\n";
chmod 0666, $path;
$| = 1;
while (defined recv($log, my $line, 8192, 0)) {
    $line =~ s/^<\d+>//;
    $line =~ s/[\0\n]+$//;
    print "$line\n";
}
