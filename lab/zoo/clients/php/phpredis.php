<?php
require __DIR__ . '/shapes.php';

function connect(): Redis {
    $client = new Redis();
    $scheme = getenv('TLS') === 'off' ? '' : 'tls://';
    $options = ['stream' => ['verify_peer' => getenv('TLS') === 'verified', 'verify_peer_name' => getenv('TLS') === 'verified']];
    $wait = (float) getenv('TIMEOUT');
    $client->connect($scheme . getenv('HOST'), (int) getenv('PORT'), $wait, null, 0, $wait, $options);
    if (getenv('PASSWORD')) {
        $client->auth(getenv('PASSWORD'));
    }
    return $client;
}

run('connect', function ($client) {
    if ($client->rawCommand(...explode(' ', getenv('QUERY'))) === false) {
        throw new RedisException($client->getLastError());
    }
});
