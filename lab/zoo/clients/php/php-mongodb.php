<?php
require __DIR__ . '/shapes.php';

run(
    fn () => new MongoDB\Driver\Manager(getenv('URL'), ['serverSelectionTimeoutMS' => 1000 * (int) getenv('TIMEOUT')]),
    fn ($manager) => $manager->executeCommand(getenv('DATABASE'), new MongoDB\Driver\Command(['ping' => 1]))
);
