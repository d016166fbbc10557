use strict;
use warnings;
use DBI;
require './shapes.pl';

my %modes = (
    off      => '',
    demanded => 'mysql_ssl=1',
    verified => 'mysql_ssl=1;mysql_ssl_verify_server_cert=1;mysql_ssl_ca_file=/etc/ssl/certs/ca-certificates.crt',
);

run(
    sub {
        my $source = "dbi:mysql:host=$ENV{HOST};port=$ENV{PORT};database=$ENV{DATABASE};"
            . "mysql_connect_timeout=$ENV{TIMEOUT};$modes{$ENV{TLS}}";
        return DBI->connect($source, $ENV{LOGIN}, $ENV{PASSWORD}, { RaiseError => 1, PrintError => 0 });
    },
    sub { shift->do($ENV{QUERY}) },
);
