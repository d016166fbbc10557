<?php
require __DIR__ . '/shapes.php';

function connect(): Memcached {
    $client = new Memcached();
    $client->setOption(Memcached::OPT_CONNECT_TIMEOUT, 1000 * (int) getenv('TIMEOUT'));
    $client->addServer(getenv('HOST'), (int) getenv('PORT'));
    return $client;
}

run('connect', function ($client) {
    if (!$client->set('key', 'value')) {
        throw new RuntimeException($client->getResultMessage());
    }
});
