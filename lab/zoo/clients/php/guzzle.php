<?php
require 'GuzzleHttp/autoload.php';
require __DIR__ . '/shapes.php';

run(
    fn () => new GuzzleHttp\Client(['timeout' => (float) getenv('TIMEOUT')]),
    fn ($client) => $client->get(getenv('URL'))
);
