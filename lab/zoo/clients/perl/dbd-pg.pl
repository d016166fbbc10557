use strict;
use warnings;
use DBI;
require './shapes.pl';

my %modes = (off => 'disable', demanded => 'require', verified => 'verify-full');

run(
    sub {
        my $source = "dbi:Pg:host=$ENV{HOST};port=$ENV{PORT};dbname=$ENV{DATABASE};sslmode=$modes{$ENV{TLS}};"
            . "sslrootcert=/etc/ssl/certs/ca-certificates.crt;connect_timeout=$ENV{TIMEOUT}";
        return DBI->connect($source, $ENV{LOGIN}, $ENV{PASSWORD}, { RaiseError => 1, PrintError => 0 });
    },
    sub { shift->do($ENV{QUERY}) },
);
