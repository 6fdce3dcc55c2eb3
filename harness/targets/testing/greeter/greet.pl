# Greets on ports: GREETINGS="25=220 mail.example.test;110=+OK hello". With LAST_WORDS it says them and
# ends with status 7 instead. MUTE=1: listens and says nothing.
use strict;
use warnings;
use IO::Socket::INET;

$| = 1;
$SIG{TERM} = sub { exit 0 };
if (defined $ENV{LAST_WORDS}) { print "$ENV{LAST_WORDS}\n"; exit 7; }
print "secret in the log: $ENV{TOKEN}\n" if defined $ENV{TOKEN};

for my $pair (split /;/, $ENV{GREETINGS} // '') {
  my ($port, $greeting) = split /=/, $pair, 2;
  next if fork;
  my $listener = IO::Socket::INET->new(LocalPort => $port, Listen => 8, ReuseAddr => 1) or die "port $port: $!\n";
  while (my $client = $listener->accept) {
    print $client "$greeting\015\012" unless $ENV{MUTE};
    1 while <$client>;
  }
  exit 0;
}
wait;
