require 'redis'
require_relative 'shapes'

connect = lambda do
  Redis.new(
    host: ENV['HOST'], port: ENV['PORT'].to_i, password: ENV['PASSWORD'].empty? ? nil : ENV['PASSWORD'],
    ssl: ENV['TLS'] != 'off', timeout: ENV['TIMEOUT'].to_i, reconnect_attempts: 0
  )
end

run(connect, ->(client) { client.call(*ENV['QUERY'].split) })
