use strict;
use warnings;
use Redis;
require './shapes.pl';

run(
    sub {
        return Redis->new(
            server      => "$ENV{HOST}:$ENV{PORT}",
            cnx_timeout => $ENV{TIMEOUT}, read_timeout => $ENV{TIMEOUT},
            $ENV{PASSWORD} ? (password => $ENV{PASSWORD}) : (),
        );
    },
    sub {
        my ($command, @words) = split / /, lc $ENV{QUERY};
        shift->$command(@words);
    },
);
