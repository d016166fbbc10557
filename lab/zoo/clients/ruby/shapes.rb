# The ways in which a program meets a failure: SHAPE is uncaught, caught (one line, exit 1) or retried (TRIES times).
$stdout.sync = true
SHAPE = ENV.fetch('SHAPE', 'uncaught')

def work(connect, ask)
  handle = connect.call
  ask.call(handle)
  puts 'ready'
  while ENV['STAY']
    sleep 0.3
    ask.call(handle)
  end
end

def run(connect, ask)
  return work(connect, ask) if SHAPE == 'uncaught'

  (SHAPE == 'retried' ? ENV.fetch('TRIES', '3').to_i : 1).times do |attempt|
    return work(connect, ask)
  rescue StandardError => e
    warn(SHAPE == 'retried' ? "attempt #{attempt + 1}: #{e.message}" : e.message)
    sleep 1 if SHAPE == 'retried'
  end
  exit 1
end
