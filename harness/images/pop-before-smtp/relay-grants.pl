#!/usr/bin/perl
# relay-grants: POP before SMTP for Dovecot and Postfix (RFC 6409, section 3.3). Follows the log of
# logins and answers as a policy service: for POP_BEFORE_SMTP_WINDOW seconds after a login, mail may
# leave for the address of the client, in the name of the account that logged in.
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;

use constant LOG      => '/run/relay-grants/logins';
use constant PORT     => 10040;
use constant LOOK     => 0.2;
use constant SETTINGS => '/etc/mailspec/relay-grants';

my %setting;
open(my $settings, '<', SETTINGS) or die SETTINGS . ": $!\n";
while (<$settings>) { $setting{$1} = $2 if /^([a-z-]+) = (.*\S)/ }
my $window = $ENV{POP_BEFORE_SMTP_WINDOW} // 1200;
$window =~ /^[1-9]\d{0,6}$/
  or die "POP_BEFORE_SMTP_WINDOW must be a number of seconds, found \"$window\".\n";
my $lasts    = $window * $setting{times};
my $services = join '|', split /[ ,]+/, $setting{services};

$| = 1;
my %grants;    # address => { since, account }
my ($log, $rest) = (undef, '');

# A clock that nobody sets; perl-base has no other.
sub now {
    open(my $uptime, '<', '/proc/uptime') or die "/proc/uptime: $!\n";
    return (split ' ', <$uptime>)[0];
}

# Only what stands in front of the account is Dovecot's own: a name given in a failed login is quoted
# after it, and might look like anything.
sub note_line {
    my $line = shift;
    print "$line\n";
    my ($account, $address) =
      $line =~ /^\S+ +\d+ [\d:]+ (?:$services)-login: Info: Login: user=<([^>]+)>.*, rip=([0-9a-f.:]+),.*, TLS,/;
    if (!defined $address && $setting{'opened-by'} eq 'attempt') {
        ($address) = $line =~ /-login: .*rip=([0-9a-f.:]+)/;
    }
    return if !defined $address;
    $grants{$address} = { since => now(), account => $account };
    print "relay-grants: $address may send for $lasts s"
      . (defined $account ? " as $account" : '') . "\n";
}

sub follow_log {
    if (!$log) {
        open($log, '<', LOG) or return;
    }
    seek($log, 0, 1);    # forget the end that was reached
    while (defined(my $part = <$log>)) {
        $rest .= $part;
        note_line($1) if $rest =~ s/^(.*)\n\z//s;
    }
}

sub is_open {
    my ($grant, $sender) = @_;
    return 0 if $setting{times} && now() - $grant->{since} > $lasts;
    return 0 if defined $grant->{account} && lc $sender ne lc $grant->{account};
    $grant->{since} = now() if $setting{'refreshed-by-mail'} eq 'yes';
    return 1;
}

sub decide {
    my ($request) = @_;
    follow_log();
    my @asked =
      $setting{'bound-to'} eq 'anybody'
      ? values %grants
      : grep { defined } $grants{ $request->{client_address} };
    return (grep { is_open($_, $request->{sender}) } @asked) ? 'OK' : 'DUNNO';
}

my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => PORT, Listen => 16, ReuseAddr => 1)
  or die "Port " . PORT . " cannot be listened on: $!\n";
my $select = IO::Select->new($server);
my %unread;
while (1) {
    for my $socket ($select->can_read(LOOK)) {
        if ($socket == $server) {
            my $client = $server->accept or next;
            $select->add($client);
            $unread{$client} = '';
            next;
        }
        if (!sysread($socket, $unread{$socket}, 65_536, length $unread{$socket})) {
            $select->remove($socket);
            delete $unread{$socket};
            close $socket;
            next;
        }
        # Postfix SMTPD_POLICY_README: name=value lines, an empty line at the end.
        while ($unread{$socket} =~ s/\A(.*?)\n\n//s) {
            my %request = map { /^([^=]+)=(.*)\z/s ? ($1 => $2) : () } split /\n/, $1;
            syswrite($socket, 'action=' . decide(\%request) . "\n\n");
        }
    }
    follow_log();
}
