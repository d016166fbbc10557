<?php
require 'Doctrine/DBAL/autoload.php';
require __DIR__ . '/shapes.php';

run(
    fn () => Doctrine\DBAL\DriverManager::getConnection([
        'driver' => 'pdo_mysql', 'host' => getenv('HOST'), 'port' => (int) getenv('PORT'), 'user' => getenv('LOGIN'),
        'password' => getenv('PASSWORD'), 'dbname' => getenv('DATABASE'),
        'driverOptions' => [PDO::ATTR_TIMEOUT => (int) getenv('TIMEOUT')],
    ]),
    fn ($connection) => $connection->executeQuery(getenv('QUERY'))
);
