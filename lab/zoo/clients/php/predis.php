<?php
require 'Predis/autoload.php';
require __DIR__ . '/shapes.php';

function connect(): Predis\Client {
    return new Predis\Client([
        'scheme' => getenv('TLS') === 'off' ? 'tcp' : 'tls', 'host' => getenv('HOST'), 'port' => (int) getenv('PORT'),
        'password' => getenv('PASSWORD') ?: null, 'timeout' => (float) getenv('TIMEOUT'),
        'read_write_timeout' => (float) getenv('TIMEOUT'), 'ssl' => ['verify_peer' => getenv('TLS') === 'verified'],
    ]);
}

run('connect', function ($client) {
    $words = explode(' ', getenv('QUERY'));
    $client->executeCommand($client->createCommand(array_shift($words), $words));
});
