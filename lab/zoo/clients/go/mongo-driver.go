package main

import (
	"context"
	"os"
	"time"

	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

func main() {
	wait, _ := time.ParseDuration(os.Getenv("TIMEOUT") + "s")
	run(func() (func() error, error) {
		client, err := mongo.Connect(context.Background(), options.Client().ApplyURI(os.Getenv("URL")).SetServerSelectionTimeout(wait))
		return func() error {
			return client.Ping(context.Background(), nil)
		}, err
	})
}
