package main

import (
	"os"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

func main() {
	wait, _ := time.ParseDuration(os.Getenv("TIMEOUT") + "s")
	run(func() (func() error, error) {
		connection, err := amqp.DialConfig(os.Getenv("URL"), amqp.Config{Dial: amqp.DefaultDial(wait)})
		return func() error {
			channel, err := connection.Channel()
			if err != nil {
				return err
			}
			_, err = channel.QueueDeclare(os.Getenv("QUERY"), false, false, false, false, nil)
			return err
		}, err
	})
}
