use strict;
use warnings;
use LWP::UserAgent;
require './shapes.pl';

run(
    sub { LWP::UserAgent->new(timeout => $ENV{TIMEOUT}) },
    sub {
        my $answer = shift->get($ENV{URL});
        die $answer->status_line . "\n" unless $answer->is_success;
    },
);
