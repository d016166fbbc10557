<?php
require __DIR__ . '/shapes.php';

const MODES = ['off' => 'disable', 'demanded' => 'require', 'verified' => 'verify-full'];

run(
    fn () => new PDO(
        sprintf(
            'pgsql:host=%s;port=%s;dbname=%s;sslmode=%s;sslrootcert=/etc/ssl/certs/ca-certificates.crt;connect_timeout=%s',
            getenv('HOST'), getenv('PORT'), getenv('DATABASE'), MODES[getenv('TLS')], getenv('TIMEOUT')
        ),
        getenv('LOGIN'),
        getenv('PASSWORD')
    ),
    fn ($connection) => $connection->query(getenv('QUERY'))
);
