<?php
// The ways in which a program meets a failure: SHAPE is uncaught, caught (one line, exit 1) or retried (TRIES times).
function work(callable $connect, callable $ask): void {
    $handle = $connect();
    $ask($handle);
    echo "ready\n";
    while (getenv('STAY')) {
        usleep(300000);
        $ask($handle);
    }
}

function run(callable $connect, callable $ask): void {
    $shape = getenv('SHAPE') ?: 'uncaught';
    if ($shape === 'uncaught') {
        work($connect, $ask);
        return;
    }
    for ($attempt = 1; $attempt <= ($shape === 'retried' ? (int) (getenv('TRIES') ?: 3) : 1); $attempt++) {
        try {
            work($connect, $ask);
            return;
        } catch (Throwable $error) {
            fwrite(STDERR, ($shape === 'retried' ? "attempt $attempt: " : '') . $error->getMessage() . "\n");
        }
        if ($shape === 'retried') {
            sleep(1);
        }
    }
    exit(1);
}
