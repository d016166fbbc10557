# The ways in which a program meets a failure: SHAPE is uncaught, caught (one line, exit 1) or retried (TRIES times).
use strict;
use warnings;
$| = 1;

sub work {
    my ($connect, $ask) = @_;
    my $handle = $connect->();
    $ask->($handle);
    print "ready\n";
    while ($ENV{STAY}) {
        select(undef, undef, undef, 0.3);
        $ask->($handle);
    }
    return 1;
}

sub run {
    my $shape = $ENV{SHAPE} // 'uncaught';
    return work(@_) if $shape eq 'uncaught';
    for my $attempt (1 .. ($shape eq 'retried' ? $ENV{TRIES} // 3 : 1)) {
        return 1 if eval { work(@_) };
        my $error = $@;
        chomp $error;
        print STDERR $shape eq 'retried' ? "attempt $attempt: $error\n" : "$error\n";
        sleep 1 if $shape eq 'retried';
    }
    exit 1;
}
1;
