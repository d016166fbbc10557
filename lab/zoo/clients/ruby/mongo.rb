require 'mongo'
require_relative 'shapes'

Mongo::Logger.logger.level = Logger::WARN
connect = lambda do
  Mongo::Client.new(["#{ENV['HOST']}:#{ENV['PORT']}"], database: ENV['DATABASE'], server_selection_timeout: ENV['TIMEOUT'].to_i)
end

run(connect, ->(client) { client[:orders].find.first })
