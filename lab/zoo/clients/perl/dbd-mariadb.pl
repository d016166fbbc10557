use strict;
use warnings;
use DBI;
require './shapes.pl';

my %modes = (
    off      => '',
    demanded => 'mariadb_ssl=1',
    verified => 'mariadb_ssl=1;mariadb_ssl_verify_server_cert=1;mariadb_ssl_ca_file=/etc/ssl/certs/ca-certificates.crt',
);

run(
    sub {
        my $source = "dbi:MariaDB:host=$ENV{HOST};port=$ENV{PORT};database=$ENV{DATABASE};"
            . "mariadb_connect_timeout=$ENV{TIMEOUT};$modes{$ENV{TLS}}";
        return DBI->connect($source, $ENV{LOGIN}, $ENV{PASSWORD}, { RaiseError => 1, PrintError => 0 });
    },
    sub { shift->do($ENV{QUERY}) },
);
