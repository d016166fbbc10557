<?php
require __DIR__ . '/shapes.php';

function connect(): mysqli {
    mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
    $connection = mysqli_init();
    $connection->options(MYSQLI_OPT_CONNECT_TIMEOUT, (int) getenv('TIMEOUT'));
    $flags = ['off' => 0, 'demanded' => MYSQLI_CLIENT_SSL | MYSQLI_CLIENT_SSL_DONT_VERIFY_SERVER_CERT, 'verified' => MYSQLI_CLIENT_SSL];
    $connection->real_connect(
        getenv('HOST'), getenv('LOGIN'), getenv('PASSWORD'), getenv('DATABASE'), (int) getenv('PORT'), null, $flags[getenv('TLS')]
    );
    return $connection;
}

run('connect', fn ($connection) => $connection->query(getenv('QUERY')));
