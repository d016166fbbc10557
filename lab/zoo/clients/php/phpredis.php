<?php
require __DIR__ . '/shapes.php';

function connect(): Redis {
    $client = new Redis();
    $verified = getenv('TLS') === 'verified';
    $scheme = getenv('TLS') === 'off' ? '' : 'tls://';
    $options = $scheme ? ['stream' => ['verify_peer' => $verified, 'verify_peer_name' => $verified]] : [];
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
