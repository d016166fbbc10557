<?php
require __DIR__ . '/shapes.php';

function connect(): AMQPConnection {
    $connection = new AMQPConnection([
        'host' => getenv('HOST'), 'port' => (int) getenv('PORT'), 'login' => getenv('LOGIN'),
        'password' => getenv('PASSWORD'), 'vhost' => getenv('DATABASE'), 'connect_timeout' => (float) getenv('TIMEOUT'),
        'rpc_timeout' => (float) getenv('TIMEOUT'),
        'verify' => getenv('TLS') === 'verified', 'cacert' => getenv('TLS') === 'off' ? null : '/etc/ssl/certs/ca-certificates.crt',
    ]);
    $connection->connect();
    return $connection;
}

run('connect', function ($connection) {
    $queue = new AMQPQueue(new AMQPChannel($connection));
    $queue->setName(getenv('QUERY'));
    $queue->declareQueue();
});
