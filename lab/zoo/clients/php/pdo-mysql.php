<?php
require __DIR__ . '/shapes.php';

run(
    fn () => new PDO(
        sprintf('mysql:host=%s;port=%s;dbname=%s', getenv('HOST'), getenv('PORT'), getenv('DATABASE')),
        getenv('LOGIN'),
        getenv('PASSWORD'),
        [PDO::ATTR_TIMEOUT => (int) getenv('TIMEOUT')] + (getenv('TLS') === 'off' ? [] : [
            PDO::MYSQL_ATTR_SSL_CA => '/etc/ssl/certs/ca-certificates.crt',
            PDO::MYSQL_ATTR_SSL_VERIFY_SERVER_CERT => getenv('TLS') === 'verified',
        ])
    ),
    fn ($connection) => $connection->query(getenv('QUERY'))
);
