use strict;
use warnings;
use Mojo::Pg;
require './shapes.pl';

my %modes = (off => 'disable', demanded => 'require', verified => 'verify-full');

run(
    sub {
        my $address = "postgresql://$ENV{LOGIN}:$ENV{PASSWORD}\@$ENV{HOST}:$ENV{PORT}/$ENV{DATABASE}";
        return Mojo::Pg->new("$address?sslmode=$modes{$ENV{TLS}}&sslrootcert=/etc/ssl/certs/ca-certificates.crt");
    },
    sub { shift->db->query($ENV{QUERY}) },
);
